"""Who looked at people's details and files: the log with filters, and the week of the team."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import clock, exports
from kaishu.base.roles import staff
from kaishu.claims import lookups as claims
from kaishu.doors.console import frame
from kaishu.doors.console.access import labels
from kaishu.doors.console.labels import label
from kaishu.editions import queries as editions
from kaishu.markets import zone_of
from kaishu.people import reveals
from kaishu.people.reveals import Seen
from kaishu.reports import insiders

SHOWN = 200
FIRST_DAYS = 7


@staff(*frame.LOOKS)
@require_safe
def looks(request: HttpRequest) -> HttpResponseBase:
    """List the looks of some days, by person, reason or case; or save them as a file."""
    zone = _zone()
    today = timezone.localdate(clock.now(), zone)
    first = _day(request.GET.get("from", "")) or today - timedelta(days=FIRST_DAYS - 1)
    last = _day(request.GET.get("to", "")) or today
    asked = {name: request.GET.get(name, "").strip()[:80] for name in ("by", "why", "case")}
    since, until = _start(first, zone), _start(last + timedelta(days=1), zone)
    found = list(_found(since, until, asked))
    file = exports.offered(request, name="looks", header=_header(), rows=map(_row, _named(found)))
    if file is not None:
        return file
    context = {
        "lines": list(islice(_named(found[:SHOWN]), SHOWN)),
        "total": len(found),
        "shown": SHOWN,
        "from": first,
        "to": last,
        "asked": asked,
        "people": sorted({look.by for look in found}),
        "reasons": sorted({look.why for look in found}),
        "alarms": reveals.alarms(since=since, until=until, zone=zone),
    }
    return frame.show(request, "console/access/looks.html", context)


@staff(*frame.LOOKS)
@require_safe
def digest(request: HttpRequest) -> HttpResponseBase:
    """Show one week of the team, from a Monday; the marks are questions to ask."""
    zone = _zone()
    day = _day(request.GET.get("week", "")) or timezone.localdate(clock.now(), zone)
    monday = day - timedelta(days=day.weekday())
    found = insiders.week(since=_start(monday, zone), zone=zone)
    file = exports.offered(
        request, name=f"week-{monday}", header=_week_header(), rows=map(_week_row, found.lines)
    )
    if file is not None:
        return file
    context = {
        "lines": [{"line": line, "marks": _marks(line)} for line in found.lines],
        "acts": [
            {"row": row, "what": labels.word("event", row.what)} for row in found.account_acts
        ],
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
    }
    return frame.show(request, "console/access/digest.html", context)


def _found(since: datetime, until: datetime, asked: Mapping[str, str]) -> Any:
    people = [claims.person_of(asked["case"])] if asked["case"] else None
    return reveals.seen(
        since=since, until=until, by=asked["by"], why=asked["why"], person_ids=people
    )


def _named(found: list[Seen]) -> Any:
    """Yield each look with the cases of its person; a look names no person."""
    cases = claims.cases_of({look.person_id for look in found})
    for look in found:
        yield {
            "look": look,
            "field": labels.word("field", look.field),
            "why": label("why", look.why),
            "cases": cases.get(look.person_id, ()),
        }


def _header() -> tuple[str, ...]:
    return (_("When"), _("Staff member"), _("What"), _("Why"), _("Case"), _("File"))


def _row(line: Mapping[str, Any]) -> tuple[object, ...]:
    look: Seen = line["look"]
    file = look.evidence_id or ""
    return (look.at, look.by, line["field"], line["why"], " ".join(line["cases"]), file)


def _week_header() -> tuple[str, ...]:
    return (
        _("Staff member"),
        _("Looks"),
        _("People"),
        _("Nothing done for"),
        _("Usual looks a week"),
        _("Files"),
        _("Decisions"),
        _("Batches proposed"),
        _("Batches approved"),
        _("Ask about"),
    )


def _week_row(line: insiders.Line) -> tuple[object, ...]:
    return (
        line.by,
        line.looks,
        line.people,
        line.idle,
        round(line.usual, 1),
        line.files,
        line.decisions,
        line.proposed,
        line.approved,
        ", ".join(_marks(line)),
    )


def _marks(line: insiders.Line) -> list[str]:
    return [labels.word("mark", code) for code in line.marks]


def _zone() -> ZoneInfo:
    return zone_of(row.market for row in editions.recall_rows()) or ZoneInfo("UTC")


def _start(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)


def _day(typed: str) -> date | None:
    try:
        found = date.fromisoformat(typed)
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2999, 1, 1) else None
