"""Scans at a site: the bench of a warehouse's own software."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from kaishu.base import clock, language
from kaishu.core.sentences import sentence
from kaishu.doors.api.common import (
    Bearer,
    Body,
    Key,
    Text,
    action_key,
    answer,
    caller,
    once,
)
from kaishu.returns.arrivals import take_in
from kaishu.returns.seen import Seen

router = Router(tags=["Scans"])
CANNOT = "unknown = it cannot be seen."
SEEN = ("model", "colour", "variant", "batch", "made_on", "label")


class ScanIn(Body):
    """One parcel that was opened."""

    code: Annotated[
        Text,
        Field(
            max_length=600,
            examples=["1234 5678 9012-1"],
            description="The code on the return label, or the serial or the scanned code on "
            "the unit. Empty with outcome unknown: nothing on it can be read.",
        ),
    ]
    site: Annotated[Text, Field(min_length=1, max_length=40, description="This token's own site.")]
    outcome: Annotated[
        Literal["ok", "swollen", "hot", "leaking", "wrong_item", "empty", "several", "unknown"],
        Field(description="unknown = a box without a label; several = more than the label says"),
    ]
    transferred: Annotated[
        bool, Field(description="Say it again with true where a unit of another depot came here.")
    ] = False
    model: Annotated[
        Text, Field(max_length=80, description="For a unit without a claim. " + CANNOT)
    ] = ""
    colour: Annotated[Text, Field(max_length=80, description=CANNOT)] = ""
    variant: Annotated[
        Text, Field(max_length=80, description="SKU, or the bar code on the box. " + CANNOT)
    ] = ""
    batch: Annotated[Text, Field(max_length=80, description=CANNOT)] = ""
    made_on: Annotated[
        Text, Field(max_length=80, description="Day or month that it says it was made. " + CANNOT)
    ] = ""
    label: Annotated[
        Literal["", "missing", "illegible", "unknown"],
        Field(description="What is left of the label of a unit without a serial."),
    ] = ""


class ScanOut(Schema):
    """What the scan came to. `code` is stable; the sentences are for the person at the bench."""

    code: str
    repeated: bool = Field(description="true: it was recorded before, nothing new was posted")
    sentence: str
    next: str
    case_no: str
    unit_no: int | None
    site: str
    outcome: str
    at: datetime
    hold_no: int | None = Field(description="number on the hold shelf, for what is not the unit")
    incident: str = Field(description="number of the incident that a dangerous unit opened")
    from_site: str


@router.post(
    "/scans", auth=Bearer("scans:write"), response={200: ScanOut}, operation_id="recordScan"
)
@once
def record_scan(request: HttpRequest, body: ScanIn, idempotency_key: Key) -> HttpResponse:
    """Record a parcel that was opened. The same scan again is harmless.

    The site must be the one that the token belongs to. A unit without a claim that may be a
    recalled one is refused with `found_fact_needed`: send the fact that it names, or "unknown".
    """
    by = caller(request)
    by.require_party(body.site)
    scanned = take_in(
        typed=body.code,
        outcome=body.outcome,
        site=body.site,
        by=by.actor,
        at=clock.now(),
        key=action_key(by, idempotency_key),
        transferred=body.transferred,
        seen=Seen.read(body.model_dump(include=set(SEEN))),
    )
    facts = {"site": scanned.site, "outcome": scanned.outcome}
    said = sentence(scanned.code, language.tag(), facts)
    return answer(
        ScanOut(
            code=scanned.code,
            repeated=scanned.repeated,
            sentence=said.text,
            next=said.next,
            case_no=scanned.case_no,
            unit_no=scanned.unit_no,
            site=scanned.site,
            outcome=scanned.outcome,
            at=scanned.at,
            hold_no=scanned.stray_id,
            incident=scanned.incident,
            from_site=scanned.from_party,
        )
    )
