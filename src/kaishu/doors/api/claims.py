"""Claims: file one as the form does, and read how far one's own have come."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from kaishu.base import clock, language
from kaishu.base.language import TAGS
from kaishu.claims import owner
from kaishu.claims.actions import submit_claim
from kaishu.claims.case import case as case_of
from kaishu.claims.facts import MOST_UNITS, ClaimFacts, UnitFacts
from kaishu.claims.models import Claim
from kaishu.claims.queries import claim_unit
from kaishu.claims.views import CaseView, UnitView
from kaishu.connections import files, own
from kaishu.connections.tokens import Caller
from kaishu.core.sentences import sentence
from kaishu.core.stage import StageCode
from kaishu.doors.api import errors
from kaishu.doors.api.common import (
    MOST_ON_PAGE,
    Bearer,
    Body,
    Key,
    PageOf,
    Text,
    action_key,
    answer,
    caller,
    once,
    page,
    tagged,
)
from kaishu.doors.api.fields import Batch, Channel, Day, Label, Made, Variant, day_of, made_of
from kaishu.editions import queries as editions
from kaishu.people.consent import of_version
from kaishu.people.contact import Contact
from kaishu.people.errors import ConsentUnknown

router = Router(tags=["Claims"])
PATHS = {tag: path for path, tag in TAGS.items()}
MOST_FILES = 4
DAYS = frozenset({"bought_on", "made_on"})
Line = Annotated[Text, Field(max_length=200)]
FileNo = Annotated[str, Field(pattern=r"^file_[0-9a-f]{24}$")]


CaseNo = Annotated[Text, Path(max_length=20, examples=["123456789012"])]


class ContactIn(Body):
    """How to reach the owner, exactly as they write it. Sealed on arrival."""

    name: Annotated[Text, Field(min_length=1, max_length=200, examples=["山田 花子"])]
    name_kana: Line = ""
    email: Annotated[Text, Field(max_length=254)] = ""
    phone: Annotated[Text, Field(max_length=40)] = ""
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$", examples=["JP"])] = ""
    postcode: Annotated[Text, Field(max_length=20)] = ""
    region: Line = ""
    city: Line = ""
    street: Line = ""
    building: Line = ""
    address: Annotated[Text, Field(max_length=500, description="Outside Japan and China.")] = ""


class ClaimUnitIn(Body):
    """One unit of the claim, as the owner tells it."""

    model: Annotated[Text, Field(min_length=1, max_length=200, examples=["A1263"])]
    serial: Line = ""
    colour: Line = ""
    condition: Annotated[
        Literal["intact", "swollen", "hot", "leaking", "wet", "unknown"],
        Field(description="A dangerous one opens an incident, and a person calls."),
    ]
    remedy: Annotated[Line, Field(description="Code of the remedy that the owner chose.")] = ""
    order_no: Line = ""
    shop: Line = ""
    bought_on: Day | None = None
    order_amount: Annotated[
        int | None, Field(ge=0, le=10**12, description="In the smallest unit of the currency.")
    ] = None
    market: Annotated[Text, Field(max_length=8, description="Where it was bought.")] = ""
    channel: Channel = ""
    variant: Variant = ""
    batch: Batch = ""
    made_on: Made | None = None
    label: Label = ""
    files: Annotated[list[FileNo], Field(max_length=MOST_FILES)] = []


class ClaimIn(Body):
    """A whole claim: one person, one recall."""

    recall: Annotated[Text, Field(min_length=1, max_length=80)]
    language: Literal["ja", "zh-Hans", "en"]
    contact: ContactIn
    consent: Annotated[
        Text, Field(max_length=40, description="Version of the text that the owner agreed to.")
    ] = ""
    units: Annotated[list[ClaimUnitIn], Field(min_length=1, max_length=MOST_UNITS)]


class StepOut(Schema):
    """One of the six steps of a claim."""

    code: str
    state: str = Field(description="done, now or next")
    at: datetime | None


class PromiseLine(Schema):
    """What is owed for a unit, and how far it is."""

    commodity: str = Field(description="JPY, coupon:CNY, sku:A1256, kit:bag")
    quantity: int = Field(description="in the smallest unit, or in pieces")
    account: str = Field(description="owed, sent, paid, waived; cost = replaced by another")


class UnitOut(Schema):
    """One unit of a claim: what was said, what was decided, where it stands, what is next."""

    unit_no: int
    model: str
    serial: str
    verdict: str
    reason: str
    standing: str = Field(description="open, asked, approved, refused, withdrawn")
    contested: bool
    remedy: str
    stage: str
    waiting_on: str = Field(description="owner, us, carrier or nobody")
    next_step: str = Field(description="one sentence for the owner, in the caller's language")
    steps: list[StepOut]
    promises: list[PromiseLine]


class ClaimOut(Schema):
    """One claim, without its owner's details: whoever filed it has them already."""

    case_no: str
    recall: str
    submitted_at: datetime
    units: list[UnitOut]


class FiledOut(ClaimOut):
    """A claim that was just filed."""

    link: str = Field(
        description="The owner's own page. It opens the claim: give it to nobody else."
    )


class ClaimLine(Schema):
    """One claim of a list."""

    case_no: str
    recall: str
    submitted_at: datetime
    standings: list[str] = Field(description="of its units, in their order")


class ClaimPage(PageOf):
    """Claims that this connection filed, oldest first."""

    items: list[ClaimLine]


class FilesIn(Body):
    """Files that were sent before."""

    files: Annotated[list[FileNo], Field(min_length=1, max_length=MOST_FILES)]


class FilesOut(Schema):
    """How many of them the unit did not have yet."""

    added: int


@router.post(
    "/claims",
    auth=Bearer("claims:write"),
    response={201: FiledOut},
    operation_id="fileClaim",
)
@once
def file_claim(request: HttpRequest, body: ClaimIn, idempotency_key: Key) -> HttpResponse:
    """File a claim for an owner.

    It is saved whatever the check says; a person decides what is unclear. The same thing happens
    as with the form: the owner gets a mail if an address is given, a dangerous condition opens an
    incident.
    """
    by, at = caller(request), clock.now()
    by.require_recall(body.recall)
    if body.consent and of_version(body.consent) is None:
        raise ConsentUnknown(purpose=body.consent, market="")
    key = action_key(by, idempotency_key)
    sent = submit_claim(facts=_facts(body, by, key, at), key=key, door=own.DOOR, by=by.actor, at=at)
    numbers = [number for unit in body.units for number in unit.files]
    files.take(connection=by.connection, numbers=numbers, taking=key)
    link = f"{settings.KAISHU_PUBLIC_URL}/{PATHS[body.language]}/c/{sent.token}/"
    shown = _claim(case_of(sent.case_no), body.recall)
    return answer(FiledOut(link=link, **shown.model_dump()), 201)


@router.get("/claims", auth=Bearer("claims:read"), response=ClaimPage, operation_id="listClaims")
def list_claims(
    request: HttpRequest,
    cursor: Text = Query("", max_length=80),
    limit: int = Query(50, ge=1, le=MOST_ON_PAGE),
) -> HttpResponse:
    """List the claims that this connection filed."""
    rows = own.claims(caller(request).connection).prefetch_related("units")
    found, following = page(rows, cursor=cursor, limit=limit, name="claims")
    slugs = {row.id: row.slug for row in editions.recall_rows()}
    return answer(ClaimPage(items=[_line(row, slugs) for row in found], next=following))


@router.get(
    "/claims/{case_no}",
    auth=Bearer("claims:read"),
    response={200: ClaimOut, 304: None},
    operation_id="readClaim",
)
def read_claim(request: HttpRequest, case_no: CaseNo) -> HttpResponse:
    """Read one claim: its stage and its next step. Send the ETag back as If-None-Match."""
    row = own.claim(caller(request).connection, case_no)
    slugs = {each.id: each.slug for each in editions.recall_rows()}
    return tagged(request, _claim(case_of(row.case_no), slugs[row.recall_id]))


@router.post(
    "/claims/{case_no}/units/{unit_no}/files",
    auth=Bearer("evidence:write"),
    response={200: FilesOut},
    operation_id="addFiles",
)
@once
def add_files(
    request: HttpRequest, case_no: CaseNo, unit_no: int, body: FilesIn, idempotency_key: Key
) -> HttpResponse:
    """Add files to a unit of a claim that this connection filed."""
    by, at = caller(request), clock.now()
    row = own.claim(by.connection, case_no)
    if not 1 <= unit_no <= MOST_UNITS:
        raise errors.NotFound
    unit = claim_unit(case_no=row.case_no, unit_no=unit_no)
    key = action_key(by, idempotency_key)
    found = files.references(connection=by.connection, numbers=body.files, taking=key, at=at)
    added = owner.add_evidence(claim_unit_id=unit.id, evidence=found)
    files.take(connection=by.connection, numbers=body.files, taking=key)
    return answer(FilesOut(added=added))


def _facts(body: ClaimIn, by: Caller, key: str, at: datetime) -> ClaimFacts:
    return ClaimFacts(
        recall=body.recall,
        language=body.language,
        contact=Contact(**body.contact.model_dump()),
        consent=body.consent,
        units=tuple(_unit_facts(unit, by, key, at) for unit in body.units),
    )


def _unit_facts(unit: ClaimUnitIn, by: Caller, key: str, at: datetime) -> UnitFacts:
    said: dict[str, Any] = unit.model_dump(exclude={"files", *DAYS})
    return UnitFacts(
        **said,
        bought_on=day_of(unit.bought_on),
        made_on=made_of(unit.made_on),
        evidence=files.references(connection=by.connection, numbers=unit.files, taking=key, at=at),
    )


def _line(row: Claim, slugs: dict[int, str]) -> ClaimLine:
    units = sorted(row.units.all(), key=lambda unit: unit.unit_no)
    return ClaimLine(
        case_no=row.case_no,
        recall=slugs[row.recall_id],
        submitted_at=row.submitted_at,
        standings=[unit.standing for unit in units],
    )


def _claim(case: CaseView, slug: str) -> ClaimOut:
    return ClaimOut(
        case_no=case.case_no,
        recall=slug,
        submitted_at=case.submitted_at,
        units=[_unit(unit) for unit in case.units],
    )


def _unit(unit: UnitView) -> UnitOut:
    return UnitOut(
        unit_no=unit.unit_no,
        model=unit.product,
        serial=unit.serial,
        verdict=unit.verdict_answer,
        reason=unit.verdict_reason,
        standing=unit.standing.value,
        contested=unit.contested,
        remedy=unit.remedy,
        stage=unit.stage.code.value,
        waiting_on=unit.stage.waiting_on.value,
        next_step=_next(unit.stage.code),
        steps=[StepOut(code=step.code, state=step.state, at=step.at) for step in unit.steps],
        promises=[
            PromiseLine(commodity=each.commodity, quantity=each.quantity, account=each.account)
            for each in unit.promises
        ],
    )


def _next(code: StageCode) -> str:
    """Return the sentence of a stage: the hotline's, but for the question that it asks by phone."""
    name = "api_stage_question" if code is StageCode.QUESTION else f"hotline_stage_{code.value}"
    return sentence(name, language.tag()).text
