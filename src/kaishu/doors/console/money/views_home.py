"""Money at a glance: what each recall has, owes and pays, what stands still, the batches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports
from kaishu.base.roles import staff
from kaishu.core.remedy import currency_of
from kaishu.doors.console import amounts, frame
from kaishu.doors.console.money.common import HOME, Asked, names
from kaishu.editions import queries as editions
from kaishu.payouts import forecast as forecasts
from kaishu.payouts import funds, pauses, queries, shop_codes, worker
from kaishu.payouts.due import DUE

BATCHES = 50


@staff(*frame.PAYOUTS)
@require_safe
def home(request: HttpRequest) -> HttpResponseBase:
    """Show every recall's money, what is due and what is not, and the newest batches."""
    called = names()
    figures = funds.figures()
    header = [
        _("Recall"), _("Kind"), _("Funded"), _("Promised"), _("Owed"), _("Left, not confirmed"),
        _("Paid"), _("Available"), _("Approved, not sent"), _("Free to approve"),
    ]  # fmt: skip
    rows = (
        [
            called.get(each.recall_id, each.recall_id), each.commodity,
            *(
                amounts.cell(quantity, each.commodity)
                for quantity in (
                    each.funded, each.promised, each.owed, each.sent, each.paid, each.available,
                    each.committed, each.free,
                )
            ),
        ]
        for each in figures
    )  # fmt: skip
    file = exports.offered(request, name="money", header=header, rows=rows)
    if file:
        return file
    context = {
        "figures": [_figure_links(each, called) for each in figures],
        "owed": _groups(called),
        "paused": pauses.open_pauses(),
        "names": called,
        "batches": queries.batches(limit=BATCHES),
        "attention": queries.attention(limit=20),
        "attention_count": queries.attention_count(),
        "unmatched": queries.unmatched_count(),
        "low": [pool for pool in shop_codes.pools() if pool.low],
        "proposes": frame.may(request, frame.MONEY_PROPOSE),
        "demo": settings.KAISHU_MODE == "demo" and frame.may(request, frame.MONEY_WITHDRAW),
    }
    return frame.show(request, "console/money/home.html", context)


@staff(*frame.PAYOUTS)
@require_safe
def forecast(request: HttpRequest) -> HttpResponseBase:
    """Show what approving the open queue would need, by week and recall, with the formula."""
    called, now = names(), clock.now()
    slugs = {row.id: row.slug for row in editions.recall_rows()}
    sections = [
        {
            "name": name,
            "recall_id": recall_id,
            "slug": slugs[recall_id],
            "rates": forecasts.rates(recall_id=recall_id),
            "weeks": forecasts.forecast(recall_id=recall_id, at=now),
        }
        for recall_id, name in called.items()
    ]
    header = [_("Recall"), _("Week"), _("Open units"), _("Kind"), _("Needed")]
    rows = (
        [section["name"], week.monday, week.units, commodity, amounts.cell(need, commodity)]
        for section in sections
        for week in section["weeks"]  # type: ignore[attr-defined]  # (a list of weeks)
        for commodity, need in week.needs.items()
    )
    file = exports.offered(request, name="forecast", header=header, rows=rows)
    context = {"sections": [each for each in sections if each["weeks"]], "as_of": now}
    return file or frame.show(request, "console/money/forecast.html", context)


@staff(*frame.MONEY_WITHDRAW)
@require_POST
@desk.once
def run(request: HttpRequest) -> HttpResponse:
    """Run the sender once, in the demo only; elsewhere the worker does it."""
    if settings.KAISHU_MODE == "demo":
        worker.run_once(at=clock.now())
        desk.say_next(request, _("The sender ran once."))
    return HttpResponseRedirect(HOME)


def _figure_links(each: funds.Figures, called: dict[int, str]) -> dict[str, Any]:
    query = Asked(recall_id=each.recall_id, commodity=each.commodity)
    return {
        "name": called.get(each.recall_id, str(each.recall_id)),
        "figures": each,
        "currency": currency_of(each.commodity),
        "query": query.query(),
        "owed": query.query(state="owed"),
        "sent": query.query(state="sent"),
        "paid": query.query(state="paid"),
        "ready": query.query(state="ready"),
    }


def _groups(called: dict[int, str]) -> list[dict[str, Any]]:
    """Return what is owed by recall and commodity: first what may leave, then what waits, why."""
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for group in queries.groups():
        key = (group.recall_id, group.commodity)
        entry = found.setdefault(
            key,
            {
                "recall_id": group.recall_id,
                "commodity": group.commodity,
                "name": called.get(group.recall_id, ""),
                "count": 0,
                "total": 0,
                "people": 0,
                "oldest": None,
                "waiting": [],
                "query": Asked(recall_id=group.recall_id, commodity=group.commodity).query(),
            },
        )
        if group.why in DUE:
            entry["count"] += group.count
            entry["total"] += group.total
            entry["people"] += group.people
            entry["oldest"] = _older(entry["oldest"], group.oldest)
        else:
            entry["waiting"].append(group)
    return list(found.values())


def _older(first: datetime | None, second: datetime | None) -> datetime | None:
    return min(filter(None, (first, second)), default=None)
