"""Live the demo's cases of long ago, one by one, through the actions that people use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import transaction

from kaishu.books.models import Unit
from kaishu.claims import actions as claims
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.claims.models import ClaimUnit
from kaishu.demo.live import SITES, Past
from kaishu.demo.lives import CN
from kaishu.demo.owners import contact
from kaishu.demo.plan import PastLife
from kaishu.editions.queries import recall_row
from kaishu.payouts import actions as payouts
from kaishu.payouts.errors import NothingDue
from kaishu.payouts.worker import run_once
from kaishu.returns import actions as returns

MONTH = timedelta(days=30)


def live_past(lives: Sequence[PastLife], past: Past, told: Callable[[], None]) -> None:
    """Live every case, pack what came in month by month, and pay for it."""
    came: list[tuple[PastLife, ClaimUnit]] = []
    for life in lives:
        with transaction.atomic():
            unit = _Way(life, past).go()
        if unit is not None:
            came.append((life, unit))
        told()
    _pack(came, past.now)
    _pay(lives, past.now)


class _Way:
    """One case's way. Its owner wrote no mail address: they filed by telephone or on paper."""

    def __init__(self, life: PastLife, past: Past) -> None:
        self.life, self.serial, self.seen = life, past.serial(life.model), 0
        self.depot, _, self.carrier = SITES.get(life.recall, SITES[""])

    def go(self) -> ClaimUnit | None:
        """Go the way to its end; returns the claim unit where a unit came in."""
        life = self.life
        submitted = claims.submit_claim(
            facts=_facts(life, self.serial),
            key=f"past-{life.number}",
            door="hotline",
            by="jun",
            at=life.filed_at,
        )
        self.case_no = submitted.case_no
        self.unit = ClaimUnit.objects.get(claim__case_no=submitted.case_no)
        if life.end == "refused":
            self._decide("refused", "proof_does_not_match")
        elif life.end == "withdrawn":
            self._decide("withdrawn", "owner_withdrew")
        else:
            self._decide("approved", "checked")
            self._travel()
        return self.unit if life.end == "paid" else None

    def _travel(self) -> None:
        life, way = self.life, self.life.arrives_at - self.life.filed_at
        returns.send_kit(
            claim_unit_id=self.unit.id,
            tracking=f"OLD{life.number:07d}",
            by="mika",
            at=life.filed_at + way / 2,
            key=f"past-kit-{life.number}",
        )
        if life.end == "lost" or life.number % 3 == 0:
            sent = life.filed_at + way * 3 / 4
            returns.parcel_sent(carrier=self.carrier, **self._parcel("carrier", sent))
        if life.end == "lost":
            returns.lose_parcel(**self._parcel("carrier", life.arrives_at))
            return
        outcome = "wrong_item" if life.end == "wrong_item" else "ok"
        returns.scan_parcel(
            site=self.depot, outcome=outcome, **self._parcel("sora", life.arrives_at)
        )

    def _decide(self, kind: str, reason: str) -> None:
        claims.decide(
            claim_unit_id=self.unit.id,
            kind=kind,
            reason=reason,
            by="mika",
            at=self.life.filed_at + (self.life.arrives_at - self.life.filed_at) / 4,
            seen=self.seen or None,
        )
        self.seen += 1

    def _parcel(self, by: str, at: datetime) -> dict[str, Any]:
        key = f"past-{by}-{self.life.number}"
        return {"case_no": self.case_no, "unit_no": 1, "by": by, "at": at, "key": key}


def _facts(life: PastLife, serial: str) -> ClaimFacts:
    chinese = life.recall == CN
    language = "zh-Hans" if chinese else "en" if life.number % 11 == 0 else "ja"
    unit = UnitFacts(
        model=life.model,
        serial=serial,
        colour="blue" if life.model == "A3130" else "",
        order_no=f"{20230000 + life.number}" if chinese else "",
        shop="JD" if chinese else "Amazon",
        order_amount=9900 + 100 * (life.number % 40) if chinese else None,
        remedy=life.remedy,
    )
    return ClaimFacts(
        recall=life.recall,
        language=language,
        contact=contact(language, life.number + 1000, mail=False),
        units=(unit,),
    )


def _pack(came: list[tuple[PastLife, ClaimUnit]], now: datetime) -> None:
    """Fill one container a recall and month, hand it over, and have it certified."""

    def month(row: tuple[PastLife, ClaimUnit]) -> tuple[str, int, int]:
        at = row[0].arrives_at
        return row[0].recall, at.year, at.month

    for (slug, _year, _month), rows in groupby(sorted(came, key=month), key=month):
        filled = list(rows)
        at = max(life.arrives_at for life, _ in filled)
        depot, recycler, _ = SITES.get(slug, SITES[""])
        who: dict[str, Any] = {"by": "sora", "at": at + timedelta(hours=2)}
        box = returns.open_container(
            recall_id=recall_row(slug).id, site=depot, recycler=recycler, **who
        )
        with transaction.atomic():
            for unit_id in _here([unit.id for _, unit in filled], depot):
                returns.put_in_container(container_id=box.id, unit_id=unit_id)
            returns.hand_over(container_id=box.id, **who)
            returns.certify(
                container_id=box.id,
                certificate_no=f"DEMO-{box.number}",
                issued_on=(at + timedelta(days=20)).date(),
                by=recycler.removeprefix("recycler-"),
                at=min(at + timedelta(days=20), now),
            )


def _here(claim_units: list[int], depot: str) -> list[int]:
    ids = ClaimUnit.objects.filter(id__in=claim_units).values("unit_id")
    there = Unit.objects.filter(id__in=ids, account="depot", party=depot)
    return list(there.order_by("id").values_list("id", flat=True))


def _pay(lives: Sequence[PastLife], now: datetime) -> None:
    """Pay what was due by the end of each month, as finance did then."""
    at = min((life.filed_at for life in lives), default=now) + MONTH
    while at < now - MONTH:
        try:
            while True:
                batch = payouts.propose_batch(by="yuki", at=at, before=at)
                payouts.approve_batch(batch_id=batch.id, by="ren", at=at + timedelta(hours=3))
        except NothingDue:
            pass
        for days in (1, 4):
            run_once(at=at + timedelta(days=days))
        at += MONTH
