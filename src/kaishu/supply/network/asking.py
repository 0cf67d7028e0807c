"""What a person typed -> the one thing that is meant, or a refusal with the nearest next step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from difflib import get_close_matches

import numpy as np

from kaishu.core.genealogy import things
from kaishu.core.genealogy.errors import WindowWrong
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import Kind
from kaishu.supply.links import coding
from kaishu.supply.models import Item, Network
from kaishu.supply.network.errors import MomentWrong, ThingNotFound, ThingUnclear
from kaishu.supply.questions import typed

ANY = (Kind.LOT, Kind.UNIT, Kind.BOX, Kind.PARTY, Kind.PLACE)
SUSPECT = (Kind.LOT, Kind.UNIT)
FIRST_ZONE, LAST_ZONE = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
DAY = len("2025-03-01")
SEARCHED = 50_000  # names that a misspelled one is compared with
SHOWN = 5
_SAID = re.compile(r"\s*(lot|unit|serial|box|carton|pallet)\s+(.+?)(?:\s+of\s+(.+?))?\s*", re.I)
_KINDS = {"lot": (Kind.LOT,), "unit": (Kind.UNIT,), "serial": (Kind.UNIT,)}


def meant(graph: Graph, network: Network, text: str, *, kinds: Sequence[Kind] = SUSPECT) -> str:
    """Return the code of the thing that a text names: "lot L77 of CELL-18650", a GTIN and a lot, an
    EPC URN, a Digital Link, our code. Raises ThingUnclear, ThingNotFound.
    """
    said = _SAID.fullmatch(text)
    if said:
        kinds = [
            kind for kind in _KINDS.get(said[1].lower(), (Kind.BOX,)) if kind in kinds
        ] or kinds
        if said[3]:
            found = [
                code
                for item in _items(network, said[3].strip())
                for code in _of_item(item, said[2].strip(), kinds)
                if graph.number(code) is not None
            ]
            return _one(graph, text, found, kinds)
        text = said[2]
    read = typed.read(graph, network, text.replace(",", " "), kinds=kinds)
    found = list(read.codes)
    for unclear in read.unclear:
        found += unclear.may_be
    if read.unclear and read.codes:
        found = [] if not any(each.may_be for each in read.unclear) else found
    return _one(graph, text, found, kinds)


def all_meant(
    graph: Graph, network: Network, texts: Sequence[str], *, kinds: Sequence[Kind] = SUSPECT
) -> list[str]:
    """Return the code of each text, each code once. Raises ThingUnclear, ThingNotFound.

    Texts of one word are looked up together: a list of 100,000 lots costs a second, not minutes.
    """
    plain = [each for each in texts if typed.is_one(each) and not _SAID.fullmatch(each)]
    items = list(Item.objects.filter(network=network)) if len(plain) > 1 else []
    known = typed.named(graph, items, plain, kinds) if len(plain) > 1 else {}
    return list(
        dict.fromkeys(
            known[each][0]
            if len(known.get(each, ())) == 1
            else meant(graph, network, each, kinds=kinds)
            for each in texts
        )
    )


def window(since: str, until: str) -> tuple[int | None, int | None]:
    """Return the moments of a window, both inclusive. Raises MomentWrong, WindowWrong."""
    first, last = moment(since), moment(until, end=True)
    if first is not None and last is not None:
        days = _is_day(since) and _is_day(until)
        swapped = days and date.fromisoformat(until.strip()) < date.fromisoformat(since.strip())
        if swapped or last < first:
            raise WindowWrong(since=since[:40], until=until[:40])
    return first, last


def _is_day(text: str) -> bool:
    return len(text.strip()) <= DAY


def moment(text: str, *, end: bool = False) -> int | None:
    """Return seconds since 1970 of a day or a moment; an empty text is no moment.

    A moment without a zone is UTC. A day is that day wherever it was written: it begins with the
    first clock on earth and ends with the last, so that no record of it is left out. Raises
    MomentWrong.
    """
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise MomentWrong(typed=text[:40]) from None
    if _is_day(text):
        clock = time(23, 59, 59, tzinfo=LAST_ZONE) if end else time(tzinfo=FIRST_ZONE)
        found = datetime.combine(found.date(), clock)
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return int(found.timestamp())


def _one(graph: Graph, text: str, found: Sequence[str], kinds: Sequence[Kind]) -> str:
    different = list(dict.fromkeys(found))
    if len(different) == 1:
        return different[0]
    if different:
        raise ThingUnclear(typed=text[:80], may_be=", ".join(different[:SHOWN]))
    near = ", ".join(nearest(graph, text, kinds))
    raise ThingNotFound(typed=text[:80], near=near or "–")


def nearest(graph: Graph, text: str, kinds: Sequence[Kind]) -> list[str]:
    """Return the codes whose number looks most like what was typed."""
    word = text.split(" of ", maxsplit=1)[0].rpartition("/")[2].split()[-1:] or [text]
    every = graph.kinds(np.arange(graph.facts.nodes, dtype=np.int32))
    nodes = np.flatnonzero(np.isin(every, [int(kind) for kind in kinds]))[:SEARCHED]
    codes = {things.name_of(code): code for code in reversed(graph.codes(nodes))}
    return [codes[name] for name in get_close_matches(word[0], codes, n=SHOWN, cutoff=0.6)]


def _items(network: Network, said: str) -> list[str]:
    """Return the classes that a name, a model, a GTIN or a code can mean."""
    named = [
        row.code
        for row in Item.objects.filter(network=network)
        if said in (row.name, row.model, row.code, things.name_of(row.code))
    ]
    read, _why = coding.item(said)
    return list(dict.fromkeys([*named, *([read] if read else [])]))


def _of_item(item: str, number: str, kinds: Sequence[Kind]) -> list[str]:
    makers = {Kind.LOT: things.lot, Kind.UNIT: things.unit}
    return [makers[kind](item, number) for kind in kinds if kind in makers]
