"""Codes in arrays: a group each (all up to the last slash: kind and class), a name, and buckets.

To find a number by its code its hash says in which bucket of a few things it must be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.errors import ThingWrong
from kaishu.core.genealogy.sorting import by_counting
from kaishu.core.genealogy.text import common, from_flat, pack
from kaishu.core.genealogy.things import Kind, item_of, kind_of
from kaishu.core.genealogy.walk import cut

Array = NDArray[Any]
PER_BUCKET = 8
_CHUNK = 1 << 19
_FACTOR = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes one after another, a line each: where each begins, where its name, where it ends."""

    codes: list[str]
    flat: Array
    starts: Array
    names: Array
    ends: Array


def lines_of(codes: list[str]) -> Codes:
    """Put codes one after another."""
    flat = np.frombuffer("\n".join((*codes, "")).encode(), np.uint8)
    ends = np.flatnonzero(flat == ord("\n"))
    if len(ends) != len(codes):
        raise ThingWrong(code=next(code for code in codes if "\n" in code))
    starts = np.append(0, ends + 1)[: len(codes)]
    slashes = np.append(-1, np.flatnonzero(flat == ord("/")))
    return Codes(codes, flat, starts, slashes[np.searchsorted(slashes, ends) - 1] + 1, ends)


def arrays(lines: Codes, old: Array, groups: Groups) -> dict[str, Array]:
    """Return the arrays of codes; `old` says which code each new number has."""
    names = lines.names.copy()
    names[groups.classes] = lines.ends[groups.classes]
    counts = np.bincount(groups.number, minlength=len(groups.described["group_kind"]))
    return {
        "group_first": np.append(0, np.cumsum(counts)).astype(np.uint32),
        **groups.described,
        **from_flat(
            "name", cut(lines.flat, names[old], lines.ends[old]), (lines.ends - names)[old]
        ),
        **_buckets(lines, groups, old),
    }


def hashed(code: bytes) -> int:
    """Return the hash of one code, as `_hashes` does of many."""
    return _whole_hash(code) >> 32


def _whole_hash(code: bytes) -> int:
    power, found = 1, 0
    for byte in code:
        found += byte * power
        power = power * _FACTOR & _WORD
    return found & _WORD


def _powers(longest: int) -> Array:
    powers = np.empty(longest + 1, np.uint64)
    power = 1
    for place in range(longest + 1):
        powers[place] = power
        power = power * _FACTOR & _WORD
    return powers


def _hashes(lines: Codes, groups: Groups) -> Array:
    """Return the hashes of codes: those of their prefixes, and of their names put behind these."""
    sizes = lines.ends - lines.names + 1
    heads = lines.names - lines.starts
    powers = _powers(int((sizes + heads).max()) if len(sizes) else 0)
    found = np.empty(len(sizes), np.uint64)
    for first in range(0, len(sizes), _CHUNK):
        size = sizes[first : first + _CHUNK]
        stops = np.cumsum(size)
        starts = stops - size
        places = np.arange(stops[-1]) - np.repeat(starts, size)
        begin = lines.names[first : first + _CHUNK]
        weighed = lines.flat[places + np.repeat(begin, size)] * powers[places]
        weighed[stops - 1] = 0  # the line's end
        found[first : first + _CHUNK] = np.add.reduceat(weighed, starts)
    found = groups.hashes[groups.sorted] + found * powers[heads]
    short: Array = found >> np.uint64(32)
    return short


@dataclass(frozen=True, slots=True)
class Groups:
    """Each code's group, which codes are classes, and what is kept of the groups.

    `sorted` and `hashes`: each code's prefix with classes still among others, and their hashes.
    """

    number: Array
    classes: Array
    described: dict[str, Array]
    sorted: Array
    hashes: Array


def groups_of(lines: Codes) -> Groups:
    """Sort codes into groups.

    A class is a group of its own, with an empty name, so that it is its own class.
    """
    codes = lines.codes
    numbers, sample, prefixes = _prefixes(lines)
    group = numbers.copy()
    found = [_described(prefix, codes[n]) for prefix, n in zip(prefixes, sample, strict=True)]
    of_classes = [number for number, (_, kind, _) in enumerate(found) if kind is Kind.ITEM]
    classes = np.flatnonzero(np.isin(group, of_classes))
    group[classes] = np.arange(len(found), len(found) + len(classes))
    found += [_described(codes[n], codes[n]) for n in classes.tolist()]
    items: dict[str, int] = {}
    numbered = [items.setdefault(item, len(items)) if item else -1 for _, _, item in found]
    described: dict[str, Array] = {
        "group_kind": np.array([kind for _, kind, _ in found], np.uint8),
        "group_item": np.array(numbered, np.int32),
        **pack("prefix", [prefix.encode() for prefix, _, _ in found]),
        **pack("item", [item.encode() for item in items]),
    }
    narrow = np.min_scalar_type(len(found))
    hashes = np.array([_whole_hash(prefix.encode()) for prefix in prefixes], np.uint64)
    return Groups(group.astype(narrow), classes, described, numbers, hashes)


def _prefixes(lines: Codes) -> tuple[Array, list[int], list[str]]:
    """Return the number of each code's prefix, the first code with each, and the prefixes.

    Neighbours mostly have the same, so that only the first of each run is looked up.
    """
    sizes = lines.names - lines.starts
    before = np.append(lines.starts[:1], lines.starts[:-1])
    new = common(lines.flat, before, lines.starts, sizes) < sizes
    new[1:] |= sizes[1:] != sizes[:-1]
    new[:1] = True
    heads = np.flatnonzero(new).tolist()
    known: dict[str, int] = {}
    sample: list[int] = []
    of_runs = []
    for place in heads:
        code = lines.codes[place]
        prefix = code[: code.rfind("/") + 1]
        number = known.setdefault(prefix, len(known))
        if number == len(sample):
            sample.append(place)
        of_runs.append(number)
    numbers = np.array(of_runs, np.int32)[np.cumsum(new) - 1]
    return numbers, sample, list(known)


def _described(prefix: str, code: str) -> tuple[str, Kind, str]:
    kind = _kind(code)
    return prefix, kind, prefix if kind is Kind.ITEM and prefix == code else item_of(code)


def _kind(code: str) -> Kind:
    try:
        return kind_of(code)
    except ValueError:
        raise ThingWrong(code=code) from None


def _buckets(lines: Codes, groups: Groups, old: Array) -> dict[str, Array]:
    buckets = max(1, len(old) // PER_BUCKET)
    slot = (_hashes(lines, groups) % np.uint64(buckets)).astype(np.int32)[old]
    first = np.append(0, np.cumsum(np.bincount(slot, minlength=buckets)))
    member = np.empty(len(slot), np.uint32)
    by_counting(slot, first[:-1].copy(), np.arange(len(slot), dtype=np.uint32), member)
    return {"bucket": first.astype(np.uint32), "member": member}
