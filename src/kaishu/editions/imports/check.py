"""Check a list's rows by the serial format: in bulk where all is well, one by one where not.

What counts as the serial of a row, in this order: the text itself, where it is in normal form;
the text without spaces and hyphens and in capitals, where that is; what `core.serials` reads in it.
A look-alike is never put right here: who wrote the list has to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from kaishu.core import serials
from kaishu.core.coding import Keys
from kaishu.core.recall import SerialFormat
from kaishu.editions.imports.pieces import BadRow, Numbers, Piece

Note = Callable[[BadRow], None]
_SHOWN_TEXT = 80


class Checker:
    """Turns pieces of a list into serials in normal form; bad rows go to `note`."""

    def __init__(self, form: SerialFormat, note: Note) -> None:
        self.form = form
        self.note = note
        self.width = -(-max(form.lengths) // 8) * 8
        self.alphabet = form.alphabet.encode()
        self.prefix = np.frombuffer(form.prefix.encode(), np.uint8)
        self._in_alphabet = np.zeros(256, np.bool_)
        self._in_alphabet[np.frombuffer(self.alphabet, np.uint8)] = True
        self._grouping = "".join(sign for sign in " -" if sign not in form.alphabet)
        self._capitals = form.alphabet == form.alphabet.upper()

    def check(self, piece: Piece) -> tuple[Keys, Numbers]:
        """Return the serials of a piece and the rows they stand in, in the order of the file."""
        for row in piece.bad:
            self.note(row)
        texts = piece.texts
        keys, good = self.in_normal_form(texts)
        if not good.all():
            self._tidy(texts, keys, good)
        for place in np.flatnonzero(~good).tolist():
            serial = self._read(texts[place], int(piece.numbers[place]), piece.sheet)
            if serial is not None:
                keys[place], good[place] = serial, True
        if good.all():
            return keys, piece.numbers
        return keys[good], piece.numbers[good]

    def in_normal_form(self, texts: pl.Series) -> tuple[Keys, npt.NDArray[np.bool_]]:
        """Return texts as fixed-width bytes, and which of them are serials as they stand."""
        keys = np.zeros(len(texts), f"S{self.width}")
        good = np.zeros(len(texts), np.bool_)
        letters = keys.view(np.uint8).reshape(len(texts), self.width)
        sizes = texts.str.len_bytes().fill_null(0)
        for length in self.form.lengths:
            fits = (sizes == length).to_numpy()
            every = bool(fits.all())
            raw = (texts if every else texts.filter(pl.Series(fits))).str.join("").item()
            rows = np.frombuffer(raw.encode(), np.uint8).reshape(-1, length)
            here = self._are_serials(rows)
            if every:
                letters[:, :length], good[:] = rows, here
            else:
                letters[fits, :length], good[fits] = rows, here
        return keys, good

    def _are_serials(self, rows: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
        if rows.tobytes().translate(None, self.alphabet):
            found = np.logical_and.reduce(self._in_alphabet[rows], axis=1)
        else:
            found = np.ones(len(rows), np.bool_)
        for place, letter in enumerate(self.prefix):
            np.logical_and(found, rows[:, place] == letter, out=found)
        return found

    def _tidy(self, texts: pl.Series, keys: Keys, good: npt.NDArray[np.bool_]) -> None:
        """Try again without spaces and hyphens and in capitals, plain ASCII only."""
        places = np.flatnonzero(~good)
        tidied = texts.gather(places)
        plain = (tidied.str.len_bytes() == tidied.str.len_chars()).fill_null(value=False)
        if self._grouping:
            tidied = tidied.str.replace_all(f"[{self._grouping}]", "")
        if self._capitals:
            tidied = tidied.str.to_uppercase()
        found, fits = self.in_normal_form(tidied)
        fits &= plain.to_numpy()
        keys[places[fits]] = found[fits]
        good[places[fits]] = True

    def _read(self, text: str | None, row: int, sheet: str) -> bytes | None:
        """Return the serial of an odd row, or note what is wrong with it."""
        text = text or ""
        code = ""
        facts: Mapping[str, object] = {}
        if text.startswith('="') and text.endswith('"'):
            text = text[2:-1]  # how a CSV file keeps a spreadsheet from counting with it
        reading = serials.read(text, self.form)
        if not text.strip():
            code = "row_empty"
        elif text.startswith("="):
            code = "row_formula"
        elif any(sign in text for sign in ",;\t"):
            code = "row_columns"
        elif looks_rounded(text):
            code = "row_digits_lost"
        elif reading.repaired:
            code, facts = "row_character", {"character": reading.repaired[0].was}
        elif reading.problem is not None:
            code, facts = self._reason(reading, text)
        else:
            return (reading.serial or "").encode()
        self.note(BadRow(row, code, text[:_SHOWN_TEXT], sheet, facts))
        return None

    def _reason(self, reading: serials.Reading, text: str) -> tuple[str, Mapping[str, object]]:
        if reading.problem == serials.CHARACTER:
            return "row_character", {"character": reading.facts["character"]}
        if reading.problem == serials.OTHER_BRAND:
            return "row_prefix", {"prefix": self.form.prefix}
        if reading.problem == serials.TWO_WAYS:
            return "row_two_ways", reading.facts
        wanted = " / ".join(str(length) for length in sorted(self.form.lengths))
        return "row_length", {"length": len(text), "wanted": wanted}


def looks_rounded(text: str) -> bool:
    """Say whether a text is a number that a spreadsheet shortened: "1.23457E+15"."""
    mantissa, e, power = text.strip().upper().partition("E+")
    return bool(e) and power.isdigit() and mantissa.replace(".", "", 1).isdigit()


def repeated(keys: Keys) -> Iterator[tuple[int, int]]:
    """Yield (place, place of its first) for every serial that stood in the list before.

    Serials are compared by a number mixed from their bytes first; only those whose numbers agree
    are compared themselves.
    """
    mixed = _mixed(keys)
    ordered = np.sort(mixed)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(again):
        return
    nearest = np.minimum(np.searchsorted(again, mixed), len(again) - 1)
    doubtful = again[nearest] == mixed
    places = np.flatnonzero(doubtful)
    _, first, which = np.unique(keys[places], return_index=True, return_inverse=True)
    firsts = places[first[which]]
    later = firsts != places
    yield from zip(places[later].tolist(), firsts[later].tolist(), strict=True)


def _mixed(keys: Keys) -> npt.NDArray[np.uint64]:
    words = np.ascontiguousarray(keys).view(np.uint64).reshape(len(keys), keys.dtype.itemsize // 8)
    mixed = np.zeros(len(keys), np.uint64)
    for place in range(words.shape[1]):
        mixed = (mixed ^ words[:, place]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed
