"""Whether incidents lead back to the right lot, and whether doubt is said aloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.causes import common_cause
from kaishu.core.genealogy.causes_errors import NoIncidentKnown, NothingToCompare
from kaishu.core.genealogy.fisher import Table, at_least
from kaishu.core.genealogy.graph import Graph, build

Make = Callable[[Sequence[Act]], Graph]
PHONE, OTHER = things.item("PHONE"), things.item("LAMP")


@pytest.fixture(scope="module")
def graph_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Return the graph of some acts."""
    folder = tmp_path_factory.mktemp("graphs")
    opened: list[Graph] = []

    def make(acts: Sequence[Act]) -> Graph:
        path: Path = folder / f"{len(opened)}.graph"
        build(columns(acts), path)
        opened.append(Graph.open(path))
        return opened[-1]

    yield make
    for graph in opened:
        graph.close()


def lot(item: str, number: int) -> str:
    return things.lot(things.item(item), f"{number}")


def phone(number: int) -> str:
    return things.unit(PHONE, f"{number}")


def made(at: int, inputs: Sequence[str], outputs: Sequence[str]) -> Act:
    whole = [tuple(Amount(code) for code in side) for side in (inputs, outputs)]
    return Act(f"{at}-{outputs[0]}", Did.MADE, at, *whole)


def production(units: int, *, pack_size: int) -> list[Act]:
    """Return phones made one by one: a pack lot for each `pack_size`, a cell lot for two packs."""
    packs = range(-(-units // pack_size))
    acts = [made(1, [lot("FOIL", 0)], [lot("CELL", n)]) for n in range(-(-len(packs) // 2))]
    acts += [made(2, [lot("CELL", n // 2)], [lot("PACK", n)]) for n in packs]
    return acts + [made(3 + n, [lot("PACK", n // pack_size)], [phone(n)]) for n in range(units)]


def test_three_incidents_of_one_pack_lot_are_decided(graph_of: Make) -> None:
    found = common_cause(
        graph_of(production(400, pack_size=20)), [phone(40), phone(45), phone(59), phone(59)]
    )
    first = found.causes[0]
    assert first.lots == (lot("PACK", 2),)
    assert first.table == Table(3, 17, 0, 380)
    assert first.chance == at_least(Table(3, 17, 0, 380))
    assert found.tested == 10 + 20  # every cell and pack lot that any phone has
    assert first.corrected == pytest.approx(30 * first.chance)
    assert first.odds.halved
    assert (first.decided, first.more, found.too_few) == (True, 0, False)
    assert found.everywhere == (lot("FOIL", 0),)
    cell = found.causes[1]
    assert (cell.lots, cell.table) == ((lot("CELL", 1),), Table(3, 37, 0, 360))
    assert (found.units, found.without_lots, found.unknown) == (400, 0, ())


def test_one_incident_decides_nothing_and_says_how_many_more_would(graph_of: Make) -> None:
    found = common_cause(graph_of(production(400, pack_size=20)), [phone(40), phone(9_999)])
    assert found.unknown == (phone(9_999),)
    assert (found.decided, found.too_few) == ((), True)
    first = found.causes[0]
    assert first.lots == (lot("PACK", 2),)
    assert at_least(Table(2, 18, 0, 380)) * 30 >= 0.05 > at_least(Table(3, 17, 0, 380)) * 30
    assert first.more == 2


def test_lots_that_the_same_units_have_cannot_be_told_apart(graph_of: Make) -> None:
    acts = production(60, pack_size=20)
    acts += [made(1, [lot("GLUE", n)], [lot("CELL", 7 + n)]) for n in range(1)]
    acts += [made(2, [lot("CELL", 7)], [lot("PACK", 1)])]
    found = common_cause(graph_of(acts), [phone(20), phone(21)])
    same = (lot("CELL", 7), lot("GLUE", 0), lot("PACK", 1))
    assert tuple(sorted(found.causes[0].lots)) == same
    # Cells 0, 1 and 7, packs 0 to 2 and the glue, of which three are one; foil is everywhere.
    assert found.tested == 7 - 2


def test_units_without_records_count_as_not_exposed_and_are_counted(graph_of: Make) -> None:
    acts = [*production(40, pack_size=20), made(99, [], [phone(100)]), made(99, [], [phone(101)])]
    found = common_cause(graph_of(acts), [phone(0), phone(1), phone(100)])
    assert (found.units, found.without_lots) == (42, 2)
    assert found.causes[0].table == Table(2, 18, 1, 21)
    assert found.everywhere == ()


def test_units_of_another_product_are_no_comparison(graph_of: Make) -> None:
    acts = production(40, pack_size=20)
    acts += [made(90 + n, [lot("PACK", 0)], [things.unit(OTHER, f"{n}")]) for n in range(30)]
    found = common_cause(graph_of(acts), [phone(0)])
    assert (found.items, found.units) == ((PHONE,), 40)
    assert found.causes[0].table == Table(1, 19, 0, 20)


def test_nobody_known_is_refused(graph_of: Make) -> None:
    graph = graph_of(production(4, pack_size=2))
    with pytest.raises(NoIncidentKnown) as refused:
        common_cause(graph, [phone(77), lot("PACK", 0)])
    assert refused.value.facts == {"units": f"{phone(77)}, {lot('PACK', 0)}"}
    with pytest.raises(NothingToCompare):
        common_cause(graph, [])


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=12),
    st.sets(st.integers(0, 11), min_size=1, max_size=4),
)
def test_tables_are_what_walking_back_from_each_unit_counts(
    graph_of: Make, lots_of_unit: list[tuple[int, int]], failed: set[int]
) -> None:
    acts = [made(1, [lot("CELL", n % 4)], [lot("PACK", n)]) for n in range(6)]
    behind: dict[str, set[str]] = {}
    for number, (pack, board) in enumerate(lots_of_unit):
        acts.append(made(2, [lot("PACK", pack), lot("BOARD", board)], [phone(number)]))
        behind[phone(number)] = {lot("PACK", pack), lot("BOARD", board), lot("CELL", pack % 4)}
    incidents = [phone(number) for number in failed if number < len(lots_of_unit)]
    if not incidents:
        return
    found = common_cause(graph_of(acts), incidents)
    lots = {each for unit in incidents for each in behind[unit]}
    expected = {
        each: Table(
            sum(each in behind[unit] for unit in incidents),
            sum(each in behind[unit] for unit in behind if unit not in incidents),
            sum(each not in behind[unit] for unit in incidents),
            sum(each not in behind[unit] for unit in behind if unit not in incidents),
        )
        for each in lots
    }
    assert {each: c.table for c in found.causes for each in c.lots} == {
        each: table for each, table in expected.items() if table.exposed < table.units
    }
    assert {*found.everywhere} == {
        e for e, table in expected.items() if table.exposed == table.units
    }
    assert [cause.chance for cause in found.causes] == sorted(c.chance for c in found.causes)
    for one in found.causes:
        for other in found.causes:
            units = [
                {u for u in behind if each in behind[u]} for each in (one.lots[0], other.lots[0])
            ]
            assert (units[0] == units[1]) == (one is other)
