"""Turn serials into whole numbers that keep their order, one at a time and many at once.

A serial of length n over an alphabet of b characters is an n-digit number in base b. The order of
those numbers is the order of the alphabet: ranges and the packed index both rest on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.bytes_]
Ranks = npt.NDArray[np.uint8]

_DIGITS = b"0123456789abcdefghijklmnopqrstuvwxyz"
_LARGEST_PACKED = len(_DIGITS)
NO_RANK = 255


class Coder:
    """The order of one alphabet (ASCII, 1 to 254 different characters)."""

    __slots__ = ("alphabet", "base", "digits", "ranks")

    def __init__(self, alphabet: str) -> None:
        raw = alphabet.encode("ascii")
        if not raw or len(set(raw)) != len(raw) or len(raw) >= NO_RANK or b"\0" in raw:
            raise ValueError(f"not an alphabet: {alphabet!r}")
        self.alphabet = alphabet
        packed = len(raw) <= _LARGEST_PACKED
        self.base = max(2, len(raw)) if packed else 256
        table = bytearray(b"!" * 256) if packed else bytearray([NO_RANK]) * 256
        self.ranks: Ranks = np.full(256, NO_RANK, dtype=np.uint8)
        for rank, letter in enumerate(raw):
            table[letter] = _DIGITS[rank] if packed else rank
            self.ranks[letter] = rank
        self.digits = bytes(table)

    def largest(self, length: int) -> int:
        """Return the number that no serial of this length is above."""
        largest: int = self.base**length - 1
        return largest

    def number(self) -> Callable[[bytes], int]:
        """Return the function serial -> number; it raises ValueError outside the alphabet."""
        digits, base = self.digits, self.base
        if base != 256:
            return lambda key: int(key.translate(digits), base)

        def wide(key: bytes) -> int:
            ranked = key.translate(digits)
            if NO_RANK in ranked:
                raise ValueError("a character outside the alphabet")
            return int.from_bytes(ranked, "big")

        return wide

    def serial(self, number: int, length: int) -> bytes:
        """Return the serial of a number: `number` backwards."""
        base = self.base
        letters = bytearray(length)
        for place in range(length - 1, -1, -1):
            number, rank = divmod(number, base)
            letters[place] = ord(self.alphabet[rank])
        return bytes(letters)

    def ranked(self, keys: Keys, length: int) -> tuple[Ranks, npt.NDArray[np.bool_]]:
        """Return the digits of keys as an (n, length) array, and which rows really are serials.

        Rows of another length or with a foreign character are False and must not be used.
        """
        width = keys.dtype.itemsize
        if width < length:
            return np.zeros((len(keys), length), np.uint8), np.zeros(len(keys), np.bool_)
        letters = np.ascontiguousarray(keys).view(np.uint8).reshape(len(keys), width)
        ranks = self.ranks[letters[:, :length]]
        fits = (ranks != NO_RANK).all(axis=1)
        if width > length:
            fits &= (letters[:, length:] == 0).all(axis=1)
        return ranks, fits


def as_keys(serials: Iterable[bytes] | Keys) -> Keys:
    """Return serials as one fixed-width byte array (dtype S); an array passes through."""
    if isinstance(serials, np.ndarray):
        return serials
    listed = list(serials)
    return np.array(listed, dtype=np.bytes_) if listed else np.empty(0, dtype="S1")
