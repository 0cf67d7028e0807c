"""Which kits a form is about: the boxes that were ticked, else all that the filter shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from kaishu.core.recall import LANGUAGES
from kaishu.editions import queries as editions
from kaishu.returns.kit_list import STATES, KitLine, Wanted, owed_kits

FILTERS = ("recall", "kit", "language", "state")
LONGEST = 40


def wanted(asked: QueryDict) -> Wanted:
    """Read the filter and the ticked boxes; what is no choice is no condition."""
    slugs = {row.slug: row.id for row in editions.recall_rows()}
    language, state = asked.get("language", ""), asked.get("state", "")
    ticked = [*asked.getlist("kit_no"), *asked.get("numbers", "").split(",")]
    return Wanted(
        recall_id=slugs.get(asked.get("recall", "")),
        kit=asked.get("kit", "")[:LONGEST],
        language=language if language in LANGUAGES else "",
        state=state if state in STATES else "",
        numbers=tuple(int(number) for number in ticked if number.isdecimal() and len(number) < 19),
    )


def kept(asked: QueryDict) -> dict[str, str]:
    """Return the filter as it was asked, to carry it on."""
    return {name: asked.get(name, "")[:LONGEST] for name in FILTERS}


def query(filters: Mapping[str, str]) -> str:
    """Write a filter as the end of an address."""
    said = {name: value for name, value in filters.items() if value}
    return f"?{urlencode(said)}" if said else ""


def lines(asked: QueryDict) -> list[KitLine]:
    """Return the chosen kits, the earliest approved first."""
    return owed_kits(wanted=wanted(asked))


def numbers(found: list[KitLine]) -> str:
    """Write the chosen kits for a hidden field."""
    return ",".join(str(line.number) for line in found)


def recalls() -> list[Any]:
    """Return every recall that was published."""
    return editions.recall_rows()
