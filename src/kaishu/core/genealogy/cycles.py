"""Things that are made of each other, as records tell it: rework, or a mistake in a record.

A trace survives them. They are found when the graph is built, so that they can be looked into.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from kaishu.core.genealogy.acts import Did
from kaishu.core.genealogy.walk import NONE, Array, spread

_PASSES = np.zeros(16, np.bool_)
_PASSES[[Did.MADE, Did.FITTED]] = True


def groups(arrays: Mapping[str, Array], things: int) -> list[list[int]]:
    """Return the groups of two and more things of which each went into each other.

    Things are numbered in the order of being made, so that only an act which makes an earlier thing
    from a later one can close a circle; what lies between its two ends is all that is searched.
    """
    sources, targets = _backwards(arrays)
    if not len(sources):
        return []
    between = _reached(arrays, targets, things, out=True)
    between &= _reached(arrays, sources, things, out=False)
    nodes = np.flatnonzero(between)
    steps = {node: _next(arrays, node, between) for node in nodes.tolist()}
    return [sorted(group) for group in _circles(steps) if len(group) > 1]


def _backwards(arrays: Mapping[str, Array]) -> tuple[Array, Array]:
    """Return the last inputs and first outputs of acts whose inputs are not all the earlier."""
    amount, first = arrays["amount"], arrays["act_first"].astype(np.int64)
    node = (amount >> 1).astype(np.int64)
    starts = first[:-1][first[:-1] < first[1:]]
    acts = np.flatnonzero(first[:-1] < first[1:])
    if not len(acts):
        return NONE, NONE
    out = (amount & 1) == 1
    latest = np.maximum.reduceat(np.where(out, -1, node), starts)
    earliest = np.minimum.reduceat(np.where(out, node, len(node) + int(node.max())), starts)
    closing = _PASSES[arrays["act_did"][acts]] & (latest > earliest)
    places, which = spread(first, acts[closing])
    ends = node[places]
    outs = out[places]
    inputs, outputs = (
        ~outs & (ends > earliest[closing][which]),
        outs & (ends < latest[closing][which]),
    )
    return np.unique(ends[inputs]), np.unique(ends[outputs])


def _step(arrays: Mapping[str, Array], nodes: Array, *, out: bool) -> Array:
    """Return what things went into, or what they came out of, each once."""
    places, _ = spread(arrays["node_first"], nodes)
    entry = arrays["entry"][places]
    act = (entry >> 1).astype(np.int64)
    side = 0 if out else 1
    use = ((entry & 1) == side) & _PASSES[arrays["act_did"][act]]
    places, _ = spread(arrays["act_first"], np.unique(act[use]))
    amount = arrays["amount"][places]
    return np.unique(amount[(amount & 1) != side] >> 1).astype(np.int64)


def _reached(arrays: Mapping[str, Array], start: Array, things: int, *, out: bool) -> Array:
    found = np.zeros(things, np.bool_)
    found[start] = True
    todo = start
    while len(todo):
        todo = _step(arrays, todo, out=out)
        todo = todo[~found[todo]]
        found[todo] = True
    return found


def _next(arrays: Mapping[str, Array], node: int, between: Array) -> list[int]:
    found = _step(arrays, np.array([node], np.int64), out=True)
    following: list[int] = found[between[found]].tolist()
    return following


def _circles(steps: dict[int, list[int]]) -> list[list[int]]:
    """Return the strongly connected groups (Tarjan, 1972), without recursion."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[list[int]] = []
    for root, after in steps.items():
        trail: list[tuple[int, Any]] = [] if root in order else [(root, iter(after))]
        while trail:
            node, rest = trail[-1]
            if node not in order:
                order[node] = low[node] = len(order)
                stack.append(node)
                on_stack.add(node)
            for other in rest:
                if other not in order:
                    trail.append((other, iter(steps[other])))
                    break
                if other in on_stack:
                    low[node] = min(low[node], order[other])
            else:
                trail.pop()
                if trail:
                    low[trail[-1][0]] = min(low[trail[-1][0]], low[node])
                if low[node] == order[node]:
                    cut = stack.index(node)
                    found.append(stack[cut:])
                    on_stack -= set(stack[cut:])
                    del stack[cut:]
    return found
