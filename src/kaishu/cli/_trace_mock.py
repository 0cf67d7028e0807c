"""`kaishu trace mock`: trace a lot against the clock and keep the record."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kaishu.cli._django import start
from kaishu.cli._trace_ask import unseen_lines

if TYPE_CHECKING:
    from kaishu.supply.mock.models import MockRecall

LANGUAGES = ("ja", "zh-Hans", "en")
GOAL_MISSED = 3
SHOWN = 10


@click.command()
@click.argument("lot", default="")
@click.option("--network", default="", help="Its short name; not needed where there is only one.")
@click.option("--seed", type=int, help="Draw the lot by this number; the same draws the same.")
@click.option(
    "--goal",
    type=click.FloatRange(0, 100),
    help="Per cent of the units to be located; exit code 3 if it is missed.",
)
@click.option("--by", required=True, help="Who runs it: a name for the record.")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write the record.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Of the record.")
@click.option("--json", "as_json", is_flag=True, help="Print the record as JSON.")
def mock(
    *,
    lot: str,
    network: str,
    seed: int | None,
    goal: float | None,
    by: str,
    pdf: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Run a mock recall: time the trace of LOT, or of one that is drawn.

    LOT is a number, a code, or "lot L77 of CELL-18650". Nothing is recalled and nobody is told; the
    record stays.

    \b
    Example:  kaishu trace mock "lot L77 of CELL-18650" --by "A. Mori" --pdf record.pdf
    Exit codes: 0 run and kept · 1 refused, with the reason · 3 run and kept, the goal was missed
    """
    if lot and seed is not None:
        raise click.UsageError("Give a LOT or a --seed to draw one by, not both.")
    start()
    from kaishu.base.clock import now
    from kaishu.supply.mock import actions, record
    from kaishu.supply.network import queries

    there = queries.network(network)
    row = actions.run_mock(
        slug=there.slug,
        lot=_lot(there.slug, lot) if lot else "",
        seed=seed,
        goal=None if goal is None else round(goal * 10),
        by=by,
        at=now(),
        clock=time.monotonic,
    )
    if pdf is not None:
        pdf.write_bytes(record.pdf(row, language=language))
        click.echo(f"Wrote {pdf}", err=True)
    if as_json:
        click.echo(json.dumps(_facts(row) | _unseen(row), ensure_ascii=False, indent=1))
    else:
        _show(row)
        for line in unseen_lines(_unseen(row)):
            click.echo(line)
    if row.reached_goal is False:
        raise SystemExit(GOAL_MISSED)


def _unseen(row: MockRecall) -> dict[str, Any]:
    """Return what the trace of a mock recall did not see."""
    return {**(row.unseen or {}), "waiting": row.waiting}


def _lot(slug: str, typed: str) -> str:
    """Return the code of the one lot that a text names; of a unit where it names no lot."""
    from kaishu.core.genealogy.things import Kind
    from kaishu.supply.network import asking, queries
    from kaishu.supply.network.errors import ThingNotFound

    graph, network = queries.open_graph(slug), queries.network(slug)
    try:
        return asking.meant(graph, network, typed, kinds=(Kind.LOT,))
    except ThingNotFound as refusal:
        try:
            return asking.meant(graph, network, typed)
        except ThingNotFound:
            raise refusal from None


def _facts(row: MockRecall) -> dict[str, object]:
    from kaishu.supply.mock import record

    names = (
        *(
            "lot",
            "item",
            "seed",
            "milliseconds",
            "graph",
            "certain",
            "possible",
            "located",
            "ended",
        ),
        *("lost", "pieces", "pieces_located", "lost_units", "duplicates", "duplicate_units"),
        *("unjudged", "unjudged_lots", "holders", "holder_count", "by"),
    )
    return {
        "number": row.pk,
        "network": row.network.slug,
        "at": row.at.isoformat(),
        "percent_located": record.located_share(row),
        "goal": None if row.goal is None else row.goal / 10,
        "goal_reached": row.reached_goal,
        **{name: getattr(row, name) for name in names},
    }


def _show(row: MockRecall) -> None:
    from kaishu.supply.mock import record

    share = record.located_share(row)
    click.echo(f"Mock recall no. {row.pk}: {row.lot} ({record.chosen(row)})")
    click.echo(f"  {row.units:,} units: {row.certain:,} certain, {row.possible:,} possible")
    click.echo(
        f"  located {row.located:,}{f' = {share} %' if share else ''}, ended {row.ended:,} of them"
    )
    if row.pieces:
        click.echo(f"  pieces without serials: {row.pieces_located:,} of {row.pieces:,} located")
    click.echo(f"  not judged: {row.unjudged:,} units, {row.unjudged_lots:,} lots")
    if said := record.goal(row):
        click.echo(f"  goal {said}")
    click.echo(f"  traced in {row.milliseconds / 1000:.3f} s")
    click.echo(f"  not located: {row.lost:,}")
    for code in row.lost_units[:SHOWN]:
        click.echo(f"    {code}")
    if row.lost > SHOWN:
        click.echo(
            f"    and {row.lost - SHOWN:,} more (--json lists up to {len(row.lost_units):,})"
        )
    click.echo(f"  on record twice: {row.duplicates:,}")
    for each in row.duplicate_units[:SHOWN]:
        click.echo(f"    {each['code']}: {record.why_twice(each['why'])} {each['other']}".rstrip())
