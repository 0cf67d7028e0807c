"""`kaishu check`: may this unit catch fire? One unit, or a list of them."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import IO, Any

import click

from kaishu.cli._django import load
from kaishu.core.recall import LANGUAGES

EXIT = {"not_affected": 0, "affected": 10, "ask": 11, "no_such_model": 12}
WORST = ("affected", "ask", "no_such_model", "not_affected")
COLUMNS = ("model", "serial", "colour", "bought", "market")
Line = Mapping[str, str]


@click.command()
@click.argument("model", required=False)
@click.argument("serial", required=False, default="")
@click.option(
    "--file",
    "source",
    type=click.File("r", encoding="utf-8-sig"),
    help="CSV with the columns model, serial, colour, bought, market; - is stdin.",
)
@click.option("--recall", "slug", help="Ask this recall only. [default: all of them]")
@click.option("--colour", default="", help="Colour, where a recall asks for it.")
@click.option("--bought", default="", metavar="YYYY-MM-DD", help="Day of the purchase.")
@click.option("--market", default="", help="Market it was sold in: jp, cn, us, eu.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Language of the answer.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a unit.")
def check(
    *,
    model: str | None,
    serial: str,
    source: IO[str] | None,
    slug: str | None,
    language: str,
    as_json: bool,
    **facts: str,
) -> None:
    """Say whether a unit is in a recall, by the same rules as the page.

    Reads the published editions only: it works while the database does not. Of several recalls
    that touch a unit the strictest answers first. A list is answered line by line, as CSV or JSON;
    its exit code is that of its strictest answer.

    \b
    Examples:  kaishu check A1263 "AK 2023 0001"
               kaishu check --file stock.csv --json > answers.jsonl
    Exit codes: 0 not affected · 10 affected · 11 it cannot tell yet and says what it needs
                12 no recall has this model · 2 the command was not understood
    """
    load()
    from kaishu.editions import queries

    packs = [queries.current_pack(slug)] if slug else queries.current_packs()
    if (model is None) == (source is None):
        raise click.UsageError("Name a model (and serial), or a --file.")
    if source is None:
        line = {"model": str(model), "serial": serial, **facts}
        said = list(_answers(packs, _inspection(line), language))
        for answer in said:
            click.echo(json.dumps(answer, ensure_ascii=False) if as_json else _spoken(answer))
        raise SystemExit(EXIT[said[0]["answer"]])
    raise SystemExit(_answer_all(packs, source, language, as_json))


def _answer_all(packs: list[Any], source: IO[str], language: str, as_json: bool) -> int:
    writer = csv.writer(sys.stdout)
    head = ("model", "serial", "answer", "reason", "recall", "edition", "sentence")
    if not as_json:
        writer.writerow(head)
    met: set[str] = set()
    for line in _lines(source):
        first = next(_answers(packs, _inspection(line), language))
        met.add(first["answer"])
        shown = {**first, "model": line["model"], "serial": line["serial"]}
        if as_json:
            click.echo(json.dumps(shown, ensure_ascii=False))
        else:
            writer.writerow([shown[name] for name in head])
    return next((EXIT[answer] for answer in WORST if answer in met), 0)


def _lines(source: Iterable[str]) -> Iterator[Line]:
    """Read lines; without a header the first two columns are model and serial."""
    for number, cells in enumerate(csv.reader(source)):
        words = [cell.strip() for cell in cells]
        if number == 0:
            named = [word.lower() for word in words]
            names = named if "model" in named else list(COLUMNS)
            if "model" in named:
                continue
        if any(words):
            found = dict(zip(names, words, strict=False))
            yield {name: found.get(name, "") for name in COLUMNS}


def _inspection(line: Line) -> Any:
    from kaishu.core.answer import Inspection

    try:
        bought = date.fromisoformat(line["bought"]) if line["bought"] else None
    except ValueError:
        raise click.BadParameter(f"{line['bought']!r} is no date like 2024-03-18.") from None
    return Inspection(
        model=line["model"],
        serial=line["serial"],
        colour=line["colour"],
        market=line["market"],
        bought=bought,
    )


def _answers(packs: list[Any], inspection: Any, language: str) -> Iterator[dict[str, Any]]:
    from kaishu.core.answer import tell
    from kaishu.core.everywhere import judge_everywhere
    from kaishu.core.sentences import sentence

    heard = judge_everywhere(packs, inspection)
    for hearing in heard:
        page = tell(hearing.pack, hearing.verdict, language)
        yield {
            "answer": hearing.verdict.answer.value,
            "reason": hearing.verdict.reason,
            "recall": hearing.verdict.edition.recall,
            "edition": hearing.verdict.edition.number,
            "model": page.model,
            "serial": page.serial,
            "headline": page.headline,
            "first": page.first,
            "sentence": page.sentence,
            "steps": list(page.steps),
            "flight": page.flight,
        }
    if not heard:
        said = sentence("no_such_model", language, {"model": inspection.model.strip()[:40]})
        yield {
            "answer": "no_such_model",
            "reason": "no_such_model",
            "recall": "",
            "edition": "",
            "model": inspection.model,
            "serial": inspection.serial,
            "headline": "",
            "first": "",
            "sentence": said.text,
            "steps": [said.next],
            "flight": "",
        }


def _spoken(answer: Mapping[str, Any]) -> str:
    place = f"{answer['recall']} edition {answer['edition']}: " if answer["recall"] else ""
    lines = [f"{place}{answer['answer'].replace('_', ' ').upper()} [{answer['reason']}]"]
    lines += [answer["first"], answer["sentence"], *(f"- {step}" for step in answer["steps"])]
    return "\n".join(line for line in lines if line and line != "- ")
