"""Anything in one box: what was typed is looked for wherever the person may look."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from kaishu.base import language
from kaishu.claims import case_numbers
from kaishu.claims.models import ClaimUnit
from kaishu.claims.search import find as search
from kaishu.claims.search import tokens
from kaishu.core.recall import say
from kaishu.doors.console import frame
from kaishu.editions import queries as editions
from kaishu.incidents.models import Incident
from kaishu.payouts.models import Batch
from kaishu.people import queries as people
from kaishu.people.contact import Contact, mask
from kaishu.returns.models import Container

MOST = 20


@dataclass(frozen=True, slots=True)
class Claimed:
    """One claim of the list; `contact` is masked, and there only for those who may reveal it."""

    unit: ClaimUnit
    kind: str
    contact: Contact | None
    case_no: str


@dataclass(frozen=True, slots=True)
class Other:
    """Something else with a number: an incident, a batch, a container, a recall."""

    kind: str
    name: str
    href: str


@dataclass(frozen=True, slots=True)
class Results:
    """What one box found."""

    claims: tuple[Claimed, ...]
    others: tuple[Other, ...]
    more: bool

    @property
    def only(self) -> str:
        """Return the address to go to at once: the one thing whose whole number was typed."""
        cases = {each.case_no for each in self.claims}
        if len(cases) == 1 and self.claims[0].kind == "reference" and not self.others:
            return f"/staff/claims/{self.claims[0].case_no}/"
        if not cases and len(self.others) == 1:
            return self.others[0].href
        return ""


def find(request: HttpRequest, typed: str) -> Results:
    """Look for what was typed in every kind that the person's roles may see."""
    text = unicodedata.normalize("NFKC", typed).strip()
    found = search.find(text, kinds=kinds(request)) if frame.may(request, frame.CASES) else ()
    return Results(
        claims=tuple(_claims(found, reveal=frame.may(request, frame.REVEAL))),
        others=tuple(_others(request, text)) if text else (),
        more=len(found) >= search.MOST,
    )


def kinds(request: HttpRequest) -> Collection[str]:
    """Return what the person may look for: by an owner's details only who may see those."""
    if frame.may(request, frame.REVEAL):
        return tokens.KINDS
    return tokens.PLAIN if frame.may(request, frame.CASES) else ()


def _claims(found: tuple[search.Found, ...], *, reveal: bool) -> Iterator[Claimed]:
    kind_of = {each.claim_id: each.kind for each in found}
    units = ClaimUnit.objects.filter(claim__in=kind_of).select_related("claim")
    rows = sorted(units, key=lambda unit: (-unit.claim_id, unit.unit_no))
    contacts = people.contacts({unit.claim.person_id for unit in rows}) if reveal else {}
    for unit in rows:
        contact = contacts.get(unit.claim.person_id)
        yield Claimed(
            unit=unit,
            kind=kind_of[unit.claim_id],
            contact=mask(contact) if contact else None,
            case_no=unit.claim.case_no,
        )


def _others(request: HttpRequest, text: str) -> Iterator[Other]:
    bare = "".join(sign for sign in text if sign.isalnum())
    if frame.may(request, frame.INCIDENTS) and len(bare) == 10 and bare.isdigit():
        for row in Incident.objects.filter(number=bare):
            href = f"/staff/incidents/{row.number}/"
            yield Other(_("Incident"), case_numbers.group(row.number), href)
    if frame.may(request, frame.PAYOUTS) and bare.isdigit() and len(bare) < 10:
        for batch in Batch.objects.filter(id=int(bare)):
            yield Other(_("Batch"), str(batch.id), f"/staff/payouts/{batch.id}/")
    if frame.may(request, (*frame.DEPOT, *frame.CERTIFICATES)) and bare:
        for box in Container.objects.filter(number__iexact=text)[:MOST]:
            yield Other(_("Container"), box.number, f"/depot/containers/{box.id}/")
    if frame.may(request, frame.PROGRESS) and len(text) > 1:
        yield from _recalls(text.casefold())


def _recalls(text: str) -> Iterator[Other]:
    tag = language.tag()
    for pack in editions.current_packs():
        recall = pack.recall
        named = [recall.slug, recall.brand, *recall.title.values()]
        named += [product.model for product in recall.products]
        if any(text in name.casefold() for name in named):
            href = f"/staff/recalls/{recall.slug}/progress/"
            yield Other(_("Recall"), say(recall.title, tag), href)
