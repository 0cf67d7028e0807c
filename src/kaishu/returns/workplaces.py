"""Who works where: accounts are tied to their site, or to the recycler that they work for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from kaishu.returns.errors import NotYourSite
from kaishu.returns.models import Workplace


def tie(*, account: str, party: str, by: str, at: datetime) -> Workplace:
    """Tie an account to a site or a recycler; twice is once."""
    try:
        with transaction.atomic():
            return Workplace.objects.create(account=account, party=party, tied_by=by, tied_at=at)
    except IntegrityError:
        return Workplace.objects.get(account=account, party=party, untied_at=None)


def untie(*, workplace_id: int, by: str, at: datetime) -> None:
    """End a tie; twice is once."""
    Workplace.objects.filter(id=workplace_id, untied_at=None).update(untied_by=by, untied_at=at)


def parties_of(account: str) -> frozenset[str]:
    """Return the parties that an account works at now."""
    rows = Workplace.objects.filter(account=account, untied_at=None)
    return frozenset(rows.values_list("party", flat=True))


def ties() -> list[Workplace]:
    """Return every tie that holds now, by account."""
    return list(Workplace.objects.filter(untied_at=None).order_by("account", "party"))


def require(*, account: str, parties: Collection[str]) -> None:
    """Refuse an account that is tied elsewhere. One without any tie is the door's to judge."""
    tied = parties_of(account)
    if tied and not tied & set(parties):
        raise NotYourSite(site=", ".join(sorted(parties)))
