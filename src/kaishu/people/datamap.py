"""The data map: what is stored about people, why, who sees it and until when.

The map is data (datamap.toml). The privacy page is drawn from it, and a test holds it against the
models of every app, so that nobody can add a field about people in silence.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kaishu.core.recall import LANGUAGES, Text

FILE = Path(__file__).with_name("datamap.toml")
# Who may see a field, beside the roles of base/roles.py.
OWNER, NOBODY = "owner", "nobody"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a use rests on, in plain words. `house` = our wording, no article of a law."""

    word: str
    house: bool
    text: Text
    separate_consent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Until:
    """How long a field is kept: a rule of retention.toml, or "" where it stays for good."""

    word: str
    rule: str
    erasable: bool
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of data: its fields ("app.Model.field"), and what owners are told of it."""

    fields: tuple[str, ...]
    shown: bool
    basis: Basis
    who: tuple[str, ...]
    until: Until
    sealed: bool
    what: Text
    why: Text


def rows() -> tuple[Row, ...]:
    """Return every row of the map, in file order."""
    return _read()[0]


def shown() -> tuple[Row, ...]:
    """Return the rows that the privacy page tells of."""
    return tuple(row for row in rows() if row.shown)


def nothing_personal() -> frozenset[str]:
    """Return the fields that hold nothing about a person."""
    return _read()[1]


@cache
def _read() -> tuple[tuple[Row, ...], frozenset[str]]:
    data = tomllib.loads(FILE.read_text("utf-8"))
    bases = {word: _basis(word, row) for word, row in data["basis"].items()}
    untils = {word: _until(word, row) for word, row in data["until"].items()}
    rows = tuple(_row(row, bases, untils) for row in data["row"])
    plain = frozenset(
        f"{model}.{name}" for model, names in data["nothing_personal"].items() for name in names
    )
    return rows, plain


def _row(row: Mapping[str, Any], bases: Mapping[str, Basis], untils: Mapping[str, Until]) -> Row:
    return Row(
        fields=tuple(row["fields"]),
        shown=row["shown"],
        basis=bases[row["basis"]],
        who=tuple(row["who"]),
        until=untils[row["until"]],
        sealed=row["sealed"],
        what=row.get("what", {}),
        why=row.get("why", {}),
    )


def _basis(word: str, row: Mapping[str, Any]) -> Basis:
    return Basis(word, row["house"], _text(row), tuple(row.get("separate_consent", ())))


def _until(word: str, row: Mapping[str, Any]) -> Until:
    return Until(word, row["rule"], row["erasable"], _text(row))


def _text(row: Mapping[str, str]) -> Text:
    return {tag: row[tag] for tag in LANGUAGES}
