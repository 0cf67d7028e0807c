"""Letters about lots: hand one in, and fetch those that were issued here."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from kaishu.base import clock
from kaishu.core.lot_alert_json import MOST_BYTES
from kaishu.doors.api.common import MOST_ON_PAGE, Bearer, Key, PageOf, Text, answer, caller, page
from kaishu.supply.alerts import inbox, write
from kaishu.supply.alerts.arrive import arrive
from kaishu.supply.alerts.errors import AlertUnknown
from kaishu.supply.alerts.inbox import MOST_ANSWER
from kaishu.supply.alerts.models import OUT
from kaishu.supply.alerts.take import Taken
from kaishu.supply.models import Letter, LetterMatch

router = Router(tags=["Lot alerts"])
DOOR = "api"
HANDED_OUT = ("alert", "question", "withdrawal")
Number = Annotated[
    Text, Path(max_length=40, examples=["0123456789abcdef0123456789abcdef"], description="Its id.")
]
DOCUMENT: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the letter's file, as the guide on lot alerts describes them; "
        f"at most {MOST_BYTES // 1024 // 1024} MB.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


ANSWER: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the answer's file, or of the webhook that carries it; "
        f"at most {MOST_ANSWER // 1024} KB.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


class TakenOut(Schema):
    """The letter as it is kept now."""

    id: str
    kind: str = Field(description="alert, question, answer or withdrawal")
    known: bool = Field(description="it was here before; nothing changed")
    standing: str = Field(
        description="verified; unknown, key_changed or key_ended = it waits for a person, and was "
        "not matched; own = a letter of ours came home"
    )
    matched: bool


class IssuedOut(Schema):
    """A letter that was issued here."""

    id: str
    kind: str
    issued_at: datetime
    item: str
    lots: int
    about: str = Field(description="the letter that a withdrawal takes back; else empty")


class IssuedPage(PageOf):
    """Letters, oldest first."""

    items: list[IssuedOut]


@router.post(
    "/alerts",
    auth=Bearer("alerts:write"),
    response={200: TakenOut},
    openapi_extra=DOCUMENT,
    operation_id="handInAlert",
)
def hand_in_alert(request: HttpRequest, idempotency_key: Key) -> HttpResponse:
    """Hand in a signed letter: an alert, a question, an answer or a withdrawal.

    The letter's own id makes it happen once: sent again, by whichever way, it is `known`. What is
    refused is kept with the reason. A letter of a company whose key a manager trusts is compared
    with our lots at once; what was found is ours to answer, and is not said here.
    """
    data = request.read(MOST_BYTES + 1)
    came = arrive(data, door=DOOR, by=caller(request).actor, at=clock.now())
    return _taken(came.taken)


def _taken(taken: Taken) -> HttpResponse:
    row = taken.row
    said = TakenOut(
        id=row.number,
        kind=row.kind,
        known=taken.known,
        standing=taken.standing.value,
        matched=LetterMatch.objects.filter(letter=row).exists(),
    )
    return answer(said)


@router.post(
    "/alerts/answers",
    auth=None,
    response={200: TakenOut},
    openapi_extra=ANSWER,
    operation_id="handInAnswer",
)
def hand_in_answer(request: HttpRequest) -> HttpResponse:
    """Hand in the signed answer to an alert or a question that was issued here.

    It needs no token: the letter's number is known only to who has the letter, and the signature
    says who answers. The body is the letter's file, or the webhook `lot_alert.answered` with it.
    """
    data = request.read(MOST_ANSWER + 1)
    return _taken(inbox.take_answer(data, door="inbox", at=clock.now()))


@router.get(
    "/alerts", auth=Bearer("alerts:read"), response=IssuedPage, operation_id="listIssuedAlerts"
)
def list_issued_alerts(
    request: HttpRequest,
    cursor: Text = Query("", max_length=80),
    limit: int = Query(50, ge=1, le=MOST_ON_PAGE),
) -> HttpResponse:
    """List the alerts, questions and withdrawals that were issued here."""
    found, following = page(_issued(), cursor=cursor, limit=limit, name="alerts")
    items = [
        IssuedOut(
            id=row.number,
            kind=row.kind,
            issued_at=row.issued_at,
            item=row.item,
            lots=row.lots,
            about=row.about,
        )
        for row in found
    ]
    return answer(IssuedPage(items=items, next=following))


@router.get(
    "/alerts/{number}",
    auth=Bearer("alerts:read"),
    response={200: dict[str, Any]},
    operation_id="fetchIssuedAlert",
)
def fetch_issued_alert(request: HttpRequest, number: Number) -> HttpResponse:
    """Fetch the signed file of one of them, with its key unless that travels apart."""
    row = _issued().filter(number=number).first()
    if row is None:
        raise AlertUnknown
    return HttpResponse(write.file(row), content_type="application/json")


def _issued() -> QuerySet[Letter]:
    return Letter.objects.filter(direction=OUT, kind__in=HANDED_OUT)
