"""`kaishu check`: may this unit catch fire? One unit, or a list; also without a database."""

from __future__ import annotations

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

import click

from kaishu.cli._card import answer_card
from kaishu.cli._list_answers import ANY_SERIAL, AT_ONCE, HEAD, ListAnswers
from kaishu.cli._progress import bars, no_progress_option
from kaishu.cli._stock import DATES, Line, rows_about, rows_in
from kaishu.core import pack_file, signing
from kaishu.core.answer import Inspection, tell
from kaishu.core.dates import Made
from kaishu.core.everywhere import judge_everywhere
from kaishu.core.pack import Pack, PackMissing
from kaishu.core.recall import LANGUAGES, Label
from kaishu.core.sentences import sentence
from kaishu.core.verdict import Verdict

EXIT = {"not_affected": 0, "affected": 10, "ask": 11, "no_such_model": 12}
WORST = ("affected", "ask", "no_such_model", "not_affected")


@click.command()
@click.argument("model", required=False)
@click.argument("serial", required=False, default="")
@click.option("--file", "source", metavar="FILE", help="The same as naming the file; - is stdin.")
@click.option(
    "--pack",
    "paths",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    help="Answer from this edition pack alone (folder or file): no database, no settings.",
)
@click.option(
    "--trust",
    "trust",
    multiple=True,
    metavar="KEY",
    help="Public key that must have signed the pack: 64 digits, or the file edition-keys.json.",
)
@click.option("--recall", "slug", help="Ask this recall only. [default: all of them]")
@click.option("--colour", default="", help="Colour, where a recall asks for it.")
@click.option("--bought", default="", metavar="YYYY-MM-DD", help="Day of the purchase.")
@click.option("--market", default="", help="Market it was sold in: jp, cn, us, eu.")
@click.option("--channel", default="", help="Where it was bought: a channel's code in the recall.")
@click.option("--variant", default="", help="SKU, or the bar code on the box.")
@click.option("--batch", default="", help="Batch, as it stands on the label.")
@click.option(
    "--made-on", default="", metavar="YYYY-MM[-DD]", help="Day it was made, or only the month."
)
@click.option(
    "--label",
    type=click.Choice([each.value for each in Label]),
    help="What is left of the label, where there is no serial to read.",
)
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Language of the answer.",
)
@click.option(
    "--card",
    metavar="CODE",
    help="Verify a flight card instead: the code or address in its QR, a file with it, or -.",
)
@click.option("--unit", default="", metavar="SERIAL", help="The serial that the card must be for.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a unit.")
@click.option("--out", type=click.File("w", encoding="utf-8"), help="Write a list's answers here.")
@no_progress_option
def check(
    *,
    model: str | None,
    serial: str,
    source: str | None,
    paths: tuple[Path, ...],
    trust: tuple[str, ...],
    slug: str | None,
    language: str,
    as_json: bool,
    out: IO[str] | None,
    no_progress: bool,
    card: str | None,
    unit: str,
    **facts: str | None,
) -> None:
    """Say whether a unit is in a recall, by the same rules as the page.

    Reads the published editions only: it works while the database does not. With --pack it needs
    nothing but that pack and Python, for a shop's stock, a desk at an airport, a second-hand shop.
    Of several recalls that touch a unit the strictest answers first. A list (CSV or XLSX with the
    columns model, serial, colour, bought, market, channel, variant, batch, made_on, label, named
    in any of the three languages) is answered line by line, as CSV or JSON, with
    totals at the end; its exit code is that of its strictest answer.

    \b
    Examples:  kaishu check A1263 "AK 2023 0001"
               kaishu check stock.csv > answers.csv
               kaishu check stock.xlsx --pack anker-jp.kaishu --trust edition-keys.json
               kaishu check --card CODE --unit SERIAL --trust receipt-keys.json
    Exit codes: 0 not affected · 10 affected · 11 it cannot tell yet and says what it needs
                12 no recall has this model · 2 the command was not understood
    """
    if card is not None:
        raise SystemExit(_card(card, paths, trust, model, unit, language, as_json))
    if source is None and model is not None and not serial and _is_list(model):
        model, source = None, model
    if (model is None) == (source is None):
        raise click.UsageError("Name a model (and serial), or a file.")
    with _packs(paths, trust, slug) as packs:
        if source is not None:
            raise SystemExit(_answer_all(packs, source, out, language, as_json, no_progress))
        said = list(_answers(packs, language, _one(str(model), serial, facts)))
    for answer in said:
        click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _spoken(answer))
    raise SystemExit(EXIT[said[0]["answer"]])


def _card(
    card: str,
    paths: Sequence[Path],
    trust: Sequence[str],
    model: str | None,
    unit: str,
    language: str,
    as_json: bool,
) -> int:
    """Verify a flight card by its keys alone; with --pack, against these editions too."""
    if not trust or model is not None:
        raise click.UsageError("--card goes with --trust receipt-keys.json, and with no model.")
    with ExitStack() as opened:
        packs = opened.enter_context(_handed_over(paths, trust, None)) if paths else ()
        return answer_card(
            card,
            trust=trust,
            packs=packs,
            unit=unit,
            today=datetime.now().astimezone().date(),
            language=language,
            as_json=as_json,
        )


def _is_list(word: str) -> bool:
    return word == "-" or Path(word).is_file()


@contextmanager
def _packs(
    paths: Sequence[Path], trust: Sequence[str], slug: str | None
) -> Iterator[Sequence[Pack]]:
    """Open the packs that were handed over, or those of this installation."""
    if not paths:
        from kaishu.cli._django import load

        if trust:
            raise click.UsageError("--trust goes with --pack.")
        load()
        from kaishu.editions import queries

        yield [queries.current_pack(slug)] if slug else queries.current_packs()
        return
    with _handed_over(paths, trust, slug) as found:
        yield found


@contextmanager
def _handed_over(
    paths: Sequence[Path], trust: Sequence[str], slug: str | None
) -> Iterator[Sequence[Pack]]:
    """Open the packs of these files, by the keys that are trusted."""
    trusted = signing.read_keys(trust) if trust else None
    if trusted is None:
        click.echo("Nobody vouches for this pack: name its publisher's key by --trust.", err=True)
    with tempfile.TemporaryDirectory() as scratch:
        found = [
            pack
            for path in paths
            for pack in pack_file.open_from(path, Path(scratch), trusted=trusted)
            if slug in (None, pack.recall.slug)
        ]
        if not found:
            raise PackMissing(what=slug or "")
        yield found


def _answer_all(
    packs: Sequence[Pack],
    source: str,
    out: IO[str] | None,
    language: str,
    as_json: bool,
    no_progress: bool,
) -> int:
    """Answer each line as it is read; return the exit code."""
    target = out or sys.stdout
    if not as_json:
        target.write(",".join(HEAD) + "\n")
    says = partial(_says, packs, language, as_json)
    by_hand = source == "-" and sys.stdin.isatty()
    answers = ListAnswers(
        packs,
        says,
        partial(_bad, language=language),
        as_json=as_json,
        at_once=1 if by_hand else AT_ONCE,
    )
    met: Counter[str] = Counter()
    about = rows_about(source)
    with bars(hidden=no_progress or not about) as advance:
        for stretch in answers(rows_in(source)):
            met.update(answer for answer, _written in stretch)
            target.writelines(written for _answer, written in stretch)
            advance("Checking", min(met.total(), about), about)
    target.flush()
    _total(packs, met)
    return next((EXIT[answer] for answer in WORST if met[answer]), 0)


def _says(
    packs: Sequence[Pack], language: str, as_json: bool, inspection: Inspection, marked: bool
) -> Mapping[str, Any]:
    """Return the strictest answer to one unit; CSV has fewer columns, so less is said for it.

    `marked`: `ANY_SERIAL` stands in it wherever the unit's own serial would.
    """
    heard = judge_everywhere(packs, inspection)
    if not heard:
        return next(_answers(packs, language, inspection))
    pack, verdict = heard[0].pack, heard[0].verdict
    if marked and "serial" in verdict.facts:
        verdict = replace(verdict, facts={**verdict.facts, "serial": ANY_SERIAL})
    if as_json:
        return _whole(pack, verdict, language)
    return {**_edition(pack, verdict), "sentence": tell(pack, verdict, language).sentence}


def _total(packs: Sequence[Pack], met: Counter[str]) -> None:
    """Say at the end how many of each, and which editions answered."""
    counts = " · ".join(f"{met[each]:,} {each.replace('_', ' ')}" for each in WORST if met[each])
    click.echo(f"{met.total():,} lines: {counts or 'nothing to check'}", err=True)
    for pack in packs:
        day = pack.published_at.date().isoformat()
        click.echo(f"By {pack.recall.slug} edition {pack.ref.number} of {day}", err=True)


def _one(model: str, serial: str, facts: Mapping[str, str | None]) -> Inspection:
    given: dict[str, Any] = {name: said or "" for name, said in facts.items()}
    days = {name: _day(given[name], reads) for name, reads in DATES.items()}
    return Inspection(model=model, serial=serial, **{**given, **days})


def _day(text: str, reads: Callable[[str], Made]) -> Made | None:
    try:
        return reads(text) if text else None
    except ValueError:
        raise click.BadParameter(f"{text!r} is no date like 2024-03-18.") from None


def _answers(
    packs: Sequence[Pack], language: str, inspection: Inspection
) -> Iterator[dict[str, Any]]:
    heard = judge_everywhere(packs, inspection)
    for hearing in heard:
        yield _whole(hearing.pack, hearing.verdict, language)
    if not heard:
        facts = {"model": inspection.model.strip()[:40]}
        yield _without("no_such_model", "no_such_model", language, facts) | {
            "model": inspection.model,
            "serial": inspection.serial,
        }


def _edition(pack: Pack, verdict: Verdict) -> dict[str, Any]:
    return {
        "answer": verdict.answer.value,
        "reason": verdict.reason,
        "recall": verdict.edition.recall,
        "edition": verdict.edition.number,
        "date": pack.published_at.date().isoformat(),
    }


def _whole(pack: Pack, verdict: Verdict, language: str) -> dict[str, Any]:
    page = tell(pack, verdict, language)
    return {
        **_edition(pack, verdict),
        "model": page.model,
        "serial": page.serial,
        "headline": page.headline,
        "first": page.first,
        "sentence": page.sentence,
        "steps": list(page.steps),
        "flight": page.flight,
    }


def _bad(line: Line, language: str) -> dict[str, Any]:
    """Answer a line that cannot be read: it may be affected, so it is a question."""
    return _without("ask", "stock_not_a_date", language, {"typed": line.not_a_date[:40]})


def _without(answer: str, reason: str, language: str, facts: Mapping[str, str]) -> dict[str, Any]:
    said = sentence(reason, language, facts)
    empty = dict.fromkeys(("recall", "edition", "date", "headline", "first", "flight"), "")
    steps = [said.next] if said.next else []
    return {"answer": answer, "reason": reason, **empty, "sentence": said.text, "steps": steps}


def _spoken(answer: Mapping[str, Any]) -> str:
    place = f"{answer['recall']} edition {answer['edition']}: " if answer["recall"] else ""
    lines = [f"{place}{answer['answer'].replace('_', ' ').upper()} [{answer['reason']}]"]
    lines += [answer["first"], answer["sentence"], *(f"- {step}" for step in answer["steps"])]
    return "\n".join(line for line in lines if line and line != "- ")
