"""Remind owners who hold a kit: the battery in a drawer is what the recall is about.

Nobody is reminded whose unit is on its way or here, who took the claim back, who reported a
danger (a person calls them), or whom we were asked to forget.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from kaishu.base import limiter, logs
from kaishu.books.models import Promise, Unit
from kaishu.claims import decide
from kaishu.claims.messages import tell_unit
from kaishu.claims.models import ClaimUnit
from kaishu.claims.reasons import Standing
from kaishu.core.accounts import OWNER, SENT
from kaishu.core.errors import Refusal
from kaishu.core.triage import SPECIAL_KIT, Condition, Route, triage
from kaishu.editions import queries as editions
from kaishu.people import queries as people
from kaishu.returns.kit_errors import KitNotHeld, RemindedEnough, RemindedJustNow
from kaishu.returns.kit_models import MOST_REMINDERS
from kaishu.returns.models import Kit, KitReminder

log = logs.get_logger("kaishu.returns.reminders")
WORKER = "worker"
A_ROUND = 200  # mails that one round may queue, so that a backlog does not flood a mail server
EVERY_SECONDS = 600
ONE_DAY = timedelta(days=1)
_POSTED = [str(each) for each in Condition if triage(each).route is Route.POST]


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseRule:
    """Our own rule and since when it holds."""

    days: int
    most: int
    from_date: date


@cache
def house_rule() -> HouseRule:
    """Return how often we remind where a recall does not say."""
    path = Path(__file__).parent / "reminders.toml"
    row = tomllib.loads(path.read_text(encoding="utf-8"))["house"]
    return HouseRule(days=row["days"], most=row["most"], from_date=row["from"])


def days_for(slug: str) -> int:
    """Return after how many days a recall reminds: its own promise, else the house's."""
    edition = editions.current_edition(slug)
    said = editions.pack_for(edition).recall.service.remind_days if edition else None
    return said or house_rule().days


def held_kits(*, recall_id: int | None = None) -> QuerySet[Any]:
    """Return the kits that owners hold now, the longest held first.

    Each is annotated with `times` and `last`, its reminders so far.
    """
    promises = Promise.objects.filter(id=OuterRef("promise_id"), account=SENT).exclude(
        commodity=SPECIAL_KIT
    )
    if recall_id is not None:
        promises = promises.filter(recall_id=recall_id)
    with_owner = Exists(Unit.objects.filter(id=OuterRef("unit_id"), account=OWNER))
    units = ClaimUnit.objects.filter(
        Q(unit_id=None) | Q(with_owner),
        claim__case_no=OuterRef("case_no"),
        unit_no=OuterRef("unit_no"),
        newest_decision__standing=Standing.APPROVED,
        contested=False,
        condition__in=_POSTED,
    ).exclude(claim__person_id__in=people.forgotten_ids())
    kits = Kit.objects.filter(Exists(promises), Exists(units))
    return kits.annotate(times=Count("reminders"), last=Max("reminders__at")).order_by("at", "id")


def remind(*, kit_id: int, by: str, at: datetime) -> KitReminder:
    """Queue one reminder to the owner of a kit.

    Without a mail address the reminder is written down with no message: somebody calls.
    Raises KitNotHeld, RemindedEnough, RemindedJustNow.
    """
    with transaction.atomic():
        named = Kit.objects.filter(id=kit_id).first()
        if named is None:
            raise KitNotHeld(kit=kit_id)
        unit = ClaimUnit.objects.get(claim__case_no=named.case_no, unit_no=named.unit_no)
        decide.lock(unit.id)
        kit = held_kits().filter(id=kit_id).first()
        if kit is None:
            raise KitNotHeld(kit=kit_id)
        if kit.times >= min(house_rule().most, MOST_REMINDERS):
            raise RemindedEnough(kit=kit_id)
        if kit.last is not None and at - kit.last < ONE_DAY:
            raise RemindedJustNow(kit=kit_id)
        number = kit.times + 1
        message = tell_unit(
            case_no=kit.case_no,
            unit_no=kit.unit_no,
            template="kit_reminder",
            key=f"kit-reminder:{kit.id}:{number}",
            at=at,
            tracking=kit.tracking,
            carrier=kit.carrier or "",
        )
        return KitReminder.objects.create(kit=kit, number=number, message_id=message, by=by, at=at)


def remind_due(*, at: datetime, most: int = A_ROUND) -> Mapping[str, int]:
    """Remind whoever is due, `most` at a time; return the counts for the worker's log."""
    counts = {"reminded": 0, "without_mail": 0, "refused": 0}
    for kit_id in _due(at=at, most=most):
        try:
            made = remind(kit_id=kit_id, by=WORKER, at=at)
        except Refusal as refusal:
            # It changed since the list was read: that is the rule working.
            log.info("kit_reminder.refused", kit=kit_id, code=refusal.code)
            counts["refused"] += 1
            continue
        counts["reminded" if made.message_id else "without_mail"] += 1
    return counts


def remind_round(*, at: datetime) -> Mapping[str, int]:
    """Remind every ten minutes, whichever of the workers comes first."""
    slot = str(int(at.timestamp()) // EVERY_SECONDS)
    if not limiter.allow(name="kit-reminders", subject=slot, limit=1, seconds=EVERY_SECONDS, at=at):
        return {}
    return remind_due(at=at)


def _due(*, at: datetime, most: int) -> list[int]:
    found: list[int] = []
    for row in editions.recall_rows():
        if len(found) >= most:
            break
        cut = at - timedelta(days=days_for(row.slug))
        kits = held_kits(recall_id=row.id).filter(at__lte=cut, times__lt=house_rule().most)
        kits = kits.filter(Q(last=None) | Q(last__lte=cut)).order_by(
            F("last").asc(nulls_first=True), "at", "id"
        )
        found += list(kits.values_list("id", flat=True)[: most - len(found)])
    return found
