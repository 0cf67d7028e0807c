"""What the events name, as lists: the top-level resources of EPCIS 2.0 (section 12)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from django.conf import settings
from django.db.models import QuerySet

from kaishu.supply.capture import errors
from kaishu.supply.capture.models import CapturedEvent, EventValue
from kaishu.supply.capture.parameters import TYPES


@dataclass(frozen=True, slots=True)
class Resource:
    """One kind of thing that is listed, and the parameter that finds the events of one.

    It stands in a column of the events, or in the index under `names`, between two codes.
    """

    parameter: str
    column: str = ""
    names: tuple[str, ...] = ()


RESOURCES = {
    "eventTypes": Resource("eventType"),
    "epcs": Resource("MATCH_anyEPC", names=("epc", "parentID", "inputEPC", "outputEPC")),
    "bizSteps": Resource("EQ_bizStep", "biz_step"),
    "bizLocations": Resource("EQ_bizLocation", names=("bizLocation",)),
    "readPoints": Resource("EQ_readPoint", names=("readPoint",)),
    "dispositions": Resource("EQ_disposition", "disposition"),
}
ALL = ("capture", "events", "queries", *RESOURCES)


def resource(name: str) -> Resource:
    """Return a resource by the standard's name. Raises ResourceUnknown."""
    if name not in RESOURCES:
        raise errors.ResourceUnknown(name=name[:80])
    return RESOURCES[name]


def members(
    rows: QuerySet[CapturedEvent], of: Resource, *, start: int, count: int
) -> tuple[Sequence[str], int]:
    """Return names in order, and after how many more follow (0 = none)."""
    if of.column:
        named = rows.exclude(**{of.column: ""}).values_list(of.column, flat=True)
        found = list(named.order_by(of.column).distinct()[start : start + count + 1])
    elif of.names:
        values = EventValue.objects.filter(name__in=of.names, event__in=rows.values("pk"))
        listed = values.values_list("value", flat=True).order_by("value").distinct()
        found = [uri(code) for code in listed[start : start + count + 1]]
    else:
        found = list(TYPES[start : start + count + 1])
    return found[:count], start + count if len(found) > count else 0


def uri(code: str) -> str:
    """Return a web address or URI that names what a code names."""
    parts = code.split("/")
    if parts[1:2] != ["x"]:
        if parts[1:2] == ["8003"]:  # the serial of a GRAI stands in one value with its type
            return f"https://id.gs1.org/8003/{''.join(parts[2:])}"
        return f"https://id.gs1.org{code}" if code.startswith("/") else code
    own = unquote(parts[3]) if len(parts) == 4 else ""
    return own if ":" in own else f"{settings.KAISHU_PUBLIC_URL}{code}"
