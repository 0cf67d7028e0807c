"""What the money pages share: choices of recall and commodity, and a payment in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kaishu.base import clock, desk, words
from kaishu.base.desk import Problem
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import WrongRole
from kaishu.core.remedy import currency_of
from kaishu.doors.console import amounts, frame
from kaishu.editions import queries as editions
from kaishu.payouts.errors import ActNotFound

HOME = "/staff/payouts/"
AGES = (1, 3, 7, 14, 30)
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a list's address asks for; empty = all. `days` = decided at least so long ago."""

    recall_id: int | None = None
    commodity: str = ""
    state: str = ""
    why: str = ""
    days: int = 0
    batch: int | None = None

    def before(self) -> datetime | None:
        """Return the latest decision that still counts."""
        return clock.now() - timedelta(days=self.days) if self.days else None

    def query(self, **more: object) -> str:
        """Return these choices as the query of an address."""
        fields = {
            "recall": self.recall_id,
            "commodity": self.commodity,
            "state": self.state,
            "why": self.why,
            "days": self.days or None,
            "batch": self.batch,
            **more,
        }
        return urlencode({name: value for name, value in fields.items() if value})


def asked(request: HttpRequest) -> Asked:
    """Read the choices of a list; what cannot be read is no choice."""
    get = request.GET if request.method in ("GET", "HEAD") else request.POST
    return Asked(
        recall_id=number(get.get("recall", "")),
        commodity=get.get("commodity", "")[:40],
        state=get.get("state", "")[:20],
        why=get.get("why", "")[:20],
        days=number(get.get("days", "")) or 0,
        batch=number(get.get("batch", "")),
    )


def number(typed: str) -> int | None:
    """Return a whole number as typed; None where it is none."""
    plain = typed.strip().replace(",", "")
    return int(plain) if plain.isdecimal() and len(plain) <= 12 else None


def quantity(typed: str, commodity: str) -> int | None:
    """Return an amount in minor units, or pieces, as typed; None where it cannot be read."""
    currency = currency_of(commodity)
    return amounts.read(typed, currency) if currency else number(typed)


def recalls() -> list[dict[str, object]]:
    """Return every recall with its name, for a chooser."""
    return [{"id": row.id, "name": frame.recall_name(row.slug)} for row in editions.recall_rows()]


def names() -> dict[int, str]:
    """Return what each recall is called, by its id."""
    return {row.id: frame.recall_name(row.slug) for row in editions.recall_rows()}


def says(totals: Mapping[str, int], people: int) -> str:
    """Say a payment in one sentence."""
    total = " + ".join(words.quantity(totals[name], name) for name in sorted(totals))
    said = ngettext("%(amounts)s to %(people)s person", "%(amounts)s to %(people)s people", people)
    return said % {"amounts": total, "people": people}


def settle(
    request: HttpRequest,
    *,
    agree: Callable[..., object],
    take_back: Callable[..., object],
    agreed: str,
    again: Callable[[list[Problem]], HttpResponseBase],
    to: str,
) -> HttpResponseBase:
    """Carry out the second person's yes to a proposal, or take it back; says which was done.

    `agree` and `take_back` get `by` and `at`; agreeing is for those who may approve.
    """
    agrees = request.POST.get("do") == "agree"
    if agrees and not frame.may(request, frame.MONEY_APPROVE):
        return not_yours(request)
    act = agree if agrees else take_back
    return desk.carry_out(
        request,
        partial(act, by=request.user.get_username(), at=clock.now()),
        again=again,
        said=agreed if agrees else _("Taken back."),
        to=to,
        missing=(ActNotFound,),
    )


def not_yours(request: HttpRequest) -> HttpResponse:
    """Refuse an act that is another role's."""
    return refusal_page(request, WrongRole(), status=403)


def unreadable() -> str:
    """Say that an amount cannot be read."""
    return _("This amount cannot be read.")
