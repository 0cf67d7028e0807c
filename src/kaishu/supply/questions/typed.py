"""Find the things that a person typed or pasted, in whatever form the label or the list had them.

A lot's number alone names a lot only within its item, so a bare word is looked for under every
item of the network. What fits several things is never chosen from: the person does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kaishu.core.codes import unpack
from kaishu.core.errors import Refusal
from kaishu.core.genealogy import epc, things
from kaishu.core.genealogy.graph import Graph
from kaishu.supply.models import Item, Network

MOST = 200
LONGEST = 300
SUSPECT = (things.Kind.LOT, things.Kind.UNIT)
_BETWEEN = re.compile(r"[\n\r\t,;、，；]+")
_PAIR = re.compile(r"(.+)[\s/:]+([^\s/:]+)")
_URI = re.compile(r"(?:urn:|https?://)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unclear:
    """One word that names no thing, or several: those that it may mean."""

    typed: str
    may_be: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Typed:
    """The codes that were meant, each once, and the words that are not clear."""

    codes: tuple[str, ...]
    unclear: tuple[Unclear, ...]


class TypedTooMany(Refusal):
    """More things were typed than one question takes."""

    code = "trace_too_many"


def read(
    graph: Graph,
    network: Network,
    text: str,
    *,
    kinds: Sequence[things.Kind] = SUSPECT,
) -> Typed:
    """Return what a text names: codes, EPC URNs, Digital Links, scanned codes, bare numbers.

    A word that names nothing as it stands is tried again in capitals. Raises TypedTooMany.
    """
    words = list(_words(text))
    if len(words) > MOST:
        raise TypedTooMany(most=MOST, count=len(words))
    items = list(Item.objects.filter(network=network))
    codes: dict[str, None] = {}
    unclear: list[Unclear] = []
    pending = list(words)
    while pending:
        word = pending.pop(0)
        found = _meant(graph, items, word, kinds)
        parts = word.split()
        if len(found) == 1:
            codes[found[0]] = None
        elif not found and len(parts) > 1 and len(pending) < MOST:
            pending[:0] = parts
        else:
            unclear.append(Unclear(word, tuple(found)))
    return Typed(tuple(codes), tuple(unclear))


def _words(text: str) -> Iterator[str]:
    for word in _BETWEEN.split(unicodedata.normalize("NFKC", text)):
        if clean := word.strip().strip("\"'「」"):
            yield clean[:LONGEST]


def _meant(
    graph: Graph, items: Sequence[Item], word: str, kinds: Sequence[things.Kind]
) -> list[str]:
    """Return the things of these kinds that the network knows under a word."""
    spellings = dict.fromkeys((word, word.upper()))
    for spelling in spellings:
        told = dict.fromkeys(_candidates(items, spelling))
        known = [code for code in told if graph.number(code) is not None]
        if found := [code for code in known if things.kind_of(code) in kinds]:
            return found
    return []


def _candidates(items: Sequence[Item], word: str) -> Iterator[str]:
    """Yield the codes that a word can stand for, the plainest meaning alone where it has one."""
    if word.startswith("/"):
        yield word
        return
    if _URI.match(word):
        yield from _of_uri(word)
        return
    payload = unpack(word)
    if payload is not None and payload.gtin:
        item = things.item(payload.gtin)
        yield from (things.unit(item, payload.serial),) if payload.serial else ()
        yield from (things.lot(item, payload.batch),) if payload.batch else ()
        return
    yield from _bare(items, word)


def _of_uri(word: str) -> Iterator[str]:
    for of_class in (False, True):
        try:
            name = epc.thing(word, of_class)
        except Refusal:
            continue
        yield name.code


def _bare(items: Sequence[Item], word: str) -> Iterator[str]:
    """Yield a bare number under every item, and after an item's own name or model."""
    if len(word) == 18 and word.isdecimal():
        yield f"/00/{word}"
    for kind in ("box", "party", "place"):
        yield things.own(kind, word)
    if len(word) == 13 and word.isdecimal():
        yield from (f"/417/{word}", f"/414/{word}")
    for item in items:
        yield things.lot(item.code, word)
        yield things.unit(item.code, word)
    if pair := _PAIR.fullmatch(word):
        head, number = pair.groups()
        for item in items:
            if head in (item.model, item.name, things.name_of(item.code)):
                yield things.lot(item.code, number)
                yield things.unit(item.code, number)
