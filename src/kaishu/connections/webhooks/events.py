"""The events that others can hear of, and how each is read from the row that records it.

No personal data leaves: a case number opens nothing by itself, and every fact is a code, a number
or a time. Whoever needs more asks the API with a token that may.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Max, Model, QuerySet

from kaishu.books.models import Entry, PromiseMoveRow, UnitMoveRow
from kaishu.claims.models import Claim, Decision
from kaishu.core.accounts import DEPOT
from kaishu.editions.models import Edition, Recall
from kaishu.reports.models import Filed
from kaishu.supply.alerts.models import OUT
from kaishu.supply.models import Letter, LetterReply

EVENTS = (
    "claim.submitted",
    "claim.decided",
    "unit.received",
    "promise.sent",
    "promise.settled",
    "promise.bounced",
    "recall.published",
    "report.filed",
    "lot_alert.issued",
)
# What a person sends to try a receiver; nobody subscribes to it, and it has no facts.
TEST = "webhook.test"
# An answer about lots on its way to whoever asked; it goes to the one address that they named.
ANSWERED = "lot_alert.answered"
OF_ENTRIES = {
    "parcel.received": "unit.received",
    "payout.sent": "promise.sent",
    "payout.settled": "promise.settled",
    "payout.bounced": "promise.bounced",
    "payout.returned": "promise.bounced",
}
DECIDED = ("approved", "refused", "asked", "withdrawn", "reopened")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event. `recall`, `filed_by` and `parties` say who may hear of it; with a `url` only that
    address does."""

    source: str
    kind: str
    at: datetime
    facts: Mapping[str, Any]
    recall: str
    url: str = ""
    filed_by: str = ""
    parties: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a followed table: its number, and its event if it has one."""

    id: int
    event: Happened | None


Reader = Callable[[QuerySet[Any]], Sequence[Row]]


def claims(rows: QuerySet[Claim]) -> list[Row]:
    """Read claims that were submitted."""
    slugs = _slugs()
    return [
        Row(
            row.id,
            Happened(
                source=f"claim:{row.id}",
                kind="claim.submitted",
                at=row.submitted_at,
                facts={"case_no": row.case_no, "recall": slugs[row.recall_id]},
                recall=slugs[row.recall_id],
                filed_by=row.by,
            ),
        )
        for row in rows
    ]


def decisions(rows: QuerySet[Decision]) -> list[Row]:
    """Read decisions about claim units."""
    slugs = _slugs()
    return [
        Row(row.id, _decided(row, slugs) if row.kind in DECIDED else None)
        for row in rows.select_related("claim_unit__claim")
    ]


def entries(rows: QuerySet[Entry]) -> list[Row]:
    """Read entries of the books: units that came in, promises that went out or came back."""
    found = list(rows)
    telling = [row for row in found if row.kind in OF_ENTRIES]
    numbers = {row.case_no for row in telling if row.case_no}
    filers = dict(Claim.objects.filter(case_no__in=numbers).values_list("case_no", "by"))
    slugs = _slugs()
    places = _places([row.id for row in telling])
    money = _money([row.id for row in telling])
    return [
        Row(
            row.id,
            _entry(row, slugs[row.recall_id], filers, places, money)
            if row.kind in OF_ENTRIES
            else None,
        )
        for row in found
    ]


def published(rows: QuerySet[Edition]) -> list[Row]:
    """Read editions of recalls."""
    return [
        Row(
            row.id,
            Happened(
                source=f"edition:{row.id}",
                kind="recall.published",
                at=row.published_at,
                facts={"recall": row.recall.slug, "edition": row.number, "digest": row.digest},
                recall=row.recall.slug,
            ),
        )
        for row in rows.select_related("recall")
    ]


def reports(rows: QuerySet[Filed]) -> list[Row]:
    """Read reports that were filed."""
    return [
        Row(
            row.id,
            Happened(
                source=f"filed:{row.id}",
                kind="report.filed",
                at=row.at,
                facts={
                    "report": row.id,
                    "recall": row.recall_slug,
                    "form": row.form,
                    "as_of": row.as_of.isoformat(),
                    "sha256": row.sha256,
                },
                recall=row.recall_slug,
            ),
        )
        for row in rows.defer("content")
    ]


def letters(rows: QuerySet[Letter]) -> list[Row]:
    """Read letters about lots that were issued here; answers go to one company, by hand."""
    return [
        Row(
            row.id,
            Happened(
                source=f"letter:{row.id}",
                kind="lot_alert.issued",
                at=row.issued_at,
                facts={"alert": row.number, "kind": row.kind, "lots": row.lots},
                recall="",
            )
            if row.direction == OUT and row.kind != "answer"
            else None,
        )
        for row in rows.defer("content")
    ]


def replies(rows: QuerySet[LetterReply]) -> list[Row]:
    """Read answers that go to the address that a manager confirmed: the signed letter itself."""
    return [
        Row(
            row.id,
            Happened(
                source=f"reply:{row.id}",
                kind=ANSWERED,
                at=row.at,
                facts={"letter": json.loads(bytes(row.letter.content))},
                recall="",
                url=row.url,
            ),
        )
        for row in rows.select_related("letter")
    ]


READERS: Mapping[str, Reader] = {
    "claims": claims,
    "decisions": decisions,
    "entries": entries,
    "editions": published,
    "reports": reports,
    "letters": letters,
    "replies": replies,
}
TABLES: Mapping[str, type[Model]] = {
    "claims": Claim,
    "decisions": Decision,
    "entries": Entry,
    "editions": Edition,
    "reports": Filed,
    "letters": Letter,
    "replies": LetterReply,
}
# Read from the first row: an answer that was signed before the worker first ran goes out, too.
FROM_START = frozenset({"replies"})


def newest(source: str) -> int:
    """Return the number of the newest row of a followed table; 0 where it is empty."""
    found = TABLES[source]._default_manager.aggregate(newest=Max("id"))["newest"]
    return int(found or 0)


def _slugs() -> dict[int, str]:
    return dict(Recall.objects.values_list("id", "slug"))


def _decided(row: Decision, slugs: Mapping[int, str]) -> Happened:
    unit = row.claim_unit
    slug = slugs[unit.recall_id]
    return Happened(
        source=f"decision:{row.id}",
        kind="claim.decided",
        at=row.at,
        facts={
            "case_no": unit.claim.case_no,
            "unit_no": unit.unit_no,
            "recall": slug,
            "decision": row.kind,
            "reason": row.reason,
            "standing": row.standing,
        },
        recall=slug,
        filed_by=unit.claim.by,
    )


def _places(entry_ids: Sequence[int]) -> dict[int, str]:
    moves = UnitMoveRow.objects.filter(entry_id__in=entry_ids, target=DEPOT)
    return dict(moves.values_list("entry_id", "target_party"))


def _money(entry_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    moves = PromiseMoveRow.objects.filter(entry_id__in=entry_ids).order_by("-id")
    return {
        entry_id: {"promise": promise, "commodity": commodity, "quantity": quantity}
        for entry_id, promise, commodity, quantity in moves.values_list(
            "entry_id", "promise_id", "commodity", "quantity"
        )
    }


def _entry(
    row: Entry,
    slug: str,
    filers: Mapping[str, str],
    places: Mapping[int, str],
    money: Mapping[int, Mapping[str, Any]],
) -> Happened:
    kind = OF_ENTRIES[row.kind]
    place = places.get(row.id, "")
    own: Mapping[str, Any] = {"site": place} if kind == "unit.received" else money.get(row.id, {})
    return Happened(
        source=f"entry:{row.id}",
        kind=kind,
        at=row.happened_at,
        facts={
            "case_no": row.case_no,
            "unit_no": row.unit_no,
            "recall": slug,
            "reason": row.reason,
            **own,
        },
        recall=slug,
        filed_by=filers.get(row.case_no, ""),
        parties=(place,) if place else (),
    )
