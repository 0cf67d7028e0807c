"""Reports that were due, each filed on its day; corrective actions; software that calls us."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from kaishu.connections import tokens
from kaishu.connections.webhooks import subscriptions
from kaishu.connections.webhooks.follow import follow
from kaishu.demo import hooks
from kaishu.demo.lives import CN, JP
from kaishu.markets.forms import load_form
from kaishu.reports import corrective, duties, filing
from kaishu.reports.duties import Due, What

# Before its last day ends, at the office hours of both markets.
BEFORE_THE_END = timedelta(hours=13)
# The connection is made before these happen, so that its webhook tells of them.
EVENTS = ("claim.submitted", "claim.decided", "promise.settled", "recall.published", "report.filed")

# Invented like every owner here, and said so in the words: no company wrote this.
CORRECTIVE = (
    # cause, action, responsible, due in so many days
    (
        "（デモの例）受け入れ検査でセルの内部を見ていなかった",
        "X線による検査を加える",
        "品質保証部",
        21,
    ),
    (
        "（デモの例）ロットの記録が出荷先とつながっていなかった",
        "出荷のたびにロットと販売店を記録する",
        "物流部",
        45,
    ),
)


def file_reports(now: datetime) -> None:
    """File every report whose day is over, with what the books knew on that day."""
    for slug in (JP, CN):
        for due in _over(slug, now):
            assert due.over_at is not None
            at = due.over_at - BEFORE_THE_END
            filing.file(
                form=load_form(due.name),
                slug=slug,
                subject=due.subject,
                as_of=at - timedelta(hours=1),
                known_at=at - timedelta(minutes=1),
                addressee=due.addressee,
                reference="",
                key=f"demo-{slug}-{due.name}-{due.subject}",
                by="hana",
                at=at,
            )


def _over(slug: str, now: datetime) -> Iterator[Due]:
    for due in duties.calendar(slug, at=now):
        ended = due.over_at is not None and due.over_at <= now
        if due.what is What.REPORT and due.filed is None and ended:
            yield due


def begin_corrective(now: datetime) -> None:
    """One corrective action is done and waits for its check, one is under way."""
    for number, (cause, action, owner, due_in) in enumerate(CORRECTIVE):
        made = corrective.open_action(
            recall_slug=JP,
            cause=cause,
            action=action,
            owner=owner,
            due_on=(now + timedelta(days=due_in)).date(),
            key=f"demo-{number}",
            by="hana",
            at=now - timedelta(days=120),
        )
        if number == 0:
            done = now - timedelta(days=30)
            corrective.add_step(
                recall_slug=JP,
                action_id=made.id,
                what="done",
                day=done.date(),
                note="三か月分の受け入れで確かめた",
                by="hana",
                at=done,
            )


def connect(now: datetime) -> None:
    """The company's own system asks us for answers, and hears from us what happens from now on."""
    made = tokens.make_connection(
        name="お客様相談室の受付システム",
        party="",
        recall_slug="",
        key="demo-connection",
        by="aki",
        at=now - timedelta(days=30),
    )
    tokens.issue(
        connection=made,
        scopes=("check", "claims:read", "promises:read", "reports:read", "webhooks"),
        days=365,
        key="demo-token",
        by="aki",
        at=now - timedelta(days=30),
    )
    if settings.KAISHU_WEBHOOK_HOSTS:  # the demo's own server, where it serves
        _, secret = subscriptions.subscribe(
            connection=made,
            url=f"http://{settings.KAISHU_WEBHOOK_HOSTS[0]}/demo/hook/",
            events=EVENTS,
            by="aki",
            at=now - timedelta(days=30),
        )
        hooks.keep_secret(secret)
    follow(at=now)
