"""What is due, and when: reports to authorities, corrective actions, duties of incidents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import clock, exports, language, words
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.editions import queries as editions
from kaishu.markets.forms import Mark
from kaishu.reports.duties import Due, What, calendar, form_name


@staff(*frame.REPORTS)
@require_safe
def duties(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show one recall's calendar: what is open by day, then what was filed."""
    now = clock.now()
    try:
        recall = editions.current_pack(slug).recall
        found = calendar(slug, at=now)
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    return _show(request, found, now, recall=recall, slug=slug)


@staff(*frame.ALL_DUTIES)
@require_safe
def all_duties(request: HttpRequest) -> HttpResponseBase:
    """Show what is open in every recall, the nearest first."""
    now, found = clock.now(), []
    for row in editions.recall_rows():
        if editions.current_edition(row.slug):
            found += [line for line in calendar(row.slug, at=now) if line.filed is None]
    found.sort(key=lambda line: (line.over_at is None, line.over_at or now))
    return _show(request, found, now, recall=None, slug="")


def _show(
    request: HttpRequest, found: Sequence[Due], now: datetime, *, recall: Any, slug: str
) -> HttpResponseBase:
    lines = [_line(each, now) for each in found]
    header = (_("What"), _("Recall"), _("To"), _("Last day"), _("Filed"), _("Late"), _("Source"))
    file = exports.offered(
        request,
        name=f"{slug or 'all'}-duties",
        header=header,
        rows=(
            (
                *(line["name"], line["due"].slug, line["due"].addressee, line["due"].day),
                *(line["due"].filed.at if line["due"].filed else None, line["late"]),
                line["due"].source,
            )
            for line in lines
        ),
    )
    sees = frame.may(request, frame.INCIDENTS)
    context = {"lines": lines, "slug": slug, "here": "duties", "sees_incidents": sees}
    return file or frame.show(request, "console/reports/duties.html", context, recall=recall)


def _line(due: Due, now: datetime) -> dict[str, Any]:
    late = due.late(now)
    left = abs(due.over_at - now) if due.over_at else None
    kind = due.what.value if due.what is not What.REPORT else "report"
    return {
        "due": due,
        "name": form_name(due.name, language.tag()) if due.what is What.REPORT else due.name,
        "kind": label("duty", kind),
        "recall": frame.recall_name(due.slug),
        "late": late,
        "left": words.age(left) if left else "",
        "until": due.over_at,
        "unsure": due.mark is not Mark.VERIFIED,
    }
