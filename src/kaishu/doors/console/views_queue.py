"""The first page for each role, and the queues of claims."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import clock, exports, language
from kaishu.base.desk import Problem
from kaishu.base.roles import Role, staff
from kaishu.claims import case_numbers
from kaishu.claims.facts import EVIDENCE_KINDS
from kaishu.core.recall import LANGUAGES, Recall, say
from kaishu.core.verdict import Answer
from kaishu.doors.console import frame, queues
from kaishu.doors.console.bulk import choices as bulk
from kaishu.doors.console.labels import label
from kaishu.doors.console.review import chosen, filters, saved, signals
from kaishu.doors.console.review.chosen import Chosen
from kaishu.doors.console.review.people import colleagues
from kaishu.editions import queries as editions

_FIRST = (
    ((Role.REVIEWER, Role.MANAGER), "/staff/claims/?queue=to_review"),
    ((Role.FINANCE, Role.APPROVER), "/staff/payouts/"),
    (frame.CASES, "/staff/claims/?queue=to_review"),
    (frame.DEPOT, "/depot/"),
    (frame.CERTIFICATES, "/depot/certificates/"),
    (frame.ACCOUNTS, "/staff/access/"),
)


@staff(*Role)
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Send a person on to the first page that their role may see."""
    for roles, first in _FIRST:
        if frame.may(request, roles):
            return HttpResponseRedirect(first)
    rows = editions.recall_rows()
    if rows and frame.may(request, frame.PROGRESS):
        return HttpResponseRedirect(f"/staff/recalls/{rows[0].slug}/dashboard/")
    return frame.show(request, "console/nothing.html", {})


@staff(*frame.CASES)
@require_safe
def queue(request: HttpRequest) -> HttpResponseBase:
    """List a queue, or what a search finds; a whole case number opens its case."""
    typed = request.GET.get("search", "").strip()
    if typed:
        return _search(request, typed)
    given = request.GET.dict()
    picked = _picked(request, given)
    chosen.keep(request, picked.filter)
    if file := _file(request, picked):
        return file
    return show(request, given, problems=_unread(given))


def _picked(request: HttpRequest, given: Mapping[str, str]) -> Chosen:
    name = given.get("queue", "to_review")
    name = name if name in queues.NAMES else "to_review"
    return Chosen(name, filters.read(given), request.user.get_username())


def show(
    request: HttpRequest,
    given: Mapping[str, str],
    *,
    named: str = "",
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    """Show the queue that an address names; `named` is a name typed for its filter."""
    picked = _picked(request, given)
    name, offset = picked.queue, _number(given.get("from", ""))
    rows = queues.page(name, offset=offset, narrow=picked.narrow)
    context = {
        "queue": name,
        "title": label("queue", name),
        "rows": _lines(rows),
        "next": offset + queues.PAGE if len(rows) == queues.PAGE else None,
        "before": max(0, offset - queues.PAGE) if offset else None,
        "hands_out": name in queues.REVIEWED and frame.may(request, frame.DECIDE),
        "acts": bulk.acts() if frame.may(request, frame.DECIDE) else (),
        "named": named,
        "amounts": {each: given.get(each, "") for each in filters.AMOUNTS},
        **_filter_context(picked),
    }
    status = 422 if problems else 200
    return frame.show(request, "console/queue.html", context, problems=problems, status=status)


def _unread(given: Mapping[str, str]) -> list[Problem]:
    wrong = _("This is not an amount. The list is not narrowed by it.")
    then = _("Type digits, like 3990 or 269.50.")
    return [Problem(wrong, then, f"f-{name}") for name in filters.unread(given)]


def _search(request: HttpRequest, typed: str) -> HttpResponse:
    rows = queues.search(typed)
    if rows and case_numbers.check(typed) is not None:
        return HttpResponseRedirect(f"/staff/claims/{rows[0].case_no}/")
    context = {"queue": "all", "title": _("Search"), "typed": typed, "rows": _lines(rows)}
    return frame.show(request, "console/queue.html", context, problems=_problems(typed, rows))


def _lines(rows: Iterable[queues.Row]) -> list[dict[str, Any]]:
    rows = list(rows)
    days, now = filters.promised_days(), clock.now()
    recalls = {number: frame.recall_of(number) for number in {row.edition_id for row in rows}}
    return [
        {
            "row": row,
            "remedy": _remedy(row, recalls[row.edition_id]),
            "due": _due(row, days.get(row.recall_id), now),
        }
        for row in rows
    ]


def _due(row: queues.Row, days: int | None, now: datetime) -> signals.Due | None:
    waits = row.stage in ("in_review", "contested", "question")
    return signals.due(row.submitted_at, days, now=now) if waits else None


def _filter_context(picked: Chosen) -> dict[str, Any]:
    recalls = [(row.slug, frame.recall_name(row.slug)) for row in editions.recall_rows()]
    slugs = [slug for slug, _name in recalls]
    slug = picked.filter.recall if picked.filter.recall in slugs else "".join(slugs[:1])
    only = editions.current_edition(slug) if picked.filter.recall or len(slugs) == 1 else None
    recall = frame.recall_of(only.id) if only else None
    return {
        "filter": picked.filter,
        "query": picked.filter.query(),
        "recalls": recalls,
        "products": [product.model for product in recall.products] if recall else [],
        "remedies": [(r.code, say(r.title, language.tag())) for r in recall.remedies]
        if recall
        else [],
        "verdicts": [str(answer) for answer in Answer],
        "ages": filters.AGES,
        "yes_no": filters.YES_NO,
        "files": (*filters.YES_NO, *EVIDENCE_KINDS),
        "languages": LANGUAGES,
        "colleagues": colleagues(),
        "saved": saved.of(picked.by),
        "me": picked.by,
    }


def _file(request: HttpRequest, picked: Chosen) -> HttpResponseBase | None:
    header = (
        *("case", "unit", "recall", "product", "serial", "verdict", "remedy", "stage"),
        *("condition", "sent_at", "contested", "language", "order_amount", "assigned_to"),
        "files",
    )
    slugs = {row.id: row.slug for row in editions.recall_rows()}
    rows = (
        (
            *(row.case_no, row.unit_no, slugs.get(row.recall_id, ""), row.product, row.serial),
            *(row.verdict, row.remedy, row.stage, row.condition, row.submitted_at),
            *(row.contested, row.language, row.amount, row.assigned_to, row.files),
        )
        for row in queues.all_rows(picked.queue, narrow=picked.narrow)
    )
    return exports.offered(request, name=f"claims-{picked.queue}", header=header, rows=rows)


def _problems(typed: str, rows: list[queues.Row]) -> list[Problem]:
    digits = "".join(sign for sign in typed if sign.isdigit())
    if rows or len(digits) != case_numbers.LENGTH or len(digits) < len(typed.replace(" ", "")) - 2:
        return []
    wrong = _("No case has this number: its check digits do not fit.")
    return [Problem(wrong, _("Read it again, digit by digit."), "id-find")]


def _remedy(row: queues.Row, recall: Recall) -> str:
    remedy = recall.remedy(row.remedy)
    return say(remedy.title, language.tag()) if remedy else row.remedy


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
