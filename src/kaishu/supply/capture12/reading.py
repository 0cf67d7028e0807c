"""Read an EPCIS 1.x document as it streams by: one event, one master data element at a time.

No document type declaration is accepted, so there are no entities that could grow; an element may
not lie deeper than DEEPEST, and an event not be longer than LONGEST.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from xml.parsers import expat

from kaishu.supply.capture12.errors import DoctypeRefused, NotEpcis, XmlBroken, XmlTooBig

DEEPEST = 40
LONGEST = 4 << 20  # characters of one event
BLOCK = 1 << 16
ROOTS = ("EPCISDocument", "EPCISQueryDocument")
EVENTS = ("ObjectEvent", "AggregationEvent", "QuantityEvent", "TransactionEvent")
EVENT, MASTER = "event", "master"


@dataclass(slots=True)
class Node:
    """One element: its name ("prefix:name" where it has a namespace), attributes, content."""

    name: str
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def child(self, name: str) -> Node | None:
        """Return the first child of a name."""
        return next((each for each in self.children if each.name == name), None)

    def said(self, name: str) -> str:
        """Return the text of the first child of a name, or an empty one."""
        found = self.child(name)
        return found.text.strip() if found else ""


@dataclass(frozen=True, slots=True)
class Found:
    """An event, or an element of master data with the type of its vocabulary, and its line."""

    kind: str
    node: Node
    line: int
    vocabulary: str = ""


@dataclass(slots=True)
class Reader:
    """Reads a file; `namespaces` are those of extensions, by the prefix they have in nodes."""

    namespaces: dict[str, str] = field(default_factory=dict)
    _open: list[Node] = field(default_factory=list)
    _done: list[Found] = field(default_factory=list)
    _depth: int = 0
    _size: int = 0
    _line: int = 0
    _vocabulary: str = ""
    _root: str = ""
    _parser: Any = None

    def read(self, path: Path) -> Iterator[Found]:
        """Yield what stands in a file. Raises XmlBroken, DoctypeRefused, XmlTooBig, NotEpcis."""
        parser = expat.ParserCreate(namespace_separator=" ")
        self._parser = parser
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse
        parser.EntityDeclHandler = _refuse
        parser.ExternalEntityRefHandler = _refuse
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        with path.open("rb") as file:
            try:
                while block := file.read(BLOCK):
                    parser.Parse(block, False)
                    yield from self._taken()
                parser.Parse(b"", True)
            except expat.ExpatError as broken:
                raise XmlBroken(line=broken.lineno) from broken
            except (LookupError, ValueError) as broken:
                raise XmlBroken(line=parser.CurrentLineNumber) from broken
        yield from self._taken()

    def _taken(self) -> list[Found]:
        done, self._done = self._done, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise XmlTooBig(line=self._parser.CurrentLineNumber)
        short = self._short(name)
        local = short.rpartition(":")[2]
        if not self._root:
            self._root = local
            if local not in ROOTS or " urn:epcglobal:epcis" not in f" {name}":
                raise NotEpcis(root=local[:80])
        if self._open:
            self._grow(sum(len(key) + len(value) for key, value in attributes.items()) + len(name))
            node = Node(short, attributes)
            self._open[-1].children.append(node)
            self._open.append(node)
        elif short in EVENTS or short in ("TransformationEvent", "VocabularyElement"):
            self._size, self._line = 0, self._parser.CurrentLineNumber
            self._open.append(Node(short, attributes))
        elif local == "Vocabulary":
            self._vocabulary = attributes.get("type", "")

    def _end(self, _name: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        node = self._open.pop()
        if not self._open:
            kind = MASTER if node.name == "VocabularyElement" else EVENT
            self._done.append(Found(kind, node, self._line, self._vocabulary))

    def _characters(self, text: str) -> None:
        if self._open:
            self._grow(len(text))
            self._open[-1].text += text

    def _grow(self, by: int) -> None:
        self._size += by
        if self._size > LONGEST:
            raise XmlTooBig(line=self._line)

    def _short(self, name: str) -> str:
        """Return "prefix:name" of an extension; elements of EPCIS itself have no prefix."""
        parts = name.split(" ")
        if len(parts) == 1:
            return name
        uri, local = parts[0], parts[1]
        if uri.startswith("urn:epcglobal:") and "mda" not in uri:
            return local
        prefix = parts[2] if len(parts) > 2 else "ext"
        while self.namespaces.setdefault(prefix, uri) != uri:
            prefix += "x"
        return f"{prefix}:{local}"


def is_xml(path: Path) -> bool:
    """Say whether a file begins as XML does."""
    with path.open("rb") as file:
        head = file.read(64)
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def _refuse(*_said: object) -> NoReturn:
    raise DoctypeRefused
