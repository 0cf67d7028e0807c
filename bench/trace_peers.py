"""The same questions to others: bare reachability over the same edges, without any rule.

Each peer answers `forward` (units reached, consignees reached), `back` (cell lots of one unit) and
`shared` (how many of some units each cell lot is in).
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any, Protocol

import duckdb
import igraph
import numpy as np
import psycopg
from numpy.typing import NDArray

from bench.trace_world import World

Array = NDArray[Any]
Reached = tuple[int, tuple[int, ...]]
C_SOURCE = """
#include <stdint.h>
#include <stdlib.h>
int64_t reach(const int64_t *first, const int32_t *next, int64_t nodes, const int32_t *from,
              int64_t many, int32_t *queue) {
    uint8_t *seen = calloc((nodes + 7) / 8, 1);
    int64_t head = 0, tail = 0;
    for (int64_t i = 0; i < many; i++) {
        seen[from[i] >> 3] |= 1 << (from[i] & 7);
        queue[tail++] = from[i];
    }
    while (head < tail) {
        int32_t here = queue[head++];
        for (int64_t at = first[here]; at < first[here + 1]; at++) {
            int32_t to = next[at];
            if (seen[to >> 3] >> (to & 7) & 1) continue;
            seen[to >> 3] |= 1 << (to & 7);
            queue[tail++] = to;
        }
    }
    free(seen);
    return tail;
}
"""


class Peer(Protocol):
    """Someone who can answer."""

    def forward(self, lots: list[int]) -> Reached:
        """Return how many units and which consignees are reached."""

    def back(self, unit: int) -> set[int]:
        """Return the cell lots of a unit."""

    def shared(self, units: list[int]) -> Counter[int]:
        """Return in how many of the units each cell lot is."""


def split(world: World, reached: Array) -> Reached:
    """Return units and consignees among things reached."""
    units, shops = world.kind("unit"), world.kind("consignee")
    many = int(((reached >= units.start) & (reached < units.stop)).sum())
    return many, tuple(sorted(int(x) for x in reached if shops.start <= x < shops.stop))


def csr(source: Array, target: Array, nodes: int) -> tuple[Array, Array]:
    """Return where each node's targets begin, and the targets."""
    order = np.argsort(source, kind="stable")
    first = np.append(0, np.cumsum(np.bincount(source, minlength=nodes))).astype(np.int64)
    return first, target[order].astype(np.int32)


class Compiled:
    """Breadth first in C over arrays of both directions."""

    def __init__(self, world: World, folder: Path) -> None:
        """Compile it; `available` says whether one can."""
        code, library = folder / "reach.c", folder / "reach.so"
        code.write_text(C_SOURCE)
        compiler = shutil.which("cc") or "cc"
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, code], check=True)
        self._reach = ctypes.CDLL(str(library)).reach
        self._reach.restype = ctypes.c_int64
        self._world, self._nodes = world, len(world.columns.codes)
        self._out = csr(world.source, world.target, self._nodes)
        self._in = csr(world.target, world.source, self._nodes)
        self._queue = np.empty(self._nodes, np.int32)

    @staticmethod
    def available() -> bool:
        """Return whether there is a compiler."""
        return shutil.which("cc") is not None

    def _run(self, arrays: tuple[Array, Array], start: list[int]) -> Array:
        begin = np.array(start, np.int32)
        first, following = arrays
        pointers = [
            x.ctypes.data_as(ctypes.c_void_p) for x in (first, following, begin, self._queue)
        ]
        many = self._reach(
            pointers[0],
            pointers[1],
            ctypes.c_int64(self._nodes),
            pointers[2],
            ctypes.c_int64(len(begin)),
            pointers[3],
        )
        return self._queue[:many]

    def forward(self, lots: list[int]) -> Reached:
        """Return how many units and which consignees are reached."""
        reached = self._run(self._out, lots)
        units, shops = self._world.kind("unit"), self._world.kind("consignee")
        many = int(np.count_nonzero((reached >= units.start) & (reached < units.stop)))
        return many, tuple(sorted(reached[reached >= shops.start].tolist()))

    def back(self, unit: int) -> set[int]:
        """Return the cell lots of a unit."""
        found = self._run(self._in, [unit])
        return set(found[found < self._world.kind("lot").stop].tolist())

    def shared(self, units: list[int]) -> Counter[int]:
        """Return in how many of the units each cell lot is."""
        return Counter(lot for unit in units for lot in self.back(unit))


class Igraph:
    """A graph library in C."""

    def __init__(self, world: World) -> None:
        """Load the edges."""
        edges = np.stack([world.source, world.target], 1)
        self._graph = igraph.Graph(n=len(world.columns.codes), edges=edges, directed=True)
        self._world = world

    def forward(self, lots: list[int]) -> Reached:
        """Return how many units and which consignees are reached."""
        found: set[int] = set()
        for lot in lots:
            found.update(self._graph.subcomponent(lot, mode="out"))
        units, shops = self._world.kind("unit"), self._world.kind("consignee")
        many = sum(x in units for x in found)
        return many, tuple(sorted(x for x in found if x >= shops.start))

    def back(self, unit: int) -> set[int]:
        """Return the cell lots of a unit."""
        last = self._world.kind("lot").stop
        return {x for x in self._graph.subcomponent(unit, mode="in") if x < last}

    def shared(self, units: list[int]) -> Counter[int]:
        """Return in how many of the units each cell lot is."""
        return Counter(lot for unit in units for lot in self.back(unit))


RECURSIVE = """
    WITH RECURSIVE found(start, node) AS (
        SELECT n, n FROM {begin}
        UNION
        SELECT f.start, e.{to} FROM found f JOIN edge e ON e.{by} = f.node)
"""


class Sql:
    """What the two databases have in common: a recursive query."""

    def __init__(self, world: World) -> None:
        """Note what is a unit, a lot, a consignee."""
        self._world = world
        self._units, self._lots = world.kind("unit"), world.kind("lot")
        self._shops = world.kind("consignee")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query."""
        raise NotImplementedError

    def forward(self, lots: list[int]) -> Reached:
        """Return how many units and which consignees are reached."""
        begin = f"(SELECT 0 AS z, unnest(ARRAY{lots}) AS m) s"
        query = RECURSIVE.format(begin=begin, to="target", by="source").replace(
            "SELECT n, n", "SELECT z, m"
        )
        rows = self.rows(
            f"{query} SELECT count(*) FILTER (WHERE node BETWEEN {self._units.start} AND "
            f"{self._units.stop - 1}), array_agg(node) FILTER (WHERE node >= {self._shops.start}) "
            "FROM found"
        )
        return int(rows[0][0]), tuple(sorted(rows[0][1]))

    def back(self, unit: int) -> set[int]:
        """Return the cell lots of a unit."""
        return set(self.shared([unit]))

    def shared(self, units: list[int]) -> Counter[int]:
        """Return in how many of the units each cell lot is."""
        begin = f"(SELECT unnest(ARRAY{units}) AS n) s"
        query = RECURSIVE.format(begin=begin, to="source", by="target")
        last = self._lots.stop
        rows = self.rows(
            f"{query} SELECT node, count(*) FROM found WHERE node < {last} GROUP BY node"
        )
        return Counter({int(node): int(many) for node, many in rows})


class Postgres(Sql):
    """A recursive query over a table with an index each way."""

    def __init__(self, world: World, url: str) -> None:
        """Load the edges."""
        super().__init__(world)
        self._connection = psycopg.connect(url, autocommit=True)
        cursor = self._connection.cursor()
        cursor.execute("CREATE TABLE edge (source int NOT NULL, target int NOT NULL)")
        with cursor.copy("COPY edge FROM STDIN") as copy:
            for first in range(0, len(world.source), 100_000):
                part = slice(first, first + 100_000)
                pairs = zip(world.source[part].tolist(), world.target[part].tolist(), strict=True)
                copy.write("".join(f"{a}\t{b}\n" for a, b in pairs))
        cursor.execute("CREATE INDEX ON edge (source, target)")
        cursor.execute("CREATE INDEX ON edge (target, source)")
        cursor.execute("VACUUM ANALYZE edge")
        cursor.execute("SET work_mem = '256MB'")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query."""
        return self._connection.execute(query.encode()).fetchall()

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class Duck(Sql):
    """DuckDB's recursive query."""

    def __init__(self, world: World) -> None:
        """Load the edges."""
        super().__init__(world)
        self._duck = duckdb.connect()
        edges = {"source": world.source, "target": world.target}
        self._duck.register("given", edges)
        self._duck.execute("CREATE TABLE edge AS SELECT * FROM given")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query."""
        return self._duck.execute(query).fetchall()


class DuckJoins(Duck):
    """DuckDB asked once a step: a semi-join of the frontier, until nothing is new."""

    def _closure(self, start: str, to: str, by: str) -> None:
        duck = self._duck
        duck.execute(f"CREATE OR REPLACE TEMP TABLE found AS {start}")
        duck.execute("CREATE OR REPLACE TEMP TABLE step AS FROM found")
        while True:
            duck.execute(
                f"CREATE OR REPLACE TEMP TABLE step AS SELECT DISTINCT s.start, e.{to} AS node "
                f"FROM edge e JOIN step s ON e.{by} = s.node "
                "ANTI JOIN found f ON f.start = s.start AND f.node = e." + to
            )
            if not self.rows("SELECT count(*) FROM step")[0][0]:
                return
            duck.execute("INSERT INTO found FROM step")

    def forward(self, lots: list[int]) -> Reached:
        """Return how many units and which consignees are reached."""
        self._closure(f"SELECT 0 AS start, unnest({lots}) AS node", "target", "source")
        units = self._units
        rows = self.rows(
            f"SELECT count(*) FILTER (WHERE node BETWEEN {units.start} AND {units.stop - 1}), "
            f"array_agg(node) FILTER (WHERE node >= {self._shops.start}) FROM found"
        )
        return int(rows[0][0]), tuple(sorted(rows[0][1]))

    def shared(self, units: list[int]) -> Counter[int]:
        """Return in how many of the units each cell lot is."""
        nodes = f"SELECT unnest({units}) AS node"
        self._closure(f"SELECT node AS start, node FROM ({nodes})", "source", "target")
        rows = self.rows(
            f"SELECT node, count(*) FROM found WHERE node < {self._lots.stop} GROUP BY node"
        )
        return Counter({int(node): int(many) for node, many in rows})
