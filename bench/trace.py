"""Time traces through a network's graph beside databases, a graph library and bare C.

    python -m bench.trace [--edges 1000000] [--rounds 5] [--alone 1]

Peers say what is reachable and no more. Ours keeps the rules: levels, quantities, who has it now,
who ever had it, and the path that proves it; they are on in every figure. Counts must be equal.
`--alone 1` leaves the peers out, for graphs that they cannot hold.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from bench import common, trace_peers, trace_world
from bench.trace_world import World
from kaishu.core.genealogy import compiled
from kaishu.core.genealogy.backward import backward, origins
from kaishu.core.genealogy.forward import forward
from kaishu.core.genealogy.graph import Graph, build
from kaishu.core.genealogy.things import Kind

INCIDENTS = 200
ASKED = ("forward", "back", "shared")


class Ours:
    """The graph, with everything that an answer needs."""

    def __init__(self, world: World, graph: Graph) -> None:
        """Take an open graph."""
        self._world, self._graph = world, graph
        codes = world.columns.codes
        self._shop = {codes[number]: number for number in world.kind("consignee")}
        self._lot = {graph.need(codes[number]): number for number in world.kind("lot")}

    def forward(self, lots: list[int]) -> trace_peers.Reached:
        """Return how many units and which consignees are reached, everything else worked out."""
        codes = self._world.columns.codes
        found = forward(self._graph, [codes[lot] for lot in lots])
        held = found.consignees()
        assert found.holders()
        assert found.path(held[0].party)
        product = codes[self._world.kind("unit")[0]].rpartition("/21/")[0]
        total = next(x for x in found.totals() if (x.item, x.kind) == (product, Kind.UNIT))
        shops = {self._shop[line.party] for line in held if line.item == product}
        return int(total.certain + total.possible), tuple(sorted(shops))

    def back(self, unit: int) -> set[int]:
        """Return the cell lots of a unit."""
        found = backward(self._graph, self._world.columns.codes[unit])
        return {self._lot[node] for node in found.lots.tolist()}

    def shared(self, units: list[int]) -> Counter[int]:
        """Return in how many of the units each cell lot is."""
        nodes = [self._graph.need(self._world.columns.codes[unit]) for unit in units]
        _, found = origins(self._graph, nodes)
        lots = found[self._graph.kinds(found) == Kind.LOT]
        return Counter(self._lot[node] for node in lots.tolist())


def questions(world: World) -> dict[str, Any]:
    """Return what is asked: three lots, a unit, and some incidents of which a half share a lot."""
    draw = np.random.default_rng(common.SEED)
    lots, units = world.kind("lot"), world.kind("unit")
    suspects = [lots[len(lots) * part // 4] for part in (1, 2, 3)]
    middle = units.start + len(units) // 2
    some = {*draw.integers(units.start, units.stop, INCIDENTS // 2).tolist()}
    some |= {*(middle + draw.integers(0, 2_000, INCIDENTS // 2)).tolist()}
    return {"forward": suspects, "back": middle, "shared": sorted(some)}


def timed(ask: Callable[[], object], expected: object) -> float:
    """Return the milliseconds of one answer; a wrong one stops the run."""
    found: list[object] = []
    taken = common.seconds(lambda: found.append(ask()))
    assert found == [expected], "an answer differs"
    return taken * 1000


def measure(
    peers: dict[str, Any], asked: dict[str, Any], rounds: int
) -> dict[str, dict[str, float]]:
    """Ask everyone everything in turn; returns milliseconds by question and peer."""
    figures = {}
    for name in ASKED:
        expected = getattr(peers["kaishu"], name)(asked[name])
        sides = {
            who: partial(timed, partial(getattr(peer, name), asked[name]), expected)
            for who, peer in peers.items()
        }
        figures[name] = common.in_turn(sides, rounds=rounds)
    return figures


def built(world: World, path: Path) -> tuple[float, float, float]:
    """Build the file; returns seconds, those of numpy's sort of the same edges, and of opening."""
    draw = np.random.default_rng(common.SEED)
    mixed = draw.permutation(len(world.source))
    source, target = world.source[mixed], world.target[mixed]
    sort = common.seconds(lambda: np.lexsort((target, source)))
    taken = common.seconds(lambda: build(world.columns, path))
    return taken, sort, common.seconds(lambda: Graph.open(path))


def report(figures: dict[str, dict[str, float]], reached: trace_peers.Reached) -> str:
    """Return the table of times and the goals that are ratios of them."""
    rows = [
        (who, *(common.short(figures[name][who]) for name in ASKED)) for who in figures["forward"]
    ]
    head = (
        f"ms, 3 lots = {reached[0]:,} units at {len(reached[1])} consignees",
        "forward",
        "backward, one unit",
        f"lots of {INCIDENTS} units",
    )
    ahead = figures["forward"]
    mine = ahead["kaishu"]
    goals = [
        common.Goal(what=f"forward: times faster than {who}", goal=goal, figure=ahead[who] / mine)
        for who, goal in (("PostgreSQL", 10), ("igraph", 5))
        if who in ahead
    ]
    back = figures["back"]["kaishu"]
    goals.append(common.Goal(what="backward, ms", goal=1, figure=back, most=True))
    if "compiled C" in ahead:
        what = "forward: times the compiled search"
        goals.append(common.Goal(what=what, goal=4, figure=mine / ahead["compiled C"], most=True))
    return f"{common.table(head, rows)}\n\n{common.goals(goals)}"


def file_report(graph: Graph, edges: int, seconds: tuple[float, float, float]) -> str:
    """Return the goals of the file itself."""
    taken, sort, opened = seconds
    parts = graph.bytes_of()
    names = sum(
        size for name, size in parts.items() if name.startswith(("name", "key", "member", "bucket"))
    )
    goals = common.goals(
        [
            common.Goal(
                what="bytes an edge, all", goal=24, figure=graph.facts.bytes / edges, most=True
            ),
            common.Goal(
                what="build: times numpy's sort of the edges",
                goal=5,
                figure=taken / sort,
                most=True,
            ),
            common.Goal(what="open, ms", goal=10, figure=opened * 1000, most=True),
        ]
    )
    return (
        f"{goals}\n\n{edges:,} edges, {graph.facts.nodes:,} things, {graph.facts.acts:,} acts. "
        f"Of the {graph.facts.bytes / edges:.1f} bytes an edge, {names / edges:.1f} are codes and "
        f"the keys of events. Built in {taken:.1f} s; numpy sorts the edges in {sort:.2f} s."
    )


def main() -> None:
    """Read the command line, run, print."""
    given = common.arguments(__doc__, edges=1_000_000, alone=0)
    compiled.warm()
    world = trace_world.make(given.edges)
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        seconds = built(world, folder / "trace.graph")
        graph = Graph.open(folder / "trace.graph")
        peers: dict[str, Any] = {"kaishu": Ours(world, graph)}
        if not given.alone:
            peers |= others(world, folder, stack)
        asked = questions(world)
        figures = measure(peers, asked, given.rounds)
        reached = peers["kaishu"].forward(asked["forward"])
        print(f"{report(figures, reached)}\n\n{file_report(graph, len(world.source), seconds)}")


def others(world: World, folder: Path, stack: ExitStack) -> dict[str, Any]:
    """Return the peers, each with the edges loaded."""
    server = stack.enter_context(common.durable_postgres())
    url = stack.enter_context(common.fresh_database(server))
    postgres = stack.enter_context(closing(trace_peers.Postgres(world, url)))
    peers: dict[str, Any] = {}
    if trace_peers.Compiled.available():
        peers["compiled C"] = trace_peers.Compiled(world, folder)
    return peers | {
        "igraph": trace_peers.Igraph(world),
        "DuckDB, a join a step": trace_peers.DuckJoins(world),
        "DuckDB, recursive": trace_peers.Duck(world),
        "PostgreSQL": postgres,
    }


if __name__ == "__main__":
    main()
