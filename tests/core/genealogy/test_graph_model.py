"""The graph answers as a plain model does, whatever happened and in whatever order it was told."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.genealogy.acts import Act, Amount, Did, columns
from kaishu.core.genealogy.backward import backward
from kaishu.core.genealogy.backward import origins as origins_of
from kaishu.core.genealogy.errors import SuspectsNested
from kaishu.core.genealogy.forward import Forward, forward
from kaishu.core.genealogy.graph import Graph, build, extend
from kaishu.core.genealogy.things import lot, own, unit
from tests.core.genealogy.model_back import origins
from tests.core.genealogy.model_trace import Trace
from tests.core.genealogy.model_world import World

CELL, PACK, BANK = "/x/item/CELL", "/x/item/PACK", "/x/item/BANK"
LOTS = [lot(CELL, "1"), lot(CELL, "2"), lot(PACK, "A"), lot(PACK, "B"), CELL]
UNITS = [unit(PACK, "1"), unit(PACK, "2"), unit(BANK, "1"), unit(BANK, "2")]
BOXES = [own("box", "1"), own("box", "2")]
HOLDERS = [own("party", "P"), own("party", "Q"), own("place", "X")]
MUCH = [None, None, 1.0, 2.0, 3.0, 6.0, 10.0, 12.0, 2.5]
SIDES: dict[Did, tuple[list[str], list[str]]] = {
    Did.MADE: (LOTS * 2 + UNITS, LOTS + UNITS * 2),
    Did.FITTED: (LOTS[:2] + UNITS * 3, UNITS),
    Did.REMOVED: (UNITS, UNITS),
    Did.PACKED: (LOTS + UNITS * 2 + BOXES, BOXES),
    Did.UNPACKED: (LOTS + UNITS * 2 + BOXES, BOXES),
    Did.SEEN_IN: (LOTS + UNITS, BOXES),
    Did.MOVED: (LOTS + UNITS + BOXES * 3, []),
    Did.ENDED: (LOTS + UNITS, []),
}
WEIGHTS = {Did.MADE: 9, Did.FITTED: 3, Did.REMOVED: 2, Did.PACKED: 4, Did.MOVED: 4}
SEEDS = st.integers(0, 2**32)
SUSPECTS = st.lists(st.sampled_from([*LOTS[:4] * 2, *UNITS]), min_size=1, max_size=2)
WINDOWS = [(None, None), (None, None), (2, 4), (3, None), (None, 3)]


def told(draw: Random) -> Act:
    """Draw one act; one in ten is such as no careful record would hold."""
    did = draw.choices(list(Did), [WEIGHTS.get(did, 1) for did in Did])[0]
    ins, outs = SIDES[did]
    strange = draw.random() < 0.1
    if strange:
        ins = outs = [*LOTS, *UNITS, *BOXES]
    inputs = [Amount(draw.choice(ins), draw.choice(MUCH)) for _ in range(draw.choice((1, 1, 2, 3)))]
    many = draw.choice((1, 2)) if did is Did.MADE or strange else min(1, len(outs))
    outputs = [Amount(draw.choice(outs), draw.choice(MUCH)) for _ in range(many)]
    if draw.random() < 0.1:
        inputs = []
    if did in (Did.UNPACKED, Did.REMOVED) and draw.random() < 0.2:
        outputs = []
    party = place = ""
    if did is Did.MOVED:
        holder = draw.choice(HOLDERS)
        party, place = (holder, "") if "party" in holder else ("", holder)
    return Act("e", did, draw.randint(1, 6), tuple(inputs), tuple(outputs), party, place)


def answer(found: Forward, graph: Graph) -> dict[str, object]:
    """Return an answer in plain words."""
    nodes = graph.codes(found.nodes)
    return {
        "levels": dict(zip(nodes, found.levels.tolist(), strict=True)),
        "since": dict(zip(nodes, found.since.tolist(), strict=True)),
        "was": set(graph.codes(found.was())),
        "ended": set(graph.codes(found.ended())),
        "totals": {(x.item, x.kind): [x.certain, x.possible, x.unsaid] for x in found.totals()},
        "holders": {
            (x.party, x.place, x.item): [x.certain, x.possible, x.since, x.unsaid]
            for x in found.holders()
        },
        "consignees": {
            (x.party, x.place, x.item): [x.certain, x.possible, x.since, x.unsaid]
            for x in found.consignees()
        },
    }


def expected(trace: Trace) -> dict[str, object]:
    """Return the model's answer in the same words."""
    carrying = trace.carrying()
    return {
        "levels": carrying,
        "since": {code: trace.since(code) for code in carrying},
        "was": trace.was(),
        "ended": trace.world.ended & set(carrying),
        "totals": trace.totals(),
        "holders": trace.holders(),
        "consignees": trace.consignees(),
    }


def assert_proved(found: Forward, graph: Graph, trace: Trace) -> None:
    """Walk every path: it starts at a suspect, joins up, keeps time, and ends where it must."""
    for code, level in trace.carrying().items():
        path = found.path(code)
        if code in trace.suspects:
            assert path == ()
            continue
        assert path[0].source in trace.suspects
        assert path[-1].target == code
        for step, after in pairwise(path):
            assert step.target == after.source
        for step in path:
            assert step.did in (Did.MADE, Did.FITTED)
            assert step.level >= level
    for box in graph.codes(found.boxes()):
        assert found.path(box)[-1].target == box


def assert_same(
    acts: list[Act], suspects: list[str], window: tuple[int | None, int | None], *, grown: bool
) -> None:
    """Ask the graph and the model the same, forward and backward."""
    world = World(acts)
    with TemporaryDirectory() as folder, patch("os.fsync"):
        path = Path(folder) / "g"
        first = len(acts) // 2 if grown else len(acts)
        build(columns(acts[:first]), path)
        if grown:
            extend(path, columns(acts[first:]), path)
        graph = Graph.open(path)
        known = [code for code in suspects if graph.number(code) is not None]
        if window[1] is not None and any(
            (set(known) - {code}) & origins(world, code) for code in known
        ):
            with pytest.raises(SuspectsNested):
                forward(graph, known, since=window[0], until=window[1])
            return
        trace = Trace(world, known, *window)
        found = forward(graph, known, since=window[0], until=window[1])
        assert answer(found, graph) == expected(trace)
        assert_proved(found, graph, trace)
        for code in UNITS:
            if graph.number(code) is not None:
                for at in (None, 3):
                    inner = origins(world, code, *([] if at is None else [at]))
                    _, nodes = origins_of(graph, [graph.need(code)], at=at)
                    assert set(graph.codes(nodes)) == inner
                    back = backward(graph, code, at=at)
                    for each in graph.codes(back.lots):
                        assert back.path(each)[0].source == each
                        assert back.path(each)[-1].target == code
                if window == (None, None):
                    both = bool(set(known) & origins(world, code))
                    assert both == (code in trace.carrying()) or code in known


@given(SEEDS, st.integers(1, 24), SUSPECTS, st.sampled_from(WINDOWS))
def test_the_graph_answers_as_the_model(
    seed: int, many: int, suspects: list[str], window: tuple[int | None, int | None]
) -> None:
    draw = Random(seed)
    assert_same([told(draw) for _ in range(many)], suspects, window, grown=bool(seed % 2))
