"""Codes in arrays: a group each (all up to the last slash: kind and class), a name, and buckets.

To find a number by its code its hash says in which bucket of a few things it must be.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kaishu.core.genealogy.errors import ThingWrong
from kaishu.core.genealogy.text import from_flat, pack
from kaishu.core.genealogy.things import Kind, item_of, kind_of
from kaishu.core.genealogy.walk import cut

Array = NDArray[Any]
PER_BUCKET = 8
_CHUNK = 1 << 19
_FACTOR = 0x9E3779B97F4A7C15
_WORD = (1 << 64) - 1


def arrays(codes: list[str], old: Array) -> dict[str, Array]:
    """Return the arrays of codes; `old` says which code each new number has."""
    flat = np.frombuffer("\n".join((*codes, "")).encode(), np.uint8)
    ends = np.flatnonzero(flat == ord("\n"))
    if len(ends) != len(codes):
        raise ThingWrong(code=next(code for code in codes if "\n" in code))
    starts = np.append(0, ends + 1)
    slashes = np.append(-1, np.flatnonzero(flat == ord("/")))
    names = slashes[np.searchsorted(slashes, ends) - 1] + 1
    group, classes, of_group = _groups(codes)
    names[classes] = ends[classes]
    narrow = np.min_scalar_type(len(of_group["group_kind"]))
    return {
        "group": group[old].astype(narrow),
        **of_group,
        **from_flat("name", cut(flat, names[old], ends[old]), (ends - names)[old]),
        **_buckets(flat, starts, old),
    }


def hashed(code: bytes) -> int:
    """Return the hash of one code, as `_hashes` does of many."""
    power, found = 1, 0
    for byte in code:
        found += byte * power
        power = power * _FACTOR & _WORD
    return (found & _WORD) >> 32


def _hashes(flat: Array, starts: Array) -> Array:
    lengths = np.diff(starts)
    longest = int(lengths.max()) if len(lengths) else 0
    powers = np.empty(longest, np.uint64)
    power = 1
    for place in range(longest):
        powers[place] = power
        power = power * _FACTOR & _WORD
    found = np.empty(len(lengths), np.uint64)
    for first in range(0, len(lengths), _CHUNK):
        mine = starts[first : first + _CHUNK + 1]
        base = int(mine[0])
        places = np.arange(base, int(mine[-1])) - np.repeat(mine[:-1], np.diff(mine))
        weighed = flat[base : int(mine[-1])] * powers[places]
        weighed[mine[1:] - base - 1] = 0  # the line's end
        found[first : first + _CHUNK] = np.add.reduceat(weighed, mine[:-1] - base)
    short: Array = found >> np.uint64(32)
    return short


def _groups(codes: list[str]) -> tuple[Array, Array, dict[str, Array]]:
    """Return each code's group, which codes are classes, and what is kept of the groups.

    A class is a group of its own, with an empty name, so that it is its own class.
    """
    numbers: dict[str, int] = {}
    add = numbers.setdefault
    group = np.array([add(code[: code.rfind("/") + 1], len(numbers)) for code in codes], np.int32)
    sample = np.zeros(len(numbers), np.int64)
    sample[group[::-1]] = np.arange(len(codes))[::-1]
    found = [
        _described(prefix, codes[n]) for prefix, n in zip(numbers, sample.tolist(), strict=True)
    ]
    of_classes = [number for number, (_, kind, _) in enumerate(found) if kind is Kind.ITEM]
    classes = np.flatnonzero(np.isin(group, of_classes))
    group[classes] = np.arange(len(found), len(found) + len(classes))
    found += [_described(codes[n], codes[n]) for n in classes.tolist()]
    items: dict[str, int] = {}
    numbered = [items.setdefault(item, len(items)) if item else -1 for _, _, item in found]
    return (
        group,
        classes,
        {
            "group_kind": np.array([kind for _, kind, _ in found], np.uint8),
            "group_item": np.array(numbered, np.int32),
            **pack("prefix", [prefix.encode() for prefix, _, _ in found]),
            **pack("item", [item.encode() for item in items]),
        },
    )


def _described(prefix: str, code: str) -> tuple[str, Kind, str]:
    kind = _kind(code)
    return prefix, kind, prefix if kind is Kind.ITEM and prefix == code else item_of(code)


def _kind(code: str) -> Kind:
    try:
        return kind_of(code)
    except ValueError:
        raise ThingWrong(code=code) from None


def _buckets(flat: Array, starts: Array, old: Array) -> dict[str, Array]:
    buckets = max(1, len(old) // PER_BUCKET)
    slot = (_hashes(flat, starts) % np.uint64(buckets)).astype(np.int32)[old]
    first = np.append(0, np.cumsum(np.bincount(slot, minlength=buckets)))
    return {
        "bucket": first.astype(np.uint32),
        "member": np.argsort(slot, kind="stable").astype(np.uint32),
    }
