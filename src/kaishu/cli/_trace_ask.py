"""`kaishu trace forward`, `backward`, `cause`, `what-if`, `blast`: questions to a graph."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kaishu.cli._django import load
from kaishu.cli._progress import json_option

if TYPE_CHECKING:
    from kaishu.supply.network.answers import Asked, Plain

    Answer = tuple[Plain, Iterable[str]]
F = TypeVar("F", bound=Callable[..., Any])
SHOWN = 20
TYPED = """
    A thing may be typed as "lot L77 of CELL-18650", as a GTIN and a lot or serial, as an EPC URN,
    as a Digital Link, or as our code.
"""


def question(*, window: bool = True) -> Callable[[Callable[..., Answer]], Callable[..., None]]:
    """Give a command its network, its window and its two ways of answering."""

    def made(answer: Callable[..., Answer]) -> Callable[..., None]:
        @wraps(answer)
        def command(*, network: str, as_json: bool, **said: Any) -> None:
            load()
            from kaishu.supply.network import asking, queries
            from kaishu.supply.network.answers import Asked

            moments = asking.window(said.pop("since", ""), said.pop("until", ""))
            there = queries.network(network)
            asked = Asked(there, queries.open_graph(there.slug), *moments)
            plain, lines = answer(asked, **said)
            if as_json:
                click.echo(json.dumps(plain, ensure_ascii=False))
                return
            for line in lines:
                click.echo(line)

        command.__doc__ = (answer.__doc__ or "").replace("{TYPED}", TYPED.strip())
        command = json_option(command)
        if window:
            said = (
                "First day or moment at which things left the suspects. A day is that day in any "
                "zone; a moment without a zone is UTC."
            )
            command = click.option("--since", default="", help=said)(command)
            command = click.option("--until", default="", help="The last one.")(command)
        words = "Its short name; not needed where there is only one."
        return click.option("--network", default="", help=words)(command)

    return made


@click.command()
@click.argument("lots", metavar="LOT…", nargs=-1, required=True)
@click.option("--path", default="", metavar="THING", help="Prove that THING is reached: the acts.")
@click.option("--things", is_flag=True, help="List every affected thing, not only sums.")
@question()
def forward(asked: Asked, *, lots: Sequence[str], path: str, things: bool) -> Answer:
    """Say what carries the fault of LOT… now: how many, whose, where, and how sure.

    {TYPED}

    \b
    Example:  kaishu trace forward "lot L77 of CELL-18650" --since 2025-03-01 --until 2025-03-31
    Exit codes: 0 answered · 1 refused, with the reason
    """
    from kaishu.supply.network import answers, asking

    codes = asking.all_meant(asked.graph, asked.network, lots)
    found = asked.forward(codes)
    plain = answers.followed(asked, codes, found)
    lines = _followed(plain)
    if things:
        plain["things"] = answers.things(asked, found, 0, len(found.nodes))[0]
        lines += [f"{each['level']:9} {each['code']}" for each in plain["things"]]
    if path:
        wanted = asking.meant(asked.graph, asked.network, path, kinds=asking.ANY)
        plain["path"] = answers.steps(asked, found.path(wanted))
        lines += _path(plain["path"])
    return plain, lines


@click.command()
@click.argument("unit")
@click.option("--at", default="", help="As it was at this moment; now where none is named.")
@click.option("--path", default="", metavar="THING", help="Prove that THING is in it: the acts.")
@question(window=False)
def backward(asked: Asked, *, unit: str, at: str, path: str) -> Answer:
    """Say what went into UNIT: every lot and part, at any depth.

    {TYPED}

    \b
    Example:  kaishu trace backward "unit S-1 of PB20"
    Exit codes: 0 answered · 1 refused, with the reason
    """
    from kaishu.supply.network import answers, asking

    code = asking.meant(asked.graph, asked.network, unit, kinds=asking.ANY)
    plain, found = answers.behind(asked, code, asking.moment(at, end=True))
    lines = [f"{code} {plain['thing']['name']}"]
    for word in ("lots", "units", "boxes"):
        lines += [
            f"  {word[:-1] if word != 'boxes' else 'box'} {_thing(each)}" for each in plain[word]
        ]
    if path:
        wanted = asking.meant(asked.graph, asked.network, path, kinds=asking.ANY)
        plain["path"] = answers.steps(asked, found.path(wanted))
        lines += _path(plain["path"])
    return plain, lines


@click.command()
@click.argument("units", metavar="UNIT…", nargs=-1, required=True)
@question(window=False)
def cause(asked: Asked, *, units: Sequence[str]) -> Answer:
    """Say which lots the units of incidents share more often than their whole production does.

    With each lot: how many units have it, the odds ratio with its 95 % range, the exact p value,
    the same corrected for all lots that were tested, and how many more incidents would decide it.

    {TYPED}

    \b
    Example:  kaishu trace cause "unit S-1 of PB20" "unit S-9 of PB20" "unit K-4 of MINI"
    Exit codes: 0 answered, also where nothing is decided · 1 refused, with the reason
    """
    from kaishu.core.genealogy.things import Kind
    from kaishu.supply.network import answers, asking

    codes = asking.all_meant(asked.graph, asked.network, units, kinds=(Kind.UNIT,))
    plain = answers.caused(asked, codes)
    return plain, _caused(plain)


@click.command("what-if")
@click.argument("lots", metavar="LOT…", nargs=-1, required=True)
@click.option("--days", type=click.IntRange(1, 3650), default=1, show_default=True,
              help="How far before and after the suspects a lot may be made.")  # fmt: skip
@question()
def what_if(asked: Asked, *, lots: Sequence[str], days: int) -> Answer:
    """Say how many units more it would be if the lots made next to LOT… were bad too.

    {TYPED}

    \b
    Example:  kaishu trace what-if "lot L77 of CELL-18650" --days 3
    Exit codes: 0 answered · 1 refused, with the reason
    """
    from kaishu.supply.network import answers, asking

    codes = asking.all_meant(asked.graph, asked.network, lots)
    plain = answers.nearby(asked, codes, days)
    lines = [f"{_both(plain['units'])} units of the suspects alone"]
    for each in plain["neighbours"]:
        firmer = f", {each['firmer']:,} become certain" if each["firmer"] else ""
        lines.append(f"  {_thing(each['lot'])}: {_both(each['new'])} more units{firmer}")
    lines.append(f"{_both(plain['together'])} units of all together")
    if plain["left_out"]:
        lines.append(f"{plain['left_out']:,} more lots lie as near; name fewer days.")
    return plain, lines + unseen_lines(plain)


@click.command()
@click.argument("lots", metavar="LOT…", nargs=-1, required=True)
@question()
def blast(asked: Asked, *, lots: Sequence[str]) -> Answer:
    """Say how far LOT… reach: affected products by brand, model, country and party.

    {TYPED}

    \b
    Example:  kaishu trace blast "lot L77 of CELL-18650"
    Exit codes: 0 answered · 1 refused, with the reason
    """
    from kaishu.supply.network import answers, asking

    codes = asking.all_meant(asked.graph, asked.network, lots)
    plain = answers.reached(asked, codes)
    lines = []
    for word, name in (("brands", "brand"), ("countries", "country"), ("parties", "name")):
        lines.append(f"By {word}:")
        rows = plain[word]
        lines += [f"  {_both(each)}  {each[name] or 'not known where'}" for each in rows[:SHOWN]]
    lines += [f"  {_both(each)}  {each['brand']} {each['model']}" for each in plain["models"]]
    if plain["gone"]:
        lines.append(f"{plain['gone']:,} of them exist no more.")
    lines += [
        f"{_both(each)} of {each['name']}: which product that is, no items file says."
        for each in plain["undescribed"]
    ]
    return plain, lines + unseen_lines(plain)


def _followed(plain: Plain) -> list[str]:
    units = plain["units"]
    lines = [f"{units['certain']:,} units certainly, {units['possible']:,} more possibly."]
    lines += [f"  {_both(each)}  {each['brand']}" for each in plain["brands"]]
    lines.append("Of each kind:")
    for each in plain["totals"]:
        unsaid = f", {each['not_said']:,} lots of unknown size" if each["not_said"] else ""
        lines.append(f"  {_both(each)}  {each['kind']} of {each['name']}{unsaid}")
    for word, title in (("holders", "Where they are now:"), ("consignees", "Who ever had them:")):
        lines.append(title)
        for each in plain[word][:SHOWN]:
            who = each["party_name"] or each["place_name"] or "not known where"
            lines.append(f"  {_both(each)}  {each['item_name']}: {who} since {each['since'][:10]}")
        if len(plain[word]) > SHOWN:
            lines.append(f"  … and {len(plain[word]) - SHOWN:,} more; --json has all.")
    if plain["ended"] or plain["was"]:
        lines.append(f"{plain['ended']:,} exist no more; {plain['was']:,} carried it once.")
    return lines + unseen_lines(plain)


def unseen_lines(plain: Plain) -> list[str]:
    """Say what an answer does not see."""
    lines = [
        f"NOT JUDGED: {each['things']:,} {each['kind']}(s) of {each['name']}: no record says "
        "of which lots they are made, or its time is too early. No number above has them."
        for each in plain["unjudged"]
    ]
    lines += [
        f"NOT JUDGED: affected things are packed in {each['units']:,} unit(s) of {each['name']}. "
        "If they are built in, and not only boxed, load them as fitted."
        for each in plain["holding"]
    ]
    if plain["waiting"]:
        lines.append("Records came in since this graph was made: run kaishu trace build.")
    return lines


def _caused(plain: Plain) -> list[str]:
    lines = [f"{plain['units']:,} units made, {plain['tested']:,} lots tested."]
    for each in plain["causes"][:SHOWN]:
        ratio = "endless" if each["odds_ratio"] is None else f"{each['odds_ratio']:,.1f}"
        lines.append(
            f"  {', '.join(_thing(lot) for lot in each['lots'][:3])}: "
            f"{each['exposed_incidents']} of {len(plain['incidents'])} incidents, "
            f"{each['exposed']:,} units have it; odds ratio {ratio}, "
            f"p {each['p']:.2g}, corrected {each['p_corrected']:.2g}"
            + (": DECIDED" if each["decided"] else _more(each["incidents_to_decide"]))
        )
    if plain["too_few"]:
        lines.append("So few incidents decide nothing, whatever they share.")
    if plain["unknown"]:
        lines.append(f"No record names {', '.join(plain['unknown'])}.")
    if plain["without_lots"]:
        lines.append(f"{plain['without_lots']:,} units of the production have no lot on record.")
    return lines


def _more(incidents: int | None) -> str:
    if incidents is None:
        return "; no number of incidents would decide it"
    return f"; {incidents} more incidents from it would decide it"


def _path(steps: Sequence[Plain]) -> list[str]:
    return [
        "The proof:",
        *(
            f"  {each['at']} {each['did']}: {_thing(each['source'])} -> {_thing(each['target'])}"
            f"  [{each['record']}]"
            for each in steps
        ),
    ]


def _thing(each: Plain) -> str:
    return f"{each['name']} {each['number']}".strip() or str(each["code"])


def _both(each: Plain) -> str:
    possible = f" + {each['possible']:,} possible" if each["possible"] else ""
    return f"{each['certain']:,}{possible}"
