"""Fill an empty installation with both recalls and a past, through the real actions."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from kaishu.claims.population import open_population
from kaishu.demo.filling import Filling, Told
from kaishu.demo.house import furnish
from kaishu.demo.live import SITES, Past, live, photos, serials_of
from kaishu.demo.lives import CN, JP, lives
from kaishu.demo.masses import post_masses
from kaishu.demo.network.loading import load_network
from kaishu.demo.opinions import give_opinions
from kaishu.demo.owners import take_ahead
from kaishu.demo.papers import begin_corrective, connect, file_reports
from kaishu.demo.past import live_past
from kaishu.demo.plan import PastLife, arrived, past_lives
from kaishu.demo.serials import COUNTS, LISTED, write_recalls
from kaishu.demo.staff import hire
from kaishu.demo.widen import newcomers, widen
from kaishu.editions import actions as editions
from kaishu.editions import recall_file
from kaishu.editions.models import Recall
from kaishu.editions.queries import current_pack, recall_row
from kaishu.notices.models import Message
from kaishu.notices.sending import send_due
from kaishu.payouts import actions as payouts
from kaishu.payouts import funds, shop_codes
from kaishu.payouts.providers.simulated_bank import simulated_bank
from kaishu.payouts.providers.simulated_orders import FaultPlan
from kaishu.payouts.worker import run_once
from kaishu.returns import actions as returns

Say = Callable[[str], None]
# The demo's bank has its bad days: some transfers bounce or come back, some results fit nothing.
BANK = FaultPlan(
    seed=7,
    bounce=0.06,
    other_cause=0.4,
    late_return=0.03,
    wrong_amount=0.02,
    unknown_key=0.02,
    days_to_settle=1,
)


def filled_before() -> bool:
    """Say whether the demo's recalls are here already."""
    return Recall.objects.exists()


def fill(*, folder: Path, now: datetime, cases: int, say: Say, told: Told) -> None:
    """Publish the recalls and give them their past: the masses, `cases` lives, a house at work.

    Pages are served meanwhile, with a line that says how far it is.
    """
    filling = Filling(folder, cases, told)
    filling.write()
    hire()
    recalls = folder / "recalls"
    _publish_both(recalls, say)
    announced = {slug: current_pack(slug).recall.announced for slug in (JP, CN)}
    recent = list(lives())
    old = past_lives(count=max(0, cases - len(recent)), announced=announced, now=now)
    filling.of = len(old) + len(recent)
    say("Posting the masses, day by day …")
    _masses(old, announced, now)
    say("Living the cases of the past, one by one …")
    codes = [f"KAI-{secrets.token_hex(4).upper()}" for _ in range(200 + cases)]
    shop_codes.load_codes(commodity="coupon:CNY", codes=codes, at=_start(announced))
    simulated_bank().plan(BANK)
    past = Past(now=now, serials=_serials(recalls, each=80 + cases))
    serials = [serials_of(life, past) for life in recent]
    take_ahead(
        wanted
        for number, (life, mine) in enumerate(zip(recent, serials, strict=True))
        for wanted in photos(life, number, mine)
    )
    live_past(old, past, filling.step)
    say("Living what is open today …")
    for number, (life, mine) in enumerate(zip(recent, serials, strict=True)):
        live(life, number, past, mine)
        filling.step()
    connect(now)
    say("Loading an invented supplier network …")
    load_network(folder=folder / "network", by="hana", at=now)
    say("Widening one recall …")
    widen(folder=recalls / CN, now=now)
    newcomers(past)
    _open_work(now, say)
    filling.end()


def _publish_both(recalls: Path, say: Say) -> None:
    say("Writing the generated serial lists …")
    recalls.mkdir(parents=True, exist_ok=True)
    list(write_recalls(recalls))
    for slug in (JP, CN):
        say(f"Publishing {slug} …")
        publish(recalls / slug)


def _masses(old: Sequence[PastLife], announced: Mapping[str, date], now: datetime) -> None:
    for slug in (JP, CN):
        post_masses(
            recall_id=recall_row(slug).id,
            slug=slug,
            announced=announced[slug],
            sites=SITES.get(slug, SITES[""])[:2],
            lived=arrived(old, slug, announced[slug]),
            at=now,
        )


def _open_work(now: datetime, say: Say) -> None:
    """Leave something open for every role."""
    _quarantine(now)
    say("Paying what is due …")
    _pay(now)
    say("Furnishing the house …")
    furnish(now)
    give_opinions(now)
    say("Filing the reports that were due …")
    begin_corrective(now)
    file_reports(now)
    say("Sending the mails of that time …")
    _send_mails(now)


def _start(announced: Mapping[str, date]) -> datetime:
    return datetime.combine(min(announced.values()), time(1, 0), tzinfo=UTC)


def publish(folder: Path) -> None:
    """Publish one recall folder on the morning it was announced."""
    loaded = recall_file.load(folder)
    assert loaded.recall is not None, loaded.problems
    at = datetime.combine(loaded.recall.announced, time(1, 0), tzinfo=UTC)
    edition = editions.publish(loaded=loaded, by="hana", at=at)
    open_population(recall_row=edition.recall, recall=loaded.recall, by="hana", at=at)


def _serials(recalls: Path, each: int) -> dict[str, list[str]]:
    """Return some listed serials per model; the easy ones are left for whoever tries the demo."""
    return {
        model: [
            serial
            for serial in _first(recalls / slug / "serials" / f"{model}.csv", each)
            if serial not in LISTED[model]
        ]
        for slug, models in COUNTS.items()
        for model in models
    }


def _first(path: Path, count: int) -> Iterable[str]:
    with path.open(newline="") as file:
        rows = csv.reader(row for row in file if not row.startswith("#"))
        next(rows)
        return [row[0] for _, row in zip(range(count), rows, strict=False)]


def _quarantine(now: datetime) -> None:
    recall_id = recall_row(JP).id
    same: dict[str, Any] = {
        "recall_id": recall_id,
        "product": "A1263",
        "shop": "shop-minato",
        "by": "sora",
    }
    returns.quarantine_stock(
        **same, quantity=2_180, at=now - timedelta(days=30), key="demo-quarantine"
    )
    returns.ship_stock(
        **same,
        recycler="recycler-mori",
        quantity=1_500,
        at=now - timedelta(days=20),
        key="demo-ship",
    )


def _send_mails(now: datetime) -> None:
    """Send what was queued, half a day after half a day, to the demo's own mail server."""
    first = Message.objects.order_by("queued_at").values_list("queued_at", flat=True).first()
    at = first or now
    while at < now:
        at = min(at + timedelta(hours=12), now)
        send_due(at=at, limit=10_000)


def _pay(now: datetime) -> None:
    """Funds came in, one batch went through, one lies with the approver, the rest is due."""
    for number, each in enumerate(funds.figures(), start=1):
        receipt = payouts.propose_fund(
            recall_id=each.recall_id,
            commodity=each.commodity,
            quantity=3 * each.promised,
            document=f"RCPT-{number:04d}",
            by="yuki",
            at=now - timedelta(days=6),
        )
        payouts.approve_fund(fund_id=receipt.id, by="ren", at=now - timedelta(days=6))
    paid = payouts.propose_batch(by="yuki", at=now - timedelta(days=3), limit=14)
    payouts.approve_batch(batch_id=paid.id, by="ren", at=now - timedelta(days=3))
    for hours in (70, 46, 22):
        run_once(at=now - timedelta(hours=hours))
    payouts.propose_batch(by="yuki", at=now - timedelta(hours=5), limit=8)
