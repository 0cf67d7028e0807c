"""How much of what a lot reached can be found, and what is on record twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kaishu.core.genealogy.blast import Goods
from kaishu.core.genealogy.blast_where import Where, Whereabouts
from kaishu.core.genealogy.forward import CERTAIN, Forward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import item_of, name_of, unit

# Why a unit is on record twice.
TWO_CODES = "two_codes"  # one serial of one model under two codes
TWO_BOXES = "two_boxes"  # packed again while still in another box
TWO_HOLDERS = "two_holders"  # sent to two holders in the same second


@dataclass(frozen=True, slots=True)
class Twice:
    """A unit that is on record twice, and the other code where it has two."""

    why: str
    code: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """The units of an answer that are no part of another one, and where they are.

    `located` are with a known holder or have `ended`; the rest are `lost`.
    `pieces` are what lots without serials left with holders, known ones and unknown ones.
    """

    certain: int
    possible: int
    located: int
    ended: int
    lost: tuple[str, ...]
    pieces: int
    pieces_located: int
    twice: tuple[Twice, ...]


def found_of(graph: Graph, answer: Forward, *, goods: Mapping[str, Goods]) -> Found:
    """Return how much of an answer is found. `goods` says which classes are one model."""
    whole = [where for where in Whereabouts(graph).of(answer.units()) if not where.part]
    nodes = np.array([where.node for where in whole], np.int32)
    sure = int((answer.levels[np.searchsorted(answer.nodes, nodes)] == CERTAIN).sum())
    lost = [where.node for where in whole if not where.known and not where.over]
    ended = sum(where.over for where in whole)
    codes = graph.codes(nodes)
    twice = [each for where in whole for each in _recorded_twice(graph, where)]
    pieces, with_whom = _pieces(graph, answer)
    return Found(
        sure,
        len(whole) - sure,
        len(whole) - len(lost),
        ended,
        tuple(graph.codes(np.array(lost, np.int32))),
        pieces,
        with_whom,
        (*_two_codes(graph, codes, goods), *twice),
    )


def _pieces(graph: Graph, answer: Forward) -> tuple[int, int]:
    """Return the pieces of lots that are with anybody, and those whose holder is known.

    Only of classes without units in the answer: where there are serials, they are counted.
    """
    counted = {graph.item_code(item) for item in np.unique(graph.items(answer.units())).tolist()}
    held = [
        (each.certain + each.possible, each.party or each.place)
        for each in answer.holders()
        if each.item not in counted
    ]
    return round(sum(much for much, _who in held)), round(sum(much for much, who in held if who))


def _recorded_twice(graph: Graph, where: Where) -> Iterator[Twice]:
    if where.packed:
        yield Twice(TWO_BOXES, graph.code(where.node))
    if where.torn:
        yield Twice(TWO_HOLDERS, graph.code(where.node))


def _two_codes(graph: Graph, codes: list[str], goods: Mapping[str, Goods]) -> Iterator[Twice]:
    """Yield each serial that also exists under another class of the same brand and model."""
    classes: dict[Goods, list[str]] = {}
    for item, each in goods.items():
        if each.brand and each.model:
            classes.setdefault(each, []).append(item)
    known = set(codes)
    for code in codes:
        item = item_of(code)
        for other_item in classes.get(goods[item], ()) if item in goods else ():
            other = unit(other_item, name_of(code))
            twice = other_item != item and graph.number(other) is not None
            # Where both are in the answer, they are one pair and not two.
            if twice and (other not in known or code < other):
                yield Twice(TWO_CODES, code, other)
