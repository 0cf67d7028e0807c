"""Find the things that a person typed or pasted, in whatever form the label or the list had them.

A lot's number alone names a lot only within its item, so a bare word is looked for under every
item of the network, also where nobody described it. What fits several things is never chosen
from: the person does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote
from weakref import WeakKeyDictionary

import numpy as np

from kaishu.core.codes import unpack
from kaishu.core.errors import Refusal
from kaishu.core.genealogy import epc, things
from kaishu.core.genealogy.graph import Graph
from kaishu.supply.models import Item, Network

# The question stands in the address of a page and in its links: that is the limit, not the search,
# which takes 20,000 numbers of 20 classes in two seconds.
MOST = 200
LONGEST = 300
AT_ONCE = 20_000
SUSPECT = (things.Kind.LOT, things.Kind.UNIT)
Classes = frozenset[tuple[str, things.Kind]]
_known: WeakKeyDictionary[Graph, Classes] = WeakKeyDictionary()
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
    most: int = MOST,
) -> Typed:
    """Return what a text names: codes, EPC URNs, Digital Links, scanned codes, bare numbers.

    A word that names nothing as it stands is tried again in capitals; one of several parts that
    names nothing is read part by part. All are looked up together. Raises TypedTooMany.
    """
    words = list(_words(text))
    if len(words) > most:
        raise TypedTooMany(most=most, count=len(words))
    items = list(Item.objects.filter(network=network))
    found = named(graph, items, words, kinds)
    parts = {word: word.split() for word in words if not found[word]}
    split = list(islice((part for each in parts.values() if len(each) > 1 for part in each), most))
    found |= named(graph, items, split, kinds)
    codes: dict[str, None] = {}
    unclear: list[Unclear] = []
    for word in words:
        told = parts.get(word, [word])
        for part in told if all(each in found for each in told) else [word]:
            if len(found[part]) == 1:
                codes[found[part][0]] = None
            else:
                unclear.append(Unclear(part, tuple(found[part])))
    return Typed(tuple(codes), tuple(unclear))


def known(
    graph: Graph, network: Network, words: Sequence[str], *, kinds: Sequence[things.Kind]
) -> frozenset[str]:
    """Return those of some words that name a thing of these kinds."""
    items = list(Item.objects.filter(network=network)) if words else []
    found = named(graph, items, words, kinds)
    return frozenset(word for word, codes in found.items() if codes)


def is_one(text: str) -> bool:
    """Say whether a text is one word as it stands, with nothing to take apart."""
    return list(_words(text)) == [text]


def _words(text: str) -> Iterator[str]:
    for word in _BETWEEN.split(unicodedata.normalize("NFKC", text)):
        if clean := word.strip().strip("\"'「」"):
            yield clean[:LONGEST]


def named(
    graph: Graph, items: Sequence[Item], words: Iterable[str], kinds: Sequence[things.Kind]
) -> dict[str, list[str]]:
    """Return the things of these kinds that the network knows under each word.

    The words go to the graph some thousands at a time, and not one by one.
    """
    found: dict[str, list[str]] = {}
    there = _classes(graph)
    items = [*items, *_undescribed(items, there)]
    waiting = iter(dict.fromkeys(words))
    while part := list(islice(waiting, AT_ONCE)):
        found |= _named(graph, items, {word: word for word in part}, kinds, there)
        capitals = {word: word.upper() for word in part if not found[word] and word != word.upper()}
        found |= _named(graph, items, capitals, kinds, there)
    return found


def _classes(graph: Graph) -> Classes:
    """Return of which classes the graph has lots and units: one pass over all things, kept as long
    as the graph is open."""
    found = _known.get(graph)
    if found is None:
        every = np.arange(graph.facts.nodes)
        both = np.unique(graph.items(every).astype(np.int64) << 4 | graph.kinds(every)).tolist()
        found = frozenset((graph.item_code(each >> 4), things.Kind(each & 15)) for each in both)
        _known[graph] = found
    return found


def _undescribed(items: Sequence[Item], there: Classes) -> list[Item]:
    """Return what records name and no list of items does: it goes by its own number."""
    missing = {code for code, _ in there if code} - {each.code for each in items}
    return [Item(code=code) for code in sorted(missing)]


def _named(
    graph: Graph,
    items: Sequence[Item],
    spelled: Mapping[str, str],
    kinds: Sequence[things.Kind],
    there: Classes,
) -> dict[str, list[str]]:
    """Return what each word names in one spelling."""
    heads = _heads(items, kinds, there)
    told = {
        word: list(dict.fromkeys(_candidates(items, heads, kinds, there, spelling)))
        for word, spelling in spelled.items()
    }
    asked = list(dict.fromkeys(code for codes in told.values() for code in codes))
    known = dict(zip(asked, graph.numbers(asked).tolist(), strict=True)) if asked else {}
    return {word: [code for code in codes if known[code] >= 0] for word, codes in told.items()}


def _heads(items: Sequence[Item], kinds: Sequence[things.Kind], there: Classes) -> tuple[str, ...]:
    """Return what stands before the number in the code of a lot and a unit of each class that the
    graph has: made once, because a list of words times the classes is many."""
    makers = {things.Kind.LOT: things.lot, things.Kind.UNIT: things.unit}
    return tuple(
        make(item.code, "")
        for item in items
        for kind, make in makers.items()
        if kind in kinds and (item.code, kind) in there
    )


def _fits(code: str, kinds: Sequence[things.Kind], there: Classes) -> bool:
    """Say whether a code is of these kinds, and of a class of which the graph has any."""
    try:
        kind = things.kind_of(code)
    except ValueError:
        return False
    item = things.item_of(code)
    return kind in kinds and (not item or (item, kind) in there)


def _candidates(
    items: Sequence[Item],
    heads: Sequence[str],
    kinds: Sequence[things.Kind],
    there: Classes,
    word: str,
) -> Iterator[str]:
    """Yield the codes that a word can stand for, the plainest meaning alone where it has one."""
    plain = _plain(word)
    if plain is not None:
        yield from (code for code in plain if _fits(code, kinds, there))
        return
    yield from (code for code in _own(word, kinds) if _fits(code, kinds, there))
    number = quote(word, safe="")
    yield from (head + number for head in heads)
    yield from (code for code in _paired(items, word) if _fits(code, kinds, there))


def _plain(word: str) -> Sequence[str] | None:
    """Return what a code, an address or a scanned code names; None for a bare number."""
    if word.startswith("/"):
        return (word,)
    if _URI.match(word):
        return tuple(_of_uri(word))
    payload = unpack(word)
    if payload is None or not payload.gtin:
        return None
    item = things.item(payload.gtin)
    unit = (things.unit(item, payload.serial),) if payload.serial else ()
    return (*unit, *((things.lot(item, payload.batch),) if payload.batch else ()))


def _of_uri(word: str) -> Iterator[str]:
    for of_class in (False, True):
        try:
            name = epc.thing(word, of_class)
        except Refusal:
            continue
        yield name.code


def _own(word: str, kinds: Sequence[things.Kind]) -> Iterator[str]:
    """Yield a bare number as that of a box, a party or a place, where one of them is asked for."""
    if set(kinds) <= set(SUSPECT):
        return
    if len(word) == 18 and word.isdecimal():
        yield f"/00/{word}"
    for kind in ("box", "party", "place"):
        yield things.own(kind, word)
    if len(word) == 13 and word.isdecimal():
        yield from (f"/417/{word}", f"/414/{word}")


def _paired(items: Sequence[Item], word: str) -> Iterator[str]:
    """Yield what an item's own name or model with a number after it stands for."""
    if pair := _PAIR.fullmatch(word):
        head, number = pair.groups()
        for item in items:
            if head in (item.model, item.name, things.name_of(item.code)):
                yield things.lot(item.code, number)
                yield things.unit(item.code, number)
