"""Who holds a kit, since when, and who was reminded; one button reminds one owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports
from kaishu.base.desk import problem_of
from kaishu.base.roles import staff
from kaishu.claims import case_numbers
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.kits import chosen, words
from kaishu.returns import reminders as rules
from kaishu.returns.models import KitReminder

PAGE = 50


@staff(*frame.SEE_KITS)
@require_safe
def reminders(request: HttpRequest) -> HttpResponseBase:
    """List the owners who hold a kit, the longest first, with their reminders."""
    held = _held(request)
    header = (
        _("Reference"),
        _("Kit left"),
        _("Carrier"),
        _("Tracking number"),
        _("Reminders"),
        _("Last reminder"),
    )
    file = exports.offered(request, name="kit-reminders", header=header, rows=_file_rows(held))
    return file or _show(request)


@staff(*frame.KITS)
@require_POST
@desk.once
def remind(request: HttpRequest, kit_id: int) -> HttpResponse:
    """Remind one owner now."""
    try:
        made = rules.remind(kit_id=kit_id, by=request.user.get_username(), at=clock.now())
    except Refusal as refusal:
        return _show(request, problems=[problem_of(refusal)])
    number = f"{case_numbers.group(made.kit.case_no)}-{made.kit.unit_no}"
    if made.message_id:
        desk.say_next(request, _("Reminder for %(number)s: queued.") % {"number": number})
    else:
        said = _("%(number)s has no mail address. Please call.") % {"number": number}
        desk.say_next(request, said, "ask")
    return HttpResponseRedirect("/staff/kits/reminders/")


def _held(request: HttpRequest) -> QuerySet[Any]:
    return rules.held_kits(recall_id=chosen.wanted(request.GET).recall_id)


def _show(request: HttpRequest, *, problems: Any = ()) -> HttpResponse:
    held = _held(request)
    asked = request.GET.get("from", "")
    begin = int(asked) if asked.isdecimal() and len(asked) < 9 else 0
    page = list(held[begin : begin + PAGE + 1])
    told: dict[int, list[KitReminder]] = {}
    for row in KitReminder.objects.filter(kit__in=page[:PAGE]).order_by("number"):
        told.setdefault(row.kit_id, []).append(row)
    rule = rules.house_rule()
    context = {
        "lines": [_line(kit, told.get(kit.id, []), rule.most) for kit in page[:PAGE]],
        "total": held.count(),
        "rule": rule,
        "filters": chosen.kept(request.GET),
        "recalls": [(row.slug, frame.recall_name(row.slug)) for row in chosen.recalls()],
        "before": max(begin - PAGE, 0) if begin else None,
        "next": begin + PAGE if len(page) > PAGE else None,
    }
    status = 422 if problems else 200
    return words.show(request, "reminders.html", context, problems=problems, status=status)


def _line(kit: Any, told: list[KitReminder], most: int) -> dict[str, Any]:
    recent = kit.last is not None and clock.now() - kit.last < timedelta(days=1)
    return {"kit": kit, "told": told, "may": kit.times < most and not recent}


def _file_rows(held: QuerySet[Any]) -> Iterator[tuple[object, ...]]:
    for kit in held.iterator(chunk_size=500):
        number = f"{case_numbers.group(kit.case_no)}-{kit.unit_no}"
        yield (number, kit.at, kit.carrier, kit.tracking, kit.times, kit.last)
