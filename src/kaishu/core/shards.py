"""The listed serials of one edition as small files of hashes, so that a copy of the site can check.

Only for a recall that permits it (`[check] publish_list`): whoever has the files can test any
serial. docs/reference/shards.md describes the format for other programs.

A serial's name is the first hexadecimal digits of SHA-256(salt + serial). Its first `prefix` digits
name the one file to fetch; the rest stands in that file. A listed serial is always found, so "not
affected" is never wrong. Two serials can share a name: there are so many digits that a serial which
is not listed is taken for a listed one less often than once in a thousand million checks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kaishu.core.errors import Refusal
from kaishu.core.pack import Pack
from kaishu.core.recall import RuleKind
from kaishu.core.verdict import EditionRef

FORMAT = 1
FEWEST_DIGITS = 12
MOST_DIGITS = 16
# An unlisted serial meets a listed one's name less often than this, over the whole list.
FALSE_AFFECTED = 1e-9
# The mean; hashes are spread so evenly that the largest file is never twice as long.
MEAN_IN_SHARD = 320
_TELL_EVERY = 1 << 14

Advance = Callable[[int, int], None]


class ShardsForbidden(Refusal):
    """The maker does not permit copies of this list."""

    code = "shards_forbidden"


class ShardDamaged(Refusal):
    """A file of hashes is not whole, or belongs to another edition: it may not answer."""

    code = "shard_damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a reader must know before it can look a serial up.

    `digits` of the hash make a name, `prefix` of them name the file. `rules` are the list rules
    whose serials are there, `units` how many lines there are in all files together.
    """

    edition: str
    salt: str
    digits: int
    prefix: int
    units: int
    rules: tuple[int, ...]


def head_of(pack: Pack) -> Head:
    """Return the head of an edition's shards; raise ShardsForbidden where the list is kept back."""
    if not pack.recall.check.publish_list:
        raise ShardsForbidden(recall=pack.recall.slug)
    rules = tuple(rule.no for rule in pack.recall.rules if rule.kind is RuleKind.LIST)
    units = sum(pack.index.section(rule).count for rule in rules)
    return Head(
        edition=pack.ref.digest,
        salt=salt_of(pack.ref),
        digits=digits_for(units),
        prefix=prefix_for(units),
        units=units,
        rules=rules,
    )


def salt_of(ref: EditionRef) -> str:
    """Return the salt of an edition, 32 hexadecimal digits: a table of one edition fits no other.

    It is no secret. It comes from the edition's digest, so that the same edition gives the same
    files on every machine.
    """
    return hashlib.sha256(b"kaishu shards 1 " + ref.digest.encode()).hexdigest()[:32]


def digits_for(units: int) -> int:
    """Return how many digits a name needs, so that a false "affected" stays under the bound."""
    digits = FEWEST_DIGITS
    while units >= FALSE_AFFECTED * 16**digits:
        digits += 1
    return digits


def prefix_for(units: int) -> int:
    """Return how many digits name a file, so that a check fetches one that is small."""
    prefix = 0
    while units > MEAN_IN_SHARD * 16**prefix:
        prefix += 1
    return prefix


def name_of(head: Head, serial: str) -> str:
    """Return the name of a serial in normal form: the first `digits` of its salted hash."""
    return hashlib.sha256(head.salt.encode() + serial.encode()).hexdigest()[: head.digits]


def cut(pack: Pack, head: Head, *, advance: Advance | None = None) -> Iterator[tuple[str, bytes]]:
    """Yield every file as (prefix, content) in the order of the prefixes; empty ones as well.

    A file that is not there is therefore a fault of the copy and never an answer.
    """
    names, rules = _named(pack, head, advance or _silent)
    rest = 4 * (head.digits - head.prefix)
    shards = names >> np.uint64(rest)
    bounds = np.searchsorted(shards, np.arange(16**head.prefix + 1, dtype=np.uint64))
    kept = names & np.uint64((1 << rest) - 1)
    for number in range(16**head.prefix):
        prefix = f"{number:0{head.prefix}x}" if head.prefix else ""
        part = slice(int(bounds[number]), int(bounds[number + 1]))
        yield prefix, _written(head, prefix, kept[part].tolist(), rules[part].tolist())


def find(head: Head, content: bytes, serial: str) -> tuple[int, ...]:
    """Return the list rules that name this serial, read from the file that its name leads to.

    Raises ShardDamaged unless the file is whole and is that very file of this edition.
    """
    name = name_of(head, serial)
    prefix, rest = name[: head.prefix], name[head.prefix :]
    lines = content.decode("ascii", "replace").split("\n")
    body = "\n".join(lines[1:-2]) + "\n" if len(lines) > 3 else ""
    whole = (
        len(lines) >= 3
        and lines[0] == _first_line(head, prefix, len(lines) - 3)
        and lines[-2:] == [_last_line(lines[0], body), ""]
    )
    if not whole:
        raise ShardDamaged(what=prefix)
    found = (line.split(" ") for line in lines[1:-2])
    return tuple(sorted(int(rule) for kept, rule in found if kept == rest))


def _named(
    pack: Pack, head: Head, advance: Advance
) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint32]]:
    """Return all names as numbers with the rule of each, sorted by both."""
    salt, done = hashlib.sha256(head.salt.encode()), 0
    names = np.empty(head.units, np.uint64)
    rules = np.empty(head.units, np.uint32)
    for rule in head.rules:
        for serial in pack.index.section(rule).serials():
            hashed = salt.copy()
            hashed.update(serial)
            names[done] = int.from_bytes(hashed.digest()[:8], "big")
            rules[done] = rule
            done += 1
            if done % _TELL_EVERY == 0:
                advance(done, head.units)
    advance(done, head.units)
    names >>= np.uint64(4 * (MOST_DIGITS - head.digits))
    order = np.lexsort((rules, names))
    return names[order], rules[order]


def _written(head: Head, prefix: str, names: list[int], rules: list[int]) -> bytes:
    width = head.digits - head.prefix
    pairs = zip(names, rules, strict=True)
    body = "".join(f"{name:0{width}x} {rule}\n" for name, rule in pairs)
    first = _first_line(head, prefix, len(names))
    return f"{first}\n{body}{_last_line(first, body)}\n".encode()


def _first_line(head: Head, prefix: str, count: int) -> str:
    return f"kaishu-shard {FORMAT} {head.edition[:16]} {prefix or '-'} {count}"


def _last_line(first: str, body: str) -> str:
    """Return the line that shows a file to be whole: a hash of all that stands before it."""
    return "end " + hashlib.sha256(f"{first}\n{body}".encode()).hexdigest()[:32]


def _silent(done: int, total: int) -> None:
    """Ignore progress."""
