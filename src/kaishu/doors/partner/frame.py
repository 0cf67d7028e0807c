"""The frame around every depot page: where we work, what else there is, a word after an act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from kaishu.base import desk, language
from kaishu.base.desk import Problem
from kaishu.base.roles import Role, roles_of
from kaishu.core.recall import Recall, say
from kaishu.editions import queries as editions
from kaishu.editions.models import Recall as RecallRow
from kaishu.markets import zone_of
from kaishu.returns import workplaces

SCAN = (Role.COLLECTOR, Role.MANAGER)
CERTIFY = (Role.RECYCLER, Role.MANAGER)
# The auditor looks and never acts: `base.roles.staff` sees to it.
STOCK = (*SCAN, Role.AUDITOR)
PAPERS = (*CERTIFY, Role.AUDITOR)
TAKE = (Role.RECYCLER,)
TIE = (Role.MANAGER, Role.ADMIN)
_CONSOLE = tuple(set(Role) - {Role.COLLECTOR, Role.RECYCLER, Role.ADMIN})
SITES = ("depot", "retailer")
DIGITS_OF_ID = 18  # every 64-bit row number that a database gives fits
_SITE = "depot-site"


@dataclass(frozen=True, slots=True)
class Party:
    """One company or site, in the language in force."""

    code: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Running:
    """One published recall with its row."""

    row: RecallRow
    recall: Recall

    @property
    def title(self) -> str:
        """Return its title in the language in force."""
        return say(self.recall.title, language.tag())


def running() -> list[Running]:
    """Return every published recall."""
    rows = {row.slug: row for row in editions.recall_rows()}
    packs = [pack for pack in editions.current_packs() if pack.recall.slug in rows]
    return [Running(rows[pack.recall.slug], pack.recall) for pack in packs]


def parties(recalls: Sequence[Running], *roles: str) -> list[Party]:
    """Return the parties of these recalls in these roles; one code is one party."""
    tag = language.tag()
    found = {
        party.code: Party(party.code, party.role, say(party.name, tag))
        for each in recalls
        for party in each.recall.parties
        if party.role in roles
    }
    return sorted(found.values(), key=lambda party: party.name)


def parties_of(recall: Recall, *roles: str) -> list[Party]:
    """Return the parties of one recall in these roles."""
    tag = language.tag()
    found = [party for party in recall.parties if party.role in roles]
    return [Party(party.code, party.role, say(party.name, tag)) for party in found]


def sites_of(request: HttpRequest, recalls: Sequence[Running]) -> list[Party]:
    """Return the sites that the person may work at: a collector's own, all of them for others."""
    sites = parties(recalls, *SITES)
    if roles_of(request.user) & {Role.MANAGER, Role.AUDITOR}:
        return sites
    own = workplaces.parties_of(request.user.get_username())
    return [site for site in sites if site.code in own]


def may(request: HttpRequest, roles: Sequence[Role]) -> bool:
    """Say whether the person has one of these roles."""
    return bool(roles_of(request.user) & set(roles))


def zone() -> tzinfo | None:
    """Return the clock of the markets that run here."""
    return zone_of(each.recall.market for each in running())


def today() -> date:
    """Return the newest day that it is in any market that runs here.

    A recycler in Tokyo writes today's date at eight in the morning, when UTC has yesterday.
    """
    zones = {zone_of([each.recall.market]) for each in running()} or {None}
    return max(timezone.localdate(timezone=zone) for zone in zones)


def site_of(request: HttpRequest, sites: Sequence[Party]) -> Party | None:
    """Return the site that the person works at; the only one is nobody's choice."""
    chosen = request.session.get(_SITE, "")
    found = next((site for site in sites if site.code == chosen), None)
    return found or (sites[0] if len(sites) == 1 else None)


def keep_site(request: HttpRequest, code: str) -> None:
    """Remember the site for this session."""
    request.session[_SITE] = code


def number(typed: str) -> int:
    """Read a count; 0 where it is none."""
    text = typed.strip().replace(",", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def row_id(typed: str) -> int:
    """Read the number of a row that a form carries; 0 where it is none."""
    text = typed.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= DIGITS_OF_ID else 0


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    problems: Sequence[Problem] = (),
    status: int = 0,
) -> HttpResponse:
    """Render a page in its frame, on the clock of the market it works in."""
    zone = zone_of(each.recall.market for each in running())
    frame = {
        "pages": _links(request),
        "finds": may(request, STOCK),
        "said": desk.take_said(request),
        "problems": problems,
    }
    with timezone.override(zone):
        return render(
            request, template, {**frame, **context}, status=status or (422 if problems else 200)
        )


def _links(request: HttpRequest) -> list[dict[str, Any]]:
    pages = (
        (SCAN, _("Scan parcels"), "/depot/"),
        (STOCK, _("Today's scans"), "/depot/today/"),
        (STOCK, _("Containers"), "/depot/containers/"),
        (TAKE, _("Take over"), "/depot/take/"),
        (STOCK, _("Counts"), "/depot/counts/"),
        (STOCK, _("Shop stock"), "/depot/stock/"),
        (PAPERS, _("Certificates"), "/depot/certificates/"),
        (TIE, _("Who works where"), "/depot/places/"),
        (_CONSOLE, _("Console"), "/staff/"),
    )
    roles = roles_of(request.user)
    return [
        {
            "name": name,
            "href": href,
            "current": request.path == href
            or (href != "/depot/" and request.path.startswith(href)),
        }
        for allowed, name, href in pages
        if roles & set(allowed)
    ]
