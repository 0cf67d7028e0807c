"""Open an owner's page by the secret in its address, or say why it does not open.

The secret alone lets in: no cookie, no session, so that lost cookies lose nothing. What a cookie's
token guards elsewhere, the browser's own word on where a form came from guards here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from kaishu.base import same_site
from kaishu.claims import queries
from kaishu.claims.errors import ClaimNotFound
from kaishu.claims.views import CaseView, UnitView
from kaishu.core.recall import Recall, Remedy
from kaishu.doors.public import errors, site
from kaishu.doors.public.tracking import gone
from kaishu.editions import queries as editions
from kaishu.people import queries as people
from kaishu.people.contact import Contact
from kaishu.people.errors import PersonForgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An opened claim: who asks, what they may see, and the moment of asking."""

    request: HttpRequest
    tongue: str
    token: str
    case: CaseView
    masked: Contact
    mail_confirmed_at: datetime | None
    at: datetime

    @property
    def address(self) -> str:
        """The path of the claim's own page."""
        return f"/{self.tongue}/c/{self.token}/"

    @property
    def recall(self) -> Recall:
        """The recall as the first unit's edition froze it."""
        return recall_of(self.case.units[0])

    def show(self, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
        """Render a page of this claim in the frame of its recall."""
        full = {"case": self.case, "back": self.address, **context}
        return site.show(
            self.request, f"public/tracking/{template}", self.recall, full, status=status
        )

    def back(self, *, done: str, unit_no: int | None = None) -> HttpResponse:
        """Go back to the claim's page, which says what was done."""
        place = f"#unit-{unit_no}" if unit_no else ""
        return HttpResponseRedirect(f"{self.address}?done={done}{place}")


def recall_of(unit: UnitView) -> Recall:
    """Return the recall as this unit's edition froze it."""
    return editions.pack_of(unit.edition_id).recall


def remedy_of(unit: UnitView) -> Remedy | None:
    """Return the remedy that stands for this unit."""
    return recall_of(unit).remedy(unit.remedy)


def owner_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the opened claim to a view; a form from a foreign site opens nothing."""

    @cache_control(no_store=True)
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def opened(request: HttpRequest, tongue: str, token: str, **more: Any) -> HttpResponse:
        try:
            claim = queries.claim_by_token(token)
            masked = people.masked(claim.person_id)
        except ClaimNotFound:
            return errors.no_such_claim(request)
        except PersonForgotten:
            return gone.erased(request, claim.case_no)
        seat = Seat(
            request=request,
            tongue=tongue,
            token=token,
            case=queries.case(claim.case_no),
            masked=masked,
            mail_confirmed_at=claim.mail_confirmed_at,
            at=timezone.now(),
        )
        return view(seat, **more)

    return same_site.guarded(opened)


def unit_page(view: Callable[[Seat, UnitView], HttpResponse]) -> Callable[..., HttpResponse]:
    """Hand the opened claim and one of its units to a view."""

    @wraps(view)
    def of_unit(seat: Seat, unit_no: int) -> HttpResponse:
        unit = seat.case.unit(unit_no)
        return errors.no_such_claim(seat.request) if unit is None else view(seat, unit)

    return owner_page(of_unit)
