"""A recall with depots, a recycler and shops, some claims in every state, and who works there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from PIL import Image

from kaishu.base.roles import Role, give
from kaishu.base.storage import evidence_store
from kaishu.claims import actions, queries
from kaishu.claims.facts import ClaimFacts, EvidenceRef, UnitFacts
from kaishu.claims.models import ClaimUnit
from kaishu.core.pack import Pack
from kaishu.core.recall import AmountRule, DueWhen, Party, Population, Recall
from kaishu.editions import queries as editions
from kaishu.people.contact import Contact
from kaishu.returns import actions as returns
from tests.doors import kumo
from tests.support.signed_in import sign_in

START = datetime(2026, 4, 2, 0, 0, tzinfo=UTC)
THREE = kumo.three
PARTIES = (
    Party(
        code="depot-east", role="depot", name=THREE("東回収センター", "东回收中心", "East Centre")
    ),
    Party(
        code="depot-west", role="depot", name=THREE("西回収センター", "西回收中心", "West Centre")
    ),
    Party(code="mori", role="recycler", name=THREE("もり再生工場", "森再生工厂", "Mori Recycling")),
    Party(code="minato", role="retailer", name=THREE("みなと店", "港口店", "Minato shop")),
)


def recall() -> Recall:
    """Return the invented recall with parties, shop stock and a remedy by order amount."""
    base = kumo.recall()
    replacement, refund = base.remedies
    credit = replace(
        refund,
        code="credit",
        type="refund",
        commodity="coupon:JPY",
        amount=AmountRule.ORDER,
        due=DueWhen.APPROVED,
        quantity=0,
        plus=50,
        title=THREE(
            "購入金額＋50円のクーポン",
            "订单金额加50日元的优惠券",
            "Shop credit: order amount + ¥50",
        ),
    )
    stock = Population(
        product="K100", pool="retailer", account="unsold", quantity=40, party="minato"
    )
    return replace(
        base,
        parties=PARTIES,
        remedies=(replacement, refund, credit),
        population=(*base.population, stock),
    )


@dataclass
class DeskWorld:
    """The published recall and what has happened to it. Every act takes the next minute."""

    pack: Pack
    recall_id: int
    minutes: int = 0
    cases: dict[str, str] = field(default_factory=dict)

    def now(self) -> datetime:
        """Return the next minute."""
        self.minutes += 1
        return START + timedelta(minutes=self.minutes)

    def claim(self, name: str, *, serial: str = "", door: str = "public", **unit: Any) -> str:
        """File a claim under a name of the test; returns its case number."""
        facts = {"model": "K100", "serial": serial, "remedy": "refund", "order_no": f"250-{name}"}
        sent = actions.submit_claim(
            facts=ClaimFacts(
                recall=kumo.SLUG,
                language="ja",
                contact=Contact(
                    name="佐藤 花子",
                    email="hanako@example.jp",
                    phone="03-1234-5678",
                    postcode="105-0001",
                    address="東京都港区1-2-3\nコーポ101",
                ),
                units=(UnitFacts(**{**facts, **unit}),),
            ),
            key=name,
            door=door,
            by="owner",
            at=self.now(),
        )
        self.cases[name] = sent.case_no
        return sent.case_no

    def unit(self, name: str) -> ClaimUnit:
        """Return the claim unit as it is now."""
        return queries.claim_unit(case_no=self.cases[name], unit_no=1)

    def decide(
        self,
        name: str,
        kind: str = "approved",
        reason: str = "checked",
        by: str = "rei",
        **more: Any,
    ) -> None:
        """Decide as another reviewer would."""
        unit = self.unit(name)
        newest = unit.newest_decision
        actions.decide(
            claim_unit_id=unit.id,
            kind=kind,
            reason=reason,
            by=by,
            at=self.now(),
            seen=newest.number if newest else None,
            **more,
        )

    def send_kit(self, name: str) -> None:
        """Send the kit."""
        returns.send_kit(
            claim_unit_id=self.unit(name).id, tracking="T-1", by="mika", at=self.now(), key=name
        )

    def scan(self, name: str, outcome: str = "ok", site: str = "depot-east") -> None:
        """Scan the parcel at a depot."""
        returns.scan_parcel(
            case_no=self.cases[name],
            unit_no=1,
            site=site,
            outcome=outcome,
            by="sora",
            at=self.now(),
            key=f"{name}-{outcome}",
        )

    def label(self, name: str) -> str:
        """Return the code on the return label."""
        digits = self.cases[name]
        return f"{digits[:4]} {digits[4:8]} {digits[8:]}-1"


def photo_bytes() -> bytes:
    """Return a small picture."""
    file = BytesIO()
    Image.new("RGB", (40, 30), "white").save(file, "PNG")
    return file.getvalue()


def photo() -> EvidenceRef:
    """Store a small picture and return its reference."""
    data = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
        b"\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
    )
    name = evidence_store().put(data)
    return EvidenceRef(
        kind="serial_photo", name=name, sha256="0" * 64, media_type="image/png", size=len(data)
    )


def open_world(data_dir: Path) -> DeskWorld:
    """Publish the recall; no claim yet."""
    value = recall()
    pack = kumo.publish(data_dir, value)
    return DeskWorld(pack, editions.recall_row(value.slug).id)


def lively(world: DeskWorld) -> DeskWorld:
    """Add claims in every state that a page can show."""
    world.claim("first", serial=kumo.LISTED, evidence=(photo(),), bought_on=date(2024, 5, 14))
    world.claim("second", serial=kumo.LISTED, evidence=(photo(),))
    world.claim("unread", serial="A1", condition="swollen", evidence=(photo(),))
    world.claim("not", serial=kumo.NOT_LISTED)
    world.claim("asked", serial="A2")
    world.decide("asked", "asked", "serial_photo_unclear")
    for name in ("kit", "sent", "back", "stray", "paid"):
        world.claim(name, model="K200", serial=f"AK2023000100{len(world.cases):04d}", colour="grey")
        world.decide(name)
    world.claim(
        "credit",
        model="K200",
        serial="AK20230001009999",
        colour="grey",
        remedy="credit",
        order_amount=3990,
    )
    world.decide("credit")
    for name in ("sent", "back", "stray", "paid"):
        world.send_kit(name)
    world.scan("back")
    world.scan("stray", "wrong_item")
    world.scan("paid")
    return world


def member(name: str, *roles: Role | str) -> Client:
    """Return a browser in which somebody with these roles is signed in."""
    user = User.objects.create_user(name, password="a long password")
    give(user, *roles)
    client = Client()
    sign_in(client, user)
    return client
