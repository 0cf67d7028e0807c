"""Everything that happened to one thing, in the order of time, as the graph has it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kaishu.core.genealogy.acts import Amount, Did
from kaishu.core.genealogy.graph import Graph

MOST_NAMED = 12  # things of one act that a page names; a pallet may hold thousands


@dataclass(frozen=True, slots=True)
class Happened:
    """One act of a thing. `out` says that the thing came out of it and did not go in.

    `quantity` is how much of the thing took part, None where nobody said. `inputs` and `outputs`
    are the first of the others; their counts say how many there are.
    """

    key: str
    did: Did
    at: int
    out: bool
    quantity: float | None
    inputs: tuple[Amount, ...]
    outputs: tuple[Amount, ...]
    input_count: int
    output_count: int
    party: str
    place: str


def count(graph: Graph, node: int) -> int:
    """Return how many acts a thing took part in."""
    return int(graph.node_first[node + 1]) - int(graph.node_first[node])


def history(graph: Graph, node: int, *, start: int = 0, most: int = 100) -> list[Happened]:
    """Return a thing's acts from the `start`-th on, the earliest first."""
    first, past = (int(graph.node_first[node + more]) for more in (0, 1))
    entries = graph.entry[first + start : min(past, first + start + most)].tolist()
    return [_happened(graph, node, entry >> 1, bool(entry & 1)) for entry in entries]


def _happened(graph: Graph, node: int, act: int, out: bool) -> Happened:
    first, past = (int(graph.act_first[act + more]) for more in (0, 1))
    amounts = graph.amount[first:past].astype(np.int64)
    outputs = (amounts & 1).astype(bool)
    own = np.flatnonzero((amounts >> 1 == node) & (outputs == out))
    sides = [np.flatnonzero(outputs == side) for side in (False, True)]
    party, place = _who(graph, act)
    return Happened(
        key=graph.act_key(act),
        did=Did(int(graph.did[act])),
        at=int(graph.at[act]),
        out=out,
        quantity=_said(graph, first + int(own[0])) if len(own) else None,
        inputs=_amounts(graph, first, amounts, sides[0][:MOST_NAMED]),
        outputs=_amounts(graph, first, amounts, sides[1][:MOST_NAMED]),
        input_count=len(sides[0]),
        output_count=len(sides[1]),
        party=party,
        place=place,
    )


def _amounts(
    graph: Graph, first: int, amounts: np.ndarray, which: np.ndarray
) -> tuple[Amount, ...]:
    return tuple(
        Amount(graph.code(int(amounts[at]) >> 1), _said(graph, first + int(at)))
        for at in which.tolist()
    )


def _said(graph: Graph, place: int) -> float | None:
    """Return the quantity that an amount told, by its place among all amounts."""
    at = int(np.searchsorted(graph.said_at, place))
    told = at < len(graph.said_at) and int(graph.said_at[at]) == place
    return float(graph.said[at]) if told else None


def _who(graph: Graph, act: int) -> tuple[str, str]:
    at = int(np.searchsorted(graph.who_act, act))
    if at >= len(graph.who_act) or int(graph.who_act[at]) != act:
        return "", ""
    numbers = (int(graph.who_party[at]), int(graph.who_place[at]))
    party, place = (graph.code(number) if number >= 0 else "" for number in numbers)
    return party, place
