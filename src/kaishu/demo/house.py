"""What stands on the desks of the house besides claims: shops, stock, incidents, drafts, a box."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from kaishu.claims.bulk import actions as bulk
from kaishu.claims.models import ClaimUnit
from kaishu.demo.lives import CN, JP
from kaishu.editions.drafting import actions as drafting
from kaishu.editions.queries import recall_row
from kaishu.incidents import actions as incidents
from kaishu.payouts import stock
from kaishu.people.contact import Contact
from kaishu.returns import actions as returns
from kaishu.returns import kit_stock
from kaishu.returns.models import ContainerUnit, Scan
from kaishu.returns.trade import answers, sites

BAG = "kit:bag"
SHOPS = (
    # name, whose stock, its kind, language, days since the link went out, how far it came
    ("みなと店", "shop-minato", "retailer", "ja", 12, "completed"),
    ("デモ通販", "shop-online", "retailer", "ja", 8, "counted"),
    ("デモ卸 関東", "distributor-kanto", "distributor", "ja", 6, "read"),
    ("みなと駅前店", "shop-minato", "retailer", "ja", 9, "sent"),
    ("空港売店", "shop-minato", "retailer", "en", 0, "listed"),
)


def furnish(now: datetime) -> None:
    """Fill every list that a visitor would open, through the real actions."""
    _shops(now)
    _kits(now)
    _goods(now)
    _incidents(now)
    _container(now)
    _drafts(now)
    _bulk(now)


def _shops(now: datetime) -> None:
    for name, party, kind, language, days, reached in SHOPS:
        at = now - timedelta(days=days)
        site = sites.add_site(
            slug=JP,
            party=party,
            name=name,
            kind=kind,
            language=language,
            mail="",
            by="hana",
            at=at,
        )
        if reached == "listed":
            continue
        sites.mark_given(site_id=site.id, by="hana", at=at)
        if reached == "sent":
            continue
        later: dict[str, Any] = {"site_id": site.id, "name": "デモ 店長", "key": f"demo-{site.id}"}
        answers.acknowledge(**later, at=at + timedelta(hours=5))
        if reached == "read":
            continue
        found = {"A3117": 120, "A3130": 30} if party == "shop-minato" else {"A1263": 900}
        answers.count(**later, quantities=found, at=at + timedelta(hours=20))
        if reached == "completed":
            answers.complete(**later, at=at + timedelta(hours=30))


def _kits(now: datetime) -> None:
    for slug, counted in ((JP, 60), (CN, 27)):
        recall_id = recall_row(slug).id
        left = sum(row.left for row in kit_stock.stock(recall_id=recall_id) if row.kit == BAG)
        # What has left came in once: in one delivery at the start, and lately some more.
        for quantity, days in ((left, 400), (counted, 2)):
            if quantity:
                kit_stock.receive_kits(
                    recall_id=recall_id,
                    kit=BAG,
                    by="jun",
                    quantity=quantity,
                    at=now - timedelta(days=days),
                    key=f"demo-{slug}-{days}",
                )
    kit_stock.order_kits(
        recall_id=recall_row(CN).id,
        kit=BAG,
        quantity=500,
        due_on=(now + timedelta(days=3)).date(),
        by="jun",
        at=now - timedelta(days=1),
        key="demo-order",
    )


def _goods(now: datetime) -> None:
    for model, number in (("A1256", 25), ("A1637", 12), ("A3117", 2)):
        serials = [f"NEW{model}{each:05d}" for each in range(number)]
        stock.receive_stock(
            commodity=f"sku:{model}",
            serials=serials,
            document=f"DN-{model}",
            by="yuki",
            at=now - timedelta(days=1),
        )


def _incidents(now: datetime) -> None:
    """One in hand, one settled, and one from before the recall that explains it."""
    incidents.report(
        key="demo-hurt",
        recall_slug=CN,
        market="cn",
        product="A1257",
        kind="hot",
        door="hotline",
        by="jun",
        at=now - timedelta(hours=9),
        words="充电时冒烟，手指轻微烫伤。",
        injured=True,
        fire=False,
        happened_at=now - timedelta(hours=12),
        language="zh-Hans",
        contact=Contact(name="王芳", email="", phone="13800000099", postcode="", address=""),
    )
    incidents.report(
        key="demo-smoke",
        recall_slug=JP,
        market="jp",
        product="A1263",
        kind="hot",
        door="depot",
        by="jun",
        at=now - timedelta(days=3),
        words="充電中に煙が出た。けがはない。",
        injured=False,
        fire=True,
        fire_service=True,
        happened_at=now - timedelta(days=4),
        language="ja",
    )
    before = incidents.report(
        key="demo-before",
        recall_slug=JP,
        market="jp",
        product="A1263",
        kind="leaking",
        door="hotline",
        by="jun",
        at=now - timedelta(days=20),
        words="去年、液がもれた。",
        injured=False,
        fire=False,
        happened_at=datetime(2025, 9, 3, 3, tzinfo=now.tzinfo),
        language="ja",
    )
    incidents.close(
        incident_id=before.id, outcome="duplicate", by="hana", at=now - timedelta(days=18)
    )


def _container(now: datetime) -> None:
    """Seal a box that the recycler has only to take over."""
    here = _waiting(recall_row(JP).id)
    box = returns.open_container(
        recall_id=recall_row(JP).id,
        number="",
        site="depot-east",
        recycler="recycler-mori",
        by="sora",
        at=now - timedelta(hours=20),
    )
    for unit_id in here[:3]:
        returns.put_in_container(container_id=box.id, unit_id=unit_id)
    returns.seal_container(
        container_id=box.id, seal_no="S-48213", by="sora", at=now - timedelta(hours=19)
    )
    returns.give(container_id=box.id, by="sora", at=now - timedelta(hours=19))


def _waiting(recall_id: int) -> Sequence[int]:
    """Return the units that were scanned intact at depot-east and lie in no container."""
    packed = ContainerUnit.objects.exclude(unit_id=None).values("unit_id")
    scans = Scan.objects.filter(site="depot-east", outcome="ok", undone=None)
    return [
        int(found)
        for found in scans.exclude(unit_id__in=packed)
        .order_by("id")
        .values_list("unit_id", flat=True)
        if found is not None
    ]


def _drafts(now: datetime) -> None:
    """One edition is being written, one recall has only begun."""
    drafting.start_copy(slug=JP, by="hana", at=now - timedelta(days=1))
    drafting.start_empty(market="cn", by="toma", at=now - timedelta(hours=2))


def _bulk(now: datetime) -> None:
    """Mika proposes many approvals; somebody else has to look."""
    units = ClaimUnit.objects.filter(standing="open", contested=False, urgency__gt=0)
    ids = list(units.order_by("id").values_list("id", flat=True)[:6])
    seen = bulk.preview(unit_ids=ids, act="approve", reason="checked", by="mika")
    if seen.done:
        bulk.propose(
            unit_ids=ids,
            act="approve",
            reason="checked",
            shown=seen.digest,
            typed=str(len(seen.done)),
            key="demo-bulk",
            by="mika",
            at=now - timedelta(hours=1),
        )
