"""Answers with the serial cut out: rendered once by the slow way, then filled by slicing.

Nearly every question after the news has one plain form: a known model and a serial exactly as it is
printed. All such serials that the rules cannot tell apart (`Scope.signature`) get the same page
but for the serial. So each door renders it once, in its own way, with signs that stand in no text
(Unicode's private use), and it is cut at them. What is not plain, or says more of its serial, goes
the slow way. That both ways give the same bytes is a test (tests/edge/test_quick.py and
tests/doors/test_public_kept.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kaishu.core.answer import Inspection, find_product, judge, rule_says
from kaishu.core.lookalikes import candidates
from kaishu.core.pack import Pack
from kaishu.core.recall import Product, SerialFormat
from kaishu.core.verdict import Verdict

_FIRST = 0xE000
LONGEST = 64  # the signs below are all written %EE%80 and one byte more in an address
_ENCODED = re.compile(r"%EE%80%([89AB][0-9A-F])")
_SIGNS = re.compile(f"[{chr(_FIRST)}-{chr(_FIRST + LONGEST - 1)}]+")
# Signs that mean themselves in HTML, in JSON and in an address.
PLAIN = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~")
# What a verdict may rest on for its page to be one for all serials with this outcome.
_SAME_FOR_ALL = {"model", "serial", "rule"}

# A verdict and the serial as typed -> page or JSON; None where the page is no answer yet.
Render = Callable[[Verdict, str], str | None]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """Bytes in order, and which of them are a part of the serial: place, from, to."""

    parts: tuple[bytes, ...]
    slots: tuple[tuple[int, int, int], ...]

    def filled(self, serial: bytes) -> list[bytes]:
        """Return the page of a serial in pieces, for the server to join."""
        parts = list(self.parts)
        for place, start, end in self.slots:
            parts[place] = serial[start:end]
        return parts


def mark(length: int) -> str:
    """Return the stand-in of a serial: each of its signs knows its place."""
    return "".join(chr(_FIRST + place) for place in range(length))


def cut(page: str) -> Skeleton:
    """Cut a page at the stand-in's signs, wherever and in whatever pieces they stand."""
    decoded = _ENCODED.sub(lambda found: chr(_FIRST + int(found[1], 16) - 0x80), page)
    parts: list[bytes] = []
    slots: list[tuple[int, int, int]] = []
    at = 0
    for found in _SIGNS.finditer(decoded):
        parts.append(decoded[at : found.start()].encode())
        for start, end in _runs(found.group()):
            slots.append((len(parts), start, end))
            parts.append(b"")
        at = found.end()
    parts.append(decoded[at:].encode())
    return Skeleton(tuple(parts), tuple(slots))


def _runs(signs: str) -> list[tuple[int, int]]:
    """Return the stretches of a serial that signs beside each other stand for."""
    places = [ord(sign) - _FIRST for sign in signs]
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
    return runs


def plain_test(form: SerialFormat) -> Callable[[str], object]:
    """Return what says of a text that it can only be this very serial, as `core.serials` reads it.

    What begins with an S may carry a label ("SN…") in front, and is left to the slow way.
    """
    lengths = "|".join(f".{{{length}}}" for length in form.lengths)
    alphabet = re.escape(form.alphabet)
    pattern = f"(?![Ss])(?=(?:{lengths})$)(?={re.escape(form.prefix)})[{alphabet}]+"
    return re.compile(pattern).fullmatch


def is_alone(running: Iterable[Pack], pack: Pack, product: Product) -> bool:
    """Say whether no other recall has this model, under whatever name."""
    others = (other for other in running if other is not pack)
    return all(find_product(other.recall, product.model) is None for other in others)


class Lane:
    """The quick way of one product in one language and form, built as it is asked."""

    def __init__(self, pack: Pack, product: Product, render: Render) -> None:
        self._pack = pack
        self._product = product
        self._render = render
        self._form = pack.recall.serial_format(product)
        self._is_plain = plain_test(self._form)
        self._signature = pack.scopes[product.model].signature()
        self._kept: dict[tuple[object, ...], Skeleton | None] = {}
        self._rendered: dict[tuple[object, ...], Skeleton | None] = {}

    @staticmethod
    def may_serve(pack: Pack, product: Product) -> bool:
        """Say whether a serial of this product means itself wherever a page says it."""
        form = pack.recall.serial_format(product)
        plain = PLAIN.issuperset(form.alphabet) and PLAIN.issuperset(product.model)
        return plain and max(form.lengths) <= LONGEST

    def answer(self, serial: str) -> list[bytes] | None:
        """Return the page in pieces, or None where the slow way must answer."""
        if not self._is_plain(serial):
            return None
        signature = self._signature(serial)
        key = len(serial), signature
        try:
            skeleton = self._kept[key]
        except KeyError:
            skeleton = self._kept[key] = self._built(serial)
        if skeleton is None or (self._form.lookalikes and self._has_alike(serial, signature)):
            return None
        return skeleton.filled(serial.encode())

    def _has_alike(self, serial: str, signature: object) -> bool:
        """Say whether the page may ask "did you mean …?": rules tell a look-alike apart."""
        return any(self._signature(each) != signature for each in candidates(serial, self._form))

    def _built(self, serial: str) -> Skeleton | None:
        """Return the page of everything that the rules cannot tell from this serial.

        Which rule took a unit in is kept for auditors and on no page: 5,000 ranges are one page,
        as long as they say the same to owners.
        """
        verdict = judge(self._pack, Inspection(model=self._product.model, serial=serial))
        if not _SAME_FOR_ALL.issuperset(verdict.facts):
            return None
        says = tuple(rule_says(self._pack.recall, verdict).items())
        key = len(serial), verdict.answer, verdict.reason, says
        if key not in self._rendered:
            self._rendered[key] = self._render_marked(verdict, mark(len(serial)))
        return self._rendered[key]

    def _render_marked(self, verdict: Verdict, stand_in: str) -> Skeleton | None:
        facts = {**verdict.facts, "serial": stand_in}
        marked = Verdict(verdict.answer, verdict.reason, verdict.edition, facts)
        page = self._render(marked, stand_in)
        return None if page is None else cut(page)
