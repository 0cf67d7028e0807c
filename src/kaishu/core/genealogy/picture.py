"""Where everything in the picture of a trace stands: lanes to the right, nodes below each other.

A template draws what stands here as SVG, so that it prints and speaks the language in force. Each
edge has a place of its own on both of its nodes, so that its number stands beside its end and
meets no other. Coordinates are rounded to a tenth of a unit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kaishu.core.genealogy.picture_values import Edge, Folded, Lane, Node

WIDTH, GAP = 150, 64  # of a node, and between two lanes
LEAST_HEIGHT, BETWEEN, PORT = 54, 14, 15
TOP, MARGIN = 30, 8
SWEEPS = 6


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its rectangle."""

    node: Node
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Return the height of its middle."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Line:
    """An edge with its path, the place of its number, and the thickness that its count has."""

    edge: Edge
    path: str
    x: float
    y: float
    thick: float
    source: Node
    target: Node


@dataclass(frozen=True, slots=True)
class Column:
    """A lane that has nodes, with the middle of its heading."""

    lane: Lane
    x: float


@dataclass(frozen=True, slots=True)
class Picture:
    """The whole drawing, in units of one pixel at full size."""

    width: float
    height: float
    columns: tuple[Column, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    things: int


def place(folded: Folded) -> Picture:
    """Return where everything stands."""
    lanes = sorted({node.lane for node in folded.nodes})
    columns = {lane: MARGIN + place * (WIDTH + GAP) for place, lane in enumerate(lanes)}
    heights = _heights(folded)
    order = _order(folded, lanes)
    tallest = max((_tall(heights, order[lane]) for lane in lanes), default=0)
    boxes = _boxes(folded, columns, heights, order, tallest)
    width = MARGIN * 2 + len(lanes) * (WIDTH + GAP) - (GAP if lanes else 0)
    inside = any(_lane(folded, edge.source) >= _lane(folded, edge.target) for edge in folded.edges)
    return Picture(
        width + (28 if inside else 0),
        round(TOP + tallest + MARGIN, 1),
        tuple(Column(lane, columns[lane] + WIDTH / 2) for lane in lanes),
        tuple(boxes),
        tuple(_lines(folded, boxes)),
        folded.things,
    )


def _lane(folded: Folded, number: int) -> Lane:
    return folded.nodes[number].lane


def _heights(folded: Folded) -> list[float]:
    """Return how high each node is: it has room for the ends of its edges."""
    ends = [[0, 0] for _node in folded.nodes]
    for edge in folded.edges:
        ends[edge.source][1] += 1
        ends[edge.target][0] += 1
    return [max(LEAST_HEIGHT, PORT * max(both) + 8) for both in ends]


def _tall(heights: Sequence[float], numbers: Sequence[int]) -> float:
    return sum(heights[number] + BETWEEN for number in numbers) - BETWEEN


def _order(folded: Folded, lanes: Sequence[Lane]) -> dict[Lane, list[int]]:
    """Order each lane so that edges cross little: by the mean place of what a node touches."""
    order = {
        lane: [number for number, node in enumerate(folded.nodes) if node.lane == lane]
        for lane in lanes
    }
    touching: list[list[int]] = [[] for _node in folded.nodes]
    for edge in folded.edges:
        touching[edge.source].append(edge.target)
        touching[edge.target].append(edge.source)
    for sweep in range(SWEEPS):
        for lane in lanes if sweep % 2 == 0 else reversed(lanes):
            place = {n: i / len(each) for each in order.values() for i, n in enumerate(each)}

            def mean(number: int, place: dict[int, float] = place) -> float:
                near = touching[number] or [number]
                return sum(place[each] for each in near) / len(near)

            order[lane].sort(key=mean)
    for each in order.values():  # what stands for the rest stands last
        each.sort(key=lambda number: folded.nodes[number].after > 0)
    return order


def _boxes(
    folded: Folded,
    columns: Mapping[Lane, float],
    heights: Sequence[float],
    order: dict[Lane, list[int]],
    tallest: float,
) -> list[Box]:
    found: dict[int, Box] = {}
    for lane, numbers in order.items():
        y = TOP + (tallest - _tall(heights, numbers)) / 2
        for number in numbers:
            found[number] = Box(
                folded.nodes[number], columns[lane], round(y, 1), WIDTH, heights[number]
            )
            y += heights[number] + BETWEEN
    return [found[number] for number in range(len(folded.nodes))]


def _lines(folded: Folded, boxes: Sequence[Box]) -> list[Line]:
    numbers = range(len(folded.edges))
    starts, ends = _ports(folded, boxes, numbers, out=True), _ports(folded, boxes, numbers)
    most = max((edge.certain + edge.possible for edge in folded.edges), default=1)
    found = []
    for number, edge in enumerate(folded.edges):
        source, target = boxes[edge.source], boxes[edge.target]
        left, right = source.x + source.width, target.x
        path, label = _path(left, starts[number], right, ends[number], target.x + target.width)
        share = (edge.certain + edge.possible) / max(most, 1)
        thick = round(1 + 3 * share**0.5, 1)
        y = round(ends[number] - 3, 1)
        found.append(Line(edge, path, label, y, thick, source.node, target.node))
    return found


def _path(left: float, y: float, right: float, to: float, back: float) -> tuple[str, float]:
    """Return the curve of an edge and where its number ends; one that leads back bows outwards."""
    if right > left:
        half = round((left + right) / 2, 1)
        return f"M{left:g},{y:g}C{half:g},{y:g} {half:g},{to:g} {right:g},{to:g}", right - 9
    bow = max(left, back) + 26
    return f"M{left:g},{y:g}C{bow:g},{y:g} {bow:g},{to:g} {back:g},{to:g}", back + 30


def _ports(
    folded: Folded, boxes: Sequence[Box], numbers: Sequence[int], *, out: bool = False
) -> dict[int, float]:
    """Return the height at which each edge leaves its source (`out`) or meets its target."""
    of_box: dict[int, list[int]] = {}
    for number in numbers:
        edge = folded.edges[number]
        of_box.setdefault(edge.source if out else edge.target, []).append(number)
    found = {}
    for box, mine in of_box.items():

        def other(number: int) -> float:
            edge = folded.edges[number]
            return boxes[edge.target if out else edge.source].middle

        for place, number in enumerate(sorted(mine, key=other)):
            step = (place + 0.5) * boxes[box].height / len(mine)
            found[number] = round(boxes[box].y + step, 1)
    return found
