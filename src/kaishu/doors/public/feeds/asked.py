"""Read the query of the feed and say which rows it means: CPSC's parameters and their sense.

A text is contained, whatever its case; days are inclusive; several parameters must all hold. A name
that we do not know is refused: passed over, it would answer "every recall", and the asker would
take that for the few they meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from kaishu.base.language import TAGS
from kaishu.doors.public.feeds.cpsc import Row

# Parameter -> where in the record its text is: a key, or a list and the key in each of its items.
_TEXTS: Mapping[str, tuple[str, ...]] = {
    "RecallNumber": ("RecallNumber",),
    "RecallTitle": ("Title",),
    "RecallURL": ("URL",),
    "ConsumerContact": ("ConsumerContact",),
    "ProductName": ("Products", "Name"),
    "ProductDescription": ("Products", "Description"),
    "ProductModel": ("Products", "Model"),
    "ProductType": ("Products", "Type"),
    "InconjunctionURL": ("Inconjunctions", "URL"),
    "ImageURL": ("Images", "URL"),
    "Injury": ("Injuries", "Name"),
    "Manufacturer": ("Manufacturers", "Name"),
    "Retailer": ("Retailers", "Name"),
    "Importer": ("Importers", "Name"),
    "Distributor": ("Distributors", "Name"),
    "ManufacturerCountry": ("ManufacturerCountries", "Country"),
    "UPC": ("ProductUPCs", "UPC"),
    "Hazard": ("Hazards", "Name"),
    "Remedy": ("Remedies", "Name"),
    "RemedyOption": ("RemedyOptions", "Option"),
}
_DAYS = ("RecallDateStart", "RecallDateEnd", "LastPublishDateStart", "LastPublishDateEnd")
NAMES = ("format", "lang", "RecallID", *_DAYS, *_TEXTS)
_BY_LOWER = {name.lower(): name for name in NAMES}
MOST_SIGNS = 200


class NotUnderstood(Exception):
    """This query cannot be answered; the text says which part and what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query that was understood: the language of the texts, and each filter by its name."""

    tag: str
    filters: tuple[tuple[str, str], ...]


def read(given: Iterable[tuple[str, str]]) -> Asked:
    """Read name and value pairs; names in any case, empty values ask nothing.

    A name that begins with "_" is passed over: programs put one there to get past a cache.
    """
    wanted: dict[str, str] = {}
    for name, said in given:
        value = said.strip()
        if name.startswith("_") or not value:
            continue
        known = _BY_LOWER.get(name.lower())
        if known is None:
            raise NotUnderstood(f"There is no parameter {name[:40]}. Known: {', '.join(NAMES)}.")
        if known in wanted:
            raise NotUnderstood(f"{known} is given twice.")
        if len(value) > MOST_SIGNS:
            raise NotUnderstood(f"{known} is longer than {MOST_SIGNS} characters.")
        wanted[known] = value
    if wanted.pop("format", "json").lower() != "json":
        raise NotUnderstood("The feed is served as format=json only.")
    tag = _tag(wanted.pop("lang", "en"))
    for name, value in wanted.items():
        _check(name, value)
    return Asked(tag=tag, filters=tuple(sorted(wanted.items())))


def those(rows: Iterable[Row], asked: Asked) -> list[Mapping[str, Any]]:
    """Return the records that every filter lets through, in the order given."""
    tests = [_test(name, value) for name, value in asked.filters]
    return [row.record for row in rows if all(test(row) for test in tests)]


def _tag(said: str) -> str:
    found = {**TAGS, **{tag.lower(): tag for tag in TAGS.values()}, "zh": "zh-Hans"}
    if said.lower() not in found:
        raise NotUnderstood("lang is one of ja, zh-Hans, en.")
    return found[said.lower()]


def _check(name: str, value: str) -> None:
    if name in _DAYS:
        _day(name, value)
    elif name == "RecallID" and not (value.isascii() and value.isdigit()):
        raise NotUnderstood("RecallID is a whole number.")


def _day(name: str, value: str) -> date:
    """Read 2026-09-24, or the timestamp of that day that the feed itself writes."""
    try:
        return date.fromisoformat(value.partition("T")[0])
    except ValueError:
        raise NotUnderstood(f"{name} is a day such as 2026-09-24.") from None


def _test(name: str, value: str) -> Callable[[Row], bool]:
    if name == "RecallID":
        return lambda row: row.record["RecallID"] == int(value)
    if name in _DAYS:
        return _day_test(name, _day(name, value))
    # Press writes 25-338 where the number in the feed is 25338; a slug has hyphens of its own.
    wanted = value.casefold()
    loose = wanted.replace("-", "") if name == "RecallNumber" else ""

    def holds(row: Row) -> bool:
        texts = [text.casefold() for text in _texts(row.record, _TEXTS[name])]
        return any(wanted in text or (loose and loose in text) for text in texts)

    return holds


def _day_test(name: str, day: date) -> Callable[[Row], bool]:
    def of(row: Row) -> date:
        return row.announced if name.startswith("RecallDate") else row.published

    return (lambda row: of(row) >= day) if name.endswith("Start") else (lambda row: of(row) <= day)


def _texts(record: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    if len(path) == 1:
        yield str(record[path[0]])
    else:
        yield from (str(item.get(path[1], "")) for item in record[path[0]])
