"""What the picture of a trace says: the words in its boxes, the numbers on its lines, its links."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kaishu.base.templatetags.kaishu import count
from kaishu.core.genealogy.picture import Box, Line, Picture
from kaishu.core.genealogy.picture_values import Lane, Node
from kaishu.core.genealogy.things import Kind, item_of
from kaishu.doors.console.trace.opened import Opened, Thing

BOLD, THIN = 17, 22  # half-width signs that fit into a box
NUMBER = 13  # the same of digits, which are wider


@dataclass(frozen=True, slots=True)
class Drawn:
    """One box: its name, three lines that fit, the whole of it for a reader, and where it leads.

    `opens` says that the link takes the box apart instead of leading to a thing's own page.
    """

    box: Box
    name: str
    note: str
    title: str
    about: str
    level: str
    said: str
    href: str
    opens: bool
    sure: bool
    both: bool


@dataclass(frozen=True, slots=True)
class Edged:
    """One line: the number at its end, and what it says."""

    line: Line
    number: str
    said: str


@dataclass(frozen=True, slots=True)
class Row:
    """The same facts as a line of the table below the picture."""

    lane: str
    box: Drawn
    node: Node
    sources: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """The picture in the language in force."""

    picture: Picture
    columns: tuple[tuple[float, str], ...]
    boxes: tuple[Drawn, ...]
    lines: tuple[Edged, ...]
    rows: tuple[Row, ...]

    @property
    def lanes(self) -> int:
        """Return how many lanes have anything in them."""
        return len(self.columns)


def shown(
    picture: Picture, opened: Opened, *, href: Callable[[Node], str], site: str = ""
) -> Shown:
    """Put a picture into words; `href` says where what can be taken apart leads.

    `site` stands before the addresses of things: a file knows no page that it is on.
    """
    codes = [box.node.code for box in picture.boxes if box.node.code]
    things = opened.things([*codes, *(item for code in codes if (item := item_of(code)))])
    boxes = tuple(_drawn(box, things, href, site) for box in picture.boxes)
    of_node = {id(box.box.node): box for box in boxes}
    lines = tuple(_edged(line, of_node) for line in picture.lines)
    names = _lane_names()
    order = sorted(boxes, key=lambda each: (each.box.node.lane, each.box.y))
    return Shown(
        picture,
        tuple((column.x, names[column.lane]) for column in picture.columns),
        boxes,
        lines,
        tuple(_row(each, lines, of_node, names) for each in order),
    )


def _drawn(box: Box, things: dict[str, Thing], href: Callable[[Node], str], site: str) -> Drawn:
    node = box.node
    thing = things.get(node.code)
    title, about = _words(node, thing)
    level = _level(node)
    return Drawn(
        box,
        title,
        about,
        cut(title, BOLD - 2 * bool(node.opens)),
        cut(about),
        cut(level),
        ". ".join(each for each in (title, about, level) if each),
        href(node) if node.opens else (f"{site}{thing.href}" if thing and node.single else ""),
        bool(node.opens),
        node.sure,
        node.sure and node.possible > 0,
    )


def _words(node: Node, thing: Thing | None) -> tuple[str, str]:
    """Return a box's heading and what it is or how much of it there is."""
    counted = _counted(node)
    if node.single:
        if thing is None:
            return (_("Not known where"), "") if node.lane is Lane.PARTY else ("", counted)
        return thing.name, f"{thing.kind} · {thing.of}" if thing.of else thing.role or thing.kind
    if node.after:
        said = _("and %(number)s more") % {"number": count(node.things)}
        return said, str(thing) if thing else _folded_name(node)
    if thing is None:
        return _folded_name(node), counted
    return (str(thing) if item_of(node.code) else thing.name), counted


def _folded_name(node: Node) -> str:
    names = {
        Kind.BOX: _("Boxes"),
        Kind.PARTY: _("Holders"),
        Kind.LOT: _("Lots"),
        Kind.UNIT: _("Units"),
    }
    return names.get(node.kind, _("Things"))


def _counted(node: Node) -> str:
    number = {"number": count(node.things)}
    if node.kind is Kind.UNIT:
        return ngettext("%(number)s unit", "%(number)s units", node.things) % number
    if node.kind is Kind.LOT:
        return ngettext("%(number)s lot", "%(number)s lots", node.things) % number
    if node.kind is Kind.BOX:
        return ngettext("%(number)s box", "%(number)s boxes", node.things) % number
    return ngettext("%(number)s holder", "%(number)s holders", node.things) % number


def _level(node: Node) -> str:
    """Say how sure it is, with numbers where the box counts more than itself."""
    counts = not node.single or node.lane in (Lane.BOX, Lane.PARTY)
    said = []
    for number, word in (
        (node.certain, pgettext("word", "certain")),
        (node.possible, pgettext("word", "possible")),
    ):
        if number:
            said.append(f"{word} {count(number)}" if counts else word)
    return " · ".join(said)


def _edged(line: Line, of_node: dict[int, Drawn]) -> Edged:
    edge, many = line.edge, line.edge.certain + line.edge.possible
    alone = line.source.single and line.target.single and line.target.lane < Lane.BOX
    if edge.pieces is not None and line.target.kind is Kind.LOT:
        number = count(edge.pieces)
    else:
        number = "" if alone or not many else count(many)
    ends = {
        "source": _name(of_node[id(line.source)]),
        "target": _name(of_node[id(line.target)]),
    }
    said = [_("From %(source)s to %(target)s") % ends, *_amounts(line)]
    return Edged(line, number, ": ".join((said[0], ", ".join(said[1:]))))


def _amounts(line: Line) -> list[str]:
    said = []
    counts = not line.target.single or line.target.lane >= Lane.BOX
    if line.edge.pieces is not None and line.target.kind is Kind.LOT:
        pieces = {"number": count(line.edge.pieces)}
        said.append(ngettext("%(number)s piece", "%(number)s pieces", line.edge.pieces) % pieces)
    for number, word in (
        (line.edge.certain, pgettext("word", "certain")),
        (line.edge.possible, pgettext("word", "possible")),
    ):
        if number:
            said.append(f"{word} {count(number)}" if counts else word)
    return said


def _name(box: Drawn) -> str:
    return f"{box.name} ({box.note})" if box.note else box.name


def _row(
    drawn: Drawn, lines: Sequence[Edged], of_node: dict[int, Drawn], names: dict[Lane, str]
) -> Row:
    sources = tuple(
        (_name(of_node[id(each.line.source)]), ", ".join(_amounts(each.line)))
        for each in lines
        if each.line.target is drawn.box.node
    )
    return Row(names[drawn.box.node.lane], drawn, drawn.box.node, sources)


def _lane_names() -> dict[Lane, str]:
    return {
        Lane.MATERIAL: _("Material"),
        Lane.CELL: _("Cells"),
        Lane.LOT: _("Lots"),
        Lane.PACK: _("Packs"),
        Lane.PRODUCT: _("Products"),
        Lane.BOX: _("Boxes"),
        Lane.PARTY: pgettext("lane", "Now with"),
    }


def cut(text: str, widest: int = THIN) -> str:
    """Return a text that fits into a box; letters of East Asia are twice as wide.

    A long number loses its head: numbers of one prefix differ in their last digits.
    """
    if text.isdigit() and len(text) > NUMBER:
        return f"…{text[1 - NUMBER :]}"
    wide = [2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text]
    if sum(wide) <= widest:
        return text
    room, kept = widest - 1, 0
    for sign in wide:
        if room < sign:
            break
        room, kept = room - sign, kept + 1
    return f"{text[:kept]}…"
