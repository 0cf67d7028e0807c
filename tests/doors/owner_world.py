"""A recall that promises dates, an owner's claim in it, and what may happen to the claim."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.test import Client
from lxml import html

from kaishu.claims import actions, queries
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.claims.models import Claim
from kaishu.claims.submit import Submitted
from kaishu.claims.views import UnitView
from kaishu.core.recall import Party, Recall, Service
from kaishu.payouts import actions as payouts
from kaishu.payouts.worker import run_once
from kaishu.people.contact import Contact
from kaishu.returns import actions as returns
from tests.doors import kumo
from tests.doors.pages import parsed

CONTACT = Contact(
    name="吉田 花子",
    email="hanako@example.jp",
    phone="090-1234-5678",
    postcode="100-0001",
    address="千代田1-2-3",
)


def recall(**changes: Any) -> Recall:
    """Return the invented recall with promised days, a depot and a recycler."""
    base = kumo.recall()
    parties = (
        Party(code="east", role="depot", name=kumo.three("東センター", "东中心", "East Centre")),
        Party(code="green", role="recycler", name=kumo.three("緑工場", "绿工厂", "Green Works")),
    )
    usual: dict[str, Any] = {
        "parties": parties,
        "service": Service(review_days=7, kit_days=5),
        "remedies": tuple(replace(remedy, days=14) for remedy in base.remedies),
    }
    return replace(base, **{**usual, **changes})


@dataclass
class OwnerWorld:
    """One claim; every act of ours takes the next minute from when it was sent."""

    sent: Submitted
    at: datetime
    minutes: int = 0

    @property
    def path(self) -> str:
        """The claim's page in English."""
        return f"/en/c/{self.sent.token}/"

    @property
    def claim(self) -> Claim:
        """The claim's row."""
        return queries.claim(self.sent.case_no)

    def unit(self, unit_no: int = 1) -> UnitView:
        """Return a unit as it stands."""
        unit = queries.case(self.sent.case_no).unit(unit_no)
        assert unit is not None
        return unit

    def now(self) -> datetime:
        """Return the next minute."""
        self.minutes += 1
        return self.at + timedelta(minutes=self.minutes)

    def decide(self, kind: str, reason: str, unit_no: int = 1, **more: Any) -> None:
        """Let a reviewer decide a unit."""
        unit = self.unit(unit_no)
        actions.decide(
            claim_unit_id=unit.claim_unit_id,
            kind=kind,
            reason=reason,
            by="jun" if kind == "reopened" else "mika",
            at=self.now(),
            seen=unit.newest,
            **more,
        )

    def send_kit(self, unit_no: int = 1) -> None:
        """Let the kit leave."""
        returns.send_kit(
            claim_unit_id=self.unit(unit_no).claim_unit_id,
            tracking="T-1",
            by="mika",
            at=self.now(),
            key=f"kit-{unit_no}",
        )

    def collect(self) -> None:
        """Scan the parcel, put it in a container, and hand that over."""
        returns.scan_parcel(
            case_no=self.sent.case_no,
            unit_no=1,
            site="east",
            outcome="ok",
            by="sora",
            at=self.now(),
            key="scan",
        )

    def dispose(self) -> None:
        """Certify that the product is recycled."""
        unit_id = self.unit().unit_id
        assert unit_id is not None
        container = returns.open_container(
            recall_id=self.claim.recall_id,
            number="C-1",
            site="east",
            recycler="green",
            by="sora",
            at=self.now(),
        )
        returns.put_in_container(container_id=container.id, unit_id=unit_id)
        returns.hand_over(container_id=container.id, by="sora", at=self.now())
        returns.certify(
            container_id=container.id,
            certificate_no="CERT-77",
            issued_on=self.at.date(),
            by="green",
            at=self.now(),
        )

    def pay(self) -> None:
        """Pay what is due."""
        batch = payouts.propose_batch(by="fumi", at=self.now())
        payouts.approve_batch(batch_id=batch.id, by="goro", at=self.now())
        run_once(at=self.now())

    def get(self, rest: str = "", code: str = "en") -> html.HtmlElement:
        """Get one of the claim's pages, which must be there."""
        response = Client().get(f"/{code}/c/{self.sent.token}/{rest}")
        assert response.status_code == 200, (rest, response.status_code)
        return parsed(response)

    def act(self, rest: str, **said: object) -> HttpResponse:
        """Press the button of an act's page, as the page stands now."""
        form = self.get(rest)
        values = {
            node.get("name"): node.get("value", "")
            for node in form.xpath("//form[@id='act']//input")
            if node.get("type") == "hidden"
        }
        return Client().post(f"{self.path}{rest}", {**values, **said})


def file_claim(
    data_dir: Path,
    *units: UnitFacts,
    at: datetime | None = None,
    contact: Contact = CONTACT,
    value: Recall | None = None,
    language: str = "en",
) -> OwnerWorld:
    """Publish the recall and file a claim in it."""
    kumo.publish(data_dir, value or recall())
    at = at or datetime(2026, 4, 2, 3, 30, tzinfo=UTC)
    given = units or (UnitFacts(model="K100", serial=kumo.LISTED, remedy="refund"),)
    facts = ClaimFacts(recall=kumo.SLUG, language=language, contact=contact, units=given)
    sent = actions.submit_claim(facts=facts, key="k1", door="public", by="owner", at=at)
    return OwnerWorld(sent, at)
