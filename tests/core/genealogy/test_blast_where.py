"""Whether each single thing is where the counts of a trace say that so many are."""

from __future__ import annotations

from collections import Counter
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.blast_where import Whereabouts
from kaishu.core.genealogy.forward import forward
from kaishu.core.genealogy.graph import Graph, build

LOT = things.lot(things.item("PACK"), "P")
UNITS = [things.unit(things.item("PHONE"), f"{n}") for n in range(4)]
BOXES = [things.own("box", f"{n}") for n in range(3)]
SHOPS = [things.own("party", f"{n}") for n in range(3)]
DIDS = (Did.PACKED, Did.SEEN_IN, Did.UNPACKED, Did.MOVED, Did.ENDED, Did.FITTED, Did.REMOVED)
numbers = count()


def act(at: int, did: Did, inputs: list[str], outputs: list[str], party: str = "") -> Act:
    whole = [tuple(Amount(code) for code in side) for side in (inputs, outputs)]
    return Act(f"act {at}", did, at, *whole, party)


@st.composite
def histories(draw: st.DrawFn) -> list[Act]:
    """Draw what may happen to four units of one lot and three boxes that go into each other."""
    acts = [act(0, Did.MADE, [LOT], UNITS)]
    for at in range(1, draw(st.integers(1, 12))):
        did = draw(st.sampled_from(DIDS))
        if did in (Did.FITTED, Did.REMOVED):
            part, whole = draw(st.sampled_from([(1, 0), (2, 0), (3, 2)]))
            alone = did is Did.REMOVED and draw(st.booleans())
            acts.append(act(at, did, [] if alone else [UNITS[part]], [UNITS[whole]]))
            continue
        inner = draw(st.integers(0, 5))
        thing = UNITS[inner] if inner < 4 else BOXES[inner - 4]
        box = BOXES[draw(st.integers(max(inner - 3, 0), 2))]
        if did is Did.MOVED:
            moved = draw(st.sampled_from([thing, box]))
            acts.append(act(at, did, [moved], [], draw(st.sampled_from(SHOPS))))
        elif did is Did.UNPACKED:
            sides = draw(st.sampled_from([([thing], [box]), ([thing], []), ([], [box])]))
            acts.append(act(at, did, *sides))
        elif did is Did.ENDED:
            acts.append(act(at, did, [UNITS[draw(st.integers(0, 3))]], []))
        else:
            acts.append(act(at, did, [thing], [box]))
    return acts


def opened(acts: list[Act], folder: Path) -> Graph:
    path = folder / f"{next(numbers)}.graph"
    build(columns(acts), path)
    return Graph.open(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("where")


@given(histories())
def test_the_things_of_each_holder_are_as_many_as_the_trace_counts(
    folder: Path, acts: list[Act]
) -> None:
    with opened(acts, folder) as graph:
        found = forward(graph, [LOT])
        counted: Counter[str] = Counter()
        for held in found.holders():
            if held.item == things.item("PHONE"):
                counted[held.party] += round(held.certain + held.possible)
        named = Counter(
            graph.code(where.party) if where.party >= 0 else ""
            for where in Whereabouts(graph).of(found.units())
            if not where.over
        )
        assert named == counted


def test_a_unit_packed_twice_is_in_the_second_box_and_is_told(folder: Path) -> None:
    acts = [
        act(0, Did.MADE, [LOT], UNITS),
        act(1, Did.PACKED, UNITS[:2], [BOXES[0]]),
        act(2, Did.PACKED, UNITS[1:], [BOXES[1]]),
        act(3, Did.MOVED, [BOXES[0]], [], SHOPS[0]),
        act(4, Did.MOVED, [BOXES[1]], [], SHOPS[1]),
    ]
    with opened(acts, folder) as graph:
        where = {
            graph.code(each.node): each for each in Whereabouts(graph).of(map(graph.need, UNITS))
        }
        assert [graph.code(where[unit].box) for unit in UNITS] == [BOXES[0], *[BOXES[1]] * 3]
        assert [graph.code(where[unit].party) for unit in UNITS] == [SHOPS[0], *[SHOPS[1]] * 3]
        assert [where[unit].packed for unit in UNITS] == [0, 1, 0, 0]
        assert [where[unit].at for unit in UNITS] == [3, 4, 4, 4]
        assert all(each.known for each in where.values())
