"""The dashboard of a recall, as of any day, as known now or then."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import clock, exports
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.base.templatetags.kaishu import tongue
from kaishu.base.words import word
from kaishu.books.progress import figures
from kaishu.books.queries import first_day, promise_balance
from kaishu.claims.opinions import queries as opinions
from kaishu.core.accounts import DECLARED, OWED, PAID, SENT
from kaishu.core.errors import Refusal
from kaishu.core.progress import DoneRule, Progress, percent
from kaishu.core.recall import Recall
from kaishu.doors.console import frame
from kaishu.doors.console.dashboard import asked as addresses
from kaishu.doors.console.dashboard import charts
from kaishu.doors.console.dashboard.asked import Asked
from kaishu.doors.console.labels import label
from kaishu.editions import queries as editions
from kaishu.markets import zone_of
from kaishu.reports.dashboard import behind
from kaishu.reports.dashboard.answers import Answers, Incidents, answers, incidents
from kaishu.reports.dashboard.curves import (
    COLLECTED,
    HEARD_FROM,
    PLACES,
    SENT_BACK,
    Curves,
    curves,
)
from kaishu.reports.dashboard.money import money
from kaishu.reports.dashboard.outlook import outlook
from kaishu.reports.dashboard.work import AGES, waiting

MOST_REGIONS = 12


@staff(*frame.PROGRESS)
@require_safe
def dashboard(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Show a recall's funnel, places, money, work, answers, incidents and outlook on one day."""
    try:
        row, recall = editions.recall_row(slug), editions.current_pack(slug).recall
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    now = clock.now()
    zone = zone_of([recall.market]) or ZoneInfo("UTC")
    first = first_day(recall_id=row.id) or now.date()
    asked = addresses.read(request.GET, now=now, first=first, zone=zone)
    shown = curves(recall_id=row.id, as_of=asked.as_of, known_at=asked.known_at)
    file = exports.offered(
        request, name=f"{slug}-{asked.day}", header=_header(), rows=_lines(shown)
    )
    if file is not None:
        return file
    context = {"slug": slug, "asked": asked, "may_open": frame.may(request, frame.CASES)}
    context |= _books(row.id, slug, asked, shown)
    context |= _people(row.id, slug, recall, asked)
    if asked.is_now:
        context["waiting"] = [_waiting(each, slug) for each in waiting(recall_id=row.id, at=now)]
    return frame.show(request, "console/dashboard/dashboard.html", context, recall=recall)


def _books(recall_id: int, slug: str, asked: Asked, shown: Curves) -> dict[str, Any]:
    """Return what the books say: rates, funnel, places, money, outlook."""
    clocks: Any = {"as_of": asked.as_of, "known_at": asked.known_at}
    balance = promise_balance(recall_id=recall_id, **clocks)
    future = outlook(shown) if shown.days else None
    names = charts.place_names()
    return {
        "rates": _rates(
            figures(recall_id=recall_id, rule=DoneRule.UNIT_COLLECTED, flows=shown.flows, **clocks)
        ),
        "funnel": _funnel(shown, slug, asked),
        "places": [
            {
                "name": names[name],
                "look": name,
                "units": shown.now(name),
                "href": asked.rows(slug, *PLACES[name]),
            }
            for name in PLACES
            if shown.now(name)
        ],
        "places_chart": charts.places(shown, names) if shown.days else None,
        "money": [
            _money(each, slug, asked)
            for each in money(balance, recall_id=recall_id, as_of=asked.as_of)
        ],
        "outlook": future,
        "outlook_chart": charts.ahead(shown, future) if future else None,
    }


def _rates(progress: Progress) -> list[tuple[str, str, str]]:
    """Return each rate with what it counts: none of them alone is the whole truth."""
    return [
        (_("Collected"), _percent(progress.rate), _("Collected, repaired or made safe")),
        (
            _("Accounted for"),
            _percent(progress.accounted_rate),
            _("The same, and units known to be gone"),
        ),
    ]


def _percent(rate: Fraction | None) -> str:
    return f"{percent(rate)} %" if rate is not None else "-"


def _funnel(shown: Curves, slug: str, asked: Asked) -> list[dict[str, Any]]:
    """Return the steps from announced to ended, each with its share of the first."""
    steps: tuple[tuple[str, tuple[str, ...]], ...] = (
        (_("Heard from"), HEARD_FROM),
        (_("Sent back"), SENT_BACK),
        (_("Collected"), COLLECTED),
        (_("Disposed or made safe"), ("ended",)),
    )
    found = [
        {
            "name": _("Announced"),
            "units": shown.announced,
            "href": asked.rows(slug, DECLARED),
            "share": 100,
        }
    ]
    for name, groups in steps:
        units = shown.now(*groups)
        accounts = [account for group in groups for account in PLACES[group]]
        share = round(100 * units / shown.announced, 1) if shown.announced else 0
        found.append(
            {
                "name": name,
                "units": units,
                "href": asked.rows(slug, *accounts),
                "share": share,
            }
        )
    return found


def _money(each: Any, slug: str, asked: Asked) -> dict[str, Any]:
    cells = [
        (_("Promised"), each.promised, (OWED, SENT, PAID)),
        (word(OWED), each.owed, (OWED,)),
        (word(SENT), each.sent, (SENT,)),
        (word(PAID), each.paid, (PAID,)),
    ]
    return {
        "of": each,
        "cells": [
            (name, amount, asked.rows(slug, *accounts, commodity=each.commodity))
            for name, amount, accounts in cells
        ],
    }


def _people(recall_id: int, slug: str, recall: Recall, asked: Asked) -> dict[str, Any]:
    """Return where owners answered from, what was reported, and how far judges agree."""
    clocks: Any = {"as_of": asked.as_of, "known_at": asked.known_at}
    told = answers(recall_id=recall_id, **clocks)
    seen = incidents(slug=slug, announced=recall.announced, **clocks)
    agreed = behind.agreement(behind.judged_twice(recall_id=recall_id, as_of=asked.as_of))
    blind = behind.blind_agreement(opinions.given(recall_id=recall_id, as_of=asked.as_of))

    def counted(what: str, name: str, of: str, number: int, column: str) -> tuple[str, int, str]:
        return name, number, asked.people(slug, what, **{column: of})

    return {
        "answers": told,
        "all_claims": asked.people(slug, "claims"),
        "doors": [
            counted("claims", label("door", door), door, n, "door") for door, n in told.doors
        ],
        "languages": [
            counted("claims", tongue(tag), tag, n, "language") for tag, n in told.languages
        ],
        "regions": [
            counted("claims", name or _("Elsewhere or not told"), name, n, "region")
            for name, n in told.regions
        ][:MOST_REGIONS],
        "more_regions": max(len(told.regions) - MOST_REGIONS, 0),
        "answers_chart": _weeks(told, _("Claims by week")),
        "answers_weeks": _week_rows(told, slug, "claims", asked),
        "incidents": seen,
        "all_incidents": asked.people(slug, "incidents"),
        "open_incidents": asked.people(slug, "incidents", open="1"),
        "severities": [
            counted("incidents", label("severity", code), code, n, "severity")
            for code, n in seen.severities
        ],
        "sides": [
            counted("incidents", name, side, getattr(seen, side), "side")
            for side, name in side_names().items()
        ],
        "incidents_chart": _weeks(seen, _("Incident reports by week")),
        "incidents_weeks": _week_rows(seen, slug, "incidents", asked),
        "blind": blind,
        "blind_rate": _percent(blind.rate),
        "blind_rows": asked.people(slug, "second-opinions"),
        "agreed": agreed,
        "agreed_rate": _percent(agreed.rate),
        "agreed_rows": asked.people(slug, "second-looks"),
    }


def side_names() -> dict[str, str]:
    """Return what each side of the announcement is called."""
    return {
        "before": _("Before the announcement"),
        "after": _("From the announcement on"),
        "undated": _("Day not known"),
    }


def _week_rows(
    counted: Answers | Incidents, slug: str, what: str, asked: Asked
) -> list[tuple[Any, int, str]]:
    """Return the weeks that had any, the newest first, with the address of their rows."""
    return [
        (week, number, asked.people(slug, what, week=week.isoformat()))
        for week, number in reversed(counted.weeks)
        if number
    ]


def _weeks(counted: Answers | Incidents, said: str) -> charts.Chart | None:
    return charts.weeks(counted.weeks, said) if counted.weeks else None


def _waiting(each: Any, slug: str) -> dict[str, Any]:
    link = f"/staff/claims/?queue={each.queue}&recall={slug}"
    return {
        "name": label("queue", each.queue),
        "total": each.total,
        "href": link,
        "oldest": each.oldest,
        "ages": [(label("age", age), each.ages[age], f"{link}&age={age}") for age in AGES],
    }


def _header() -> list[str]:
    return [_("Day"), *charts.place_names().values(), _("Population")]


def _lines(shown: Curves) -> Iterator[list[object]]:
    for index, day in enumerate(shown.days):
        units = [int(shown.places[name][index]) for name in charts.place_names()]
        yield [day, *units, int(shown.population[index])]
