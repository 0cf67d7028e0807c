"""The frame around every page of the console: queues on the left, recalls, a word after an act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kaishu.base import desk, language, words
from kaishu.base.desk import Problem
from kaishu.base.roles import Role, roles_of
from kaishu.claims.opinions import queries as opinions
from kaishu.core.recall import Recall, say
from kaishu.doors.console import queues
from kaishu.doors.console.labels import label
from kaishu.editions import queries as editions
from kaishu.incidents import queries as incidents
from kaishu.markets import zone_of
from kaishu.notices import queries as notices

# Who may open what; the views carry these, and the links on the left follow them.
CASES = (
    Role.REVIEWER,
    Role.OPERATOR,
    Role.MANAGER,
    Role.FINANCE,
    Role.APPROVER,
    Role.AUDITOR,
)
DECIDE = (Role.REVIEWER, Role.MANAGER)
EVIDENCE = (Role.REVIEWER, Role.OPERATOR, Role.MANAGER, Role.AUDITOR)
OPINIONS = DECIDE
SETTLE_OPINIONS = (Role.MANAGER,)
READ_OPINIONS = (Role.MANAGER, Role.AUDITOR)
REVEAL = (Role.REVIEWER, Role.OPERATOR, Role.MANAGER)
CALLS = (Role.OPERATOR, Role.REVIEWER, Role.MANAGER)
INCIDENTS = (Role.OPERATOR, Role.REVIEWER, Role.MANAGER, Role.AUDITOR)
SETTLE_INCIDENTS = (Role.MANAGER,)
LOOKS = (Role.AUDITOR, Role.MANAGER)
ACCOUNTS = (Role.ADMIN,)
CONNECTIONS = (Role.ADMIN, Role.MANAGER)
KITS = (Role.OPERATOR, Role.REVIEWER, Role.MANAGER)
SEE_KITS = (*KITS, Role.AUDITOR)
PAYOUTS = (Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR)
MONEY_PROPOSE = (Role.FINANCE,)
MONEY_APPROVE = (Role.APPROVER,)
MONEY_WITHDRAW = (Role.FINANCE, Role.APPROVER)
MONEY_PAUSE = (Role.FINANCE, Role.APPROVER, Role.MANAGER)
MONEY_CORRECT = (Role.FINANCE, Role.MANAGER)
GOODS = (Role.OPERATOR, Role.FINANCE, Role.APPROVER, Role.MANAGER, Role.AUDITOR)
MONEY_STOCK = (Role.OPERATOR, Role.FINANCE)
PROGRESS = (*CASES, Role.REGULATOR)
REPORTS = (Role.MANAGER, Role.AUDITOR, Role.REGULATOR)
WRITE_REPORTS = (Role.MANAGER,)
ALL_DUTIES = (Role.MANAGER, Role.AUDITOR)
JOBS = CASES
TRADE = (Role.MANAGER, Role.OPERATOR, Role.AUDITOR)
RUN_TRADE = (Role.MANAGER, Role.OPERATOR)
TRACE = (Role.MANAGER, Role.AUDITOR)
WRITE_TRACE = (Role.MANAGER,)
STOP_JOBS = (Role.MANAGER,)
APPROVE_BULK = (Role.APPROVER, Role.MANAGER)
RECALLS = (Role.MANAGER, Role.AUDITOR)
EDIT_RECALLS = (Role.MANAGER,)
DEPOT = (Role.COLLECTOR,)
CERTIFICATES = (Role.RECYCLER,)
NOT_FOR_AUDITOR = ("/staff/hotline/",)  # a caller's details as they are typed, in clear


@dataclass(frozen=True, slots=True)
class Link:
    """One line on the left."""

    name: str
    href: str
    current: bool
    count: int | None = None
    oldest: SafeString | str = ""
    more: bool = False


def may(request: HttpRequest, roles: Sequence[Role]) -> bool:
    """Say whether the person has one of these roles."""
    return bool(roles_of(request.user) & set(roles))


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    recall: Recall | None = None,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    """Render a page in its frame, with times on the clock of the recall's market."""
    markets = [recall.market] if recall else [row.market for row in editions.recall_rows()]
    frame = {
        "groups": _groups(request),
        "said": None if context.get("ahead") else desk.take_said(request),
        "problems": problems,
        "recall": recall,
    }
    with timezone.override(zone_of(markets)):
        return render(request, template, {**frame, **context}, status=status)


def recall_of(edition_id: int) -> Recall:
    """Return the recall as one edition froze it."""
    return editions.pack_of(edition_id).recall


@lru_cache(maxsize=64)
def _title(edition_id: int, digest: str, tag: str) -> str:
    """Return an edition's title; the digest keeps one database's editions from another's."""
    return say(recall_of(edition_id).title, tag)


def recall_name(slug: str) -> str:
    """Return the title of a recall's newest edition, or its slug while there is none."""
    edition = editions.current_edition(slug)
    return _title(edition.id, edition.digest, language.tag()) if edition else slug


def party_names(recalls: Sequence[Recall]) -> dict[str, str]:
    """Return what each party is called in the language in force, by code."""
    tag = language.tag()
    return {party.code: say(party.name, tag) for recall in recalls for party in recall.parties}


def _groups(request: HttpRequest) -> list[dict[str, Any]]:
    groups = [
        {"name": _("Claims"), "links": _claims(request)},
        {"name": _("Work"), "links": _work(request)},
        {"name": _("Recalls"), "links": _recalls(request)},
    ]
    return [group for group in groups if group["links"]]


def _claims(request: HttpRequest) -> list[Link]:
    if not may(request, CASES):
        return []
    chosen = request.GET.get("queue", "to_review") if request.path == "/staff/claims/" else ""
    counted = queues.counts(chosen)
    return [_queue_link(name, name == chosen, found) for name, found in counted.items()]


def _queue_link(name: str, current: bool, found: queues.Counted | None) -> Link:
    count, oldest = found or (None, None)
    over = count is not None and name not in queues.COUNTED and count > queues.MOST_COUNTED
    return Link(
        label("queue", name),
        f"/staff/claims/?queue={name}",
        current,
        queues.MOST_COUNTED if over else count,
        _age(oldest) if oldest and name in queues.WAITING else "",
        more=over,
    )


def _age(since: Any) -> SafeString:
    exact = timezone.localtime(since).isoformat(sep=" ", timespec="minutes")
    return format_html('<span title="{}">{}</span>', exact, words.age(timezone.now() - since))


def _work(request: HttpRequest) -> list[Link]:
    lines = (
        (CALLS, _("Hotline"), "/staff/hotline/"),
        (SEE_KITS, _("Kits to send"), "/staff/kits/"),
        (PAYOUTS, _("Payouts"), "/staff/payouts/"),
        (MONEY_STOCK, _("Replacement goods"), "/staff/payouts/stock/"),
        (DEPOT, _("Depot"), "/depot/"),
        (CERTIFICATES, _("Certificates"), "/depot/certificates/"),
        (TRADE, _("Shops"), "/staff/trade/"),
        (TRACE, _("Traceability"), "/staff/trace/"),
        (CASES, _("Acts on many claims"), "/staff/bulk/"),
        (OPINIONS, _("Second opinions"), "/staff/opinions/"),
        (ALL_DUTIES, _("Duties"), "/staff/duties/"),
        (JOBS, _("Background work"), "/staff/jobs/"),
        (LOOKS, _("Who looked"), "/staff/looks/"),
        (LOOKS, _("Week of the team"), "/staff/digest/"),
        (ACCOUNTS, _("Accounts"), "/staff/access/"),
        (CONNECTIONS, _("Connections"), "/staff/connections/"),
    )
    reads = {line[2]: () if line[2] in NOT_FOR_AUDITOR else (Role.AUDITOR,) for line in lines}
    shown = [line for line in lines if may(request, (*line[0], *reads[line[2]]))]
    here = max((href for _r, _n, href in shown if request.path.startswith(href)), default="")
    return [*_danger(request), *(Link(name, href, href == here) for _r, name, href in shown)]


def _danger(request: HttpRequest) -> list[Link]:
    """Return the two lists in which a late answer can hurt somebody, with their counts.

    A manager also sees how many in danger were called in vain, and about how many claims two
    reviewers differ: what else to do is theirs to decide.
    """
    lines = (
        (CALLS, _("Calls"), "/staff/calls/", call_count),
        (INCIDENTS, _("Incidents"), "/staff/incidents/", incidents.open_count),
    )
    links = []
    for roles, name, href, counted in lines:
        if may(request, roles):
            count, oldest = counted()
            since = _age(oldest) if oldest else ""
            links.append(Link(name, href, request.path.startswith(href), count, since))
    vain = notices.not_reached().count() if may(request, (Role.MANAGER,)) else 0
    if vain:
        links.insert(1, Link(_("Not reached"), "/staff/calls/#not-reached", False, vain))
    differ = opinions.differing().count() if may(request, SETTLE_OPINIONS) else 0
    if differ:
        links.append(Link(_("Two differ"), "/staff/opinions/#differ", False, differ))
    return links


def call_count() -> tuple[int, datetime | None]:
    """Return how many calls are owed and since when the oldest is open."""
    found = notices.calls().order_by().aggregate(count=Count("id"), oldest=Min("opened_at"))
    return found["count"], found["oldest"]


def _recalls(request: HttpRequest) -> list[Link]:
    if not may(request, PROGRESS):
        return []
    drafts = "/staff/recalls/"
    desk_link = Link(_("Recalls and drafts"), drafts, request.path == drafts)
    brought = "/staff/imports/"
    here = request.path.startswith(brought) and "/lists/" not in request.path
    bring_link = Link(_("Claims from elsewhere"), brought, here)
    return [desk_link, bring_link] * may(request, RECALLS) + [
        Link(
            recall_name(row.slug),
            f"/staff/recalls/{row.slug}/dashboard/",
            request.path.startswith(f"/staff/recalls/{row.slug}/"),
        )
        for row in editions.recall_rows()
    ]
