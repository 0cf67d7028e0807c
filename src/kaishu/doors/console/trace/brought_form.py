"""The form that says what the columns of a file mean, as a page draws it control by control."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from kaishu.core.errors import Refusal
from kaishu.doors.console.labels import label
from kaishu.editions.imports.text import ENCODINGS
from kaishu.supply.links.look import Look
from kaishu.supply.links.mapping import ACTS, CONSTANTS, DAYS, FIELDS, NAMED, SIDES
from kaishu.supply.links.typed import FORMATS, NAMES

ORDER = (
    "child", "parent", "time", "quantity", "child_quantity", "party", "place", "child_item",
    "parent_item", "act", "order", "key",
)  # fmt: skip
ZONES = (
    "UTC", "Asia/Tokyo", "Asia/Shanghai", "Asia/Taipei", "Asia/Seoul", "Asia/Singapore",
    "Asia/Ho_Chi_Minh", "Asia/Kolkata", "Europe/London", "Europe/Berlin", "America/New_York",
    "America/Chicago", "America/Los_Angeles",
)  # fmt: skip
BELOW = 6  # rows under the names that are shown
ITEM_IS = ("gtin", "name")
Option = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control: a choice where it has options, else a line of text."""

    name: str
    label: str
    value: str
    options: Sequence[Option] = ()

    @property
    def id(self) -> str:
        """Its id, which problems point to."""
        return f"id-{self.name}"


def typed(posted: Mapping[str, Any]) -> dict[str, str]:
    """Return what a form says, by the names of `supply.links.typed`."""
    return {name: str(posted.get(name, ""))[:2000] for name in NAMES}


def form(seen: Look, said: Mapping[str, str]) -> dict[str, Any]:
    """Return the parts of the form: what a row tells, the columns, the sides, the time."""
    acts = [("", _("a column says it")), *((act, label("link_act", act)) for act in ACTS)]
    return {
        "act": _control("act", _("What one row tells"), said, acts),
        "acts_value": said.get("acts", ""),
        "columns": [_column(seen, word, said) for word in ORDER if word in FIELDS],
        "sides": [_side(name, said) for name in ("child", "parent")],
        "named": [
            _control(f"{name}-is", label("link_field", name), said, _codes("link_named", NAMED))
            for name in ("party", "place")
        ],
        "time": [
            _control("format", _("How days are written"), said, _formats(said)),
            _control("zone", _("Time zone of the file"), said, _zones(said)),
            _control("day", _("A day without an hour means"), said, _days()),
        ],
        "sheet": said.get("sheet", ""),
        "encoding": said.get("encoding", ""),
    }


def reading(seen: Look) -> dict[str, Any]:
    """Return how the file is looked at: the row of its names, its sheet, its characters."""
    return {
        "rows": [(row, no == seen.at, no) for no, row in seen.rows if no <= seen.at + BELOW],
        "numbers": [number for number, _row in seen.rows] if seen.at else [],
        "encodings": ENCODINGS if seen.kind == "csv" else (),
    }


def control_of(refusal: Refusal) -> str:
    """Return the id of the control that a refusal is about."""
    field = str(refusal.facts.get("field", ""))
    if refusal.code == "link_column_not_said":
        return f"id-col-{field}"
    if refusal.code in ("link_item_not_said", "link_item_wrong"):
        return f"id-{field}"
    return {"link_act_words_wrong": "id-acts", "link_columns_missing": "id-col-child"}.get(
        refusal.code, "id-act"
    )


def _control(name: str, words: str, said: Mapping[str, str], options: Sequence[Option]) -> Control:
    return Control(name=name, label=words, value=said.get(name, ""), options=options)


def _column(seen: Look, word: str, said: Mapping[str, str]) -> dict[str, Any]:
    """Return one of our words: the column that has it, how its cells look, what fills gaps."""
    chosen = said.get(f"col-{word}", "")
    names = list(dict.fromkeys(name for name in seen.names if name))
    options = [("", _("no column")), *((name, name) for name in names)]
    if chosen and chosen not in names:
        options.append((chosen, _("%(name)s (not in this file)") % {"name": chosen}))
    below = seen.below()
    place = seen.names.index(chosen) if chosen in seen.names else -1
    cells = [row[place] for _number, row in below if 0 <= place < len(row) and row[place]]
    return {
        "word": word,
        "label": label("link_field", word),
        "hint": label("link_hint", word),
        "column": _control(f"col-{word}", label("link_field", word), said, options),
        "cells": ", ".join(dict.fromkeys(cells[:3])),
        "all": Control(
            name=f"all-{word}", label=label("link_field", word), value=said.get(f"all-{word}", "")
        )
        if word in CONSTANTS
        else None,
    }


def _side(name: str, said: Mapping[str, str]) -> dict[str, Any]:
    item = f"{name}-item"
    by_digits = ("", _("by its digits"))
    return {
        "label": label("link_field", name),
        "is": _control(f"{name}-is", _("It holds"), said, _codes("link_side", SIDES)),
        "item": Control(name=item, label=_("Item of every row"), value=said.get(item, "")),
        "item_is": _control(
            f"{item}-is", _("The item is"), said, [by_digits, *_codes("link_item_is", ITEM_IS)]
        ),
    }


def _codes(family: str, codes: Sequence[str]) -> list[Option]:
    return [(code, label(family, code)) for code in codes]


def _formats(said: Mapping[str, str]) -> list[Option]:
    from datetime import datetime

    sample = datetime(2025, 12, 31, 15, 30)  # noqa: DTZ001 (only shown)
    known = [said["format"]] if said.get("format") and said["format"] not in FORMATS else []
    clear = ("", _("year first, such as 2025-12-31 15:30"))
    return [clear, *((each, sample.strftime(each)) for each in (*FORMATS, *known))]


def _zones(said: Mapping[str, str]) -> list[Option]:
    zone = said.get("zone", "")
    return [(each, each) for each in (*ZONES, *([zone] if zone and zone not in ZONES else ()))]


def _days() -> list[Option]:
    return [("", _("what fits the act")), *_codes("link_day", DAYS)]
