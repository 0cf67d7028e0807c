"""EPCIS 2.0: documents with events come in, and capture jobs tell what became of them.

Addresses, headers and members are the standard's (EPCIS 2.0, section 12), so that software that
speaks it needs no change. One thing is added: like every POST here, a capture carries an
Idempotency-Key, which the standard does not forbid.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja import Query, Router, Schema
from pydantic import Field

from kaishu.base import clock, language
from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence
from kaishu.doors.api import errors
from kaishu.doors.api.common import Bearer, Key, Text, answer, caller, once
from kaishu.doors.api.common import page as page_of
from kaishu.supply.capture import actions, queries
from kaishu.supply.capture.documents import MOST_BYTES
from kaishu.supply.capture.errors import (
    BehaviourUnknown,
    GivenUp,
    LengthNeeded,
    TooLarge,
    VersionUnknown,
)
from kaishu.supply.capture.models import CaptureJob

router = Router(tags=["EPCIS"])
MOST_ON_PAGE = 100
LD = "application/ld+json"
VERSIONS = {"GS1-EPCIS-Version": ("2.0", "2.0.0", "2.0.1"), "GS1-CBV-Version": ("2.0", "2.0.0")}
SPOKEN = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-EPCIS-Min": "2.0.0",
    "GS1-EPCIS-Max": "2.0.1",
    "GS1-CBV-Version": "2.0.0",
    "GS1-CBV-Min": "2.0.0",
    "GS1-CBV-Max": "2.0.0",
    "GS1-EPC-Format": "Never_Translates",
    "GS1-Vendor-Version": "kaishu/1",
    "GS1-Extensions": "",
    "GS1-Capture-Error-Behaviour": "rollback, proceed",
    "GS1-EPCIS-Capture-File-Size-Limit": str(MOST_BYTES),
}
_ANY_OBJECT = {"type": "object"}
CAPTURE: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "An EPCISDocument or EPCISQueryDocument (JSON-LD) of at most 16 MB.",
        "content": {
            kind: {"schema": _ANY_OBJECT} for kind in ("application/json", "application/ld+json")
        },
    },
    "parameters": [
        {
            "name": "GS1-Capture-Error-Behaviour",
            "in": "header",
            "required": False,
            "description": "rollback (nothing is kept if one event is wrong; the standard's "
            "default) or proceed (the good ones are kept).",
            "schema": {"type": "string", "enum": ["rollback", "proceed"]},
        }
    ],
}
NO_BODY: dict[str, Any] = {"responses": {204: {"description": "The headers tell."}}}


class CaptureErrorOut(Schema):
    """What is wrong with one event, and where."""

    type: str
    title: str
    status: int
    detail: str = Field(description="One sentence in the caller's language.")
    next: str
    code: str = Field(description="Stable: programs read this.")
    pointer: str = Field(description="JSON pointer into the document that was sent.")
    facts: dict[str, str]


class CaptureJobOut(Schema):
    """One document on its way in. The counts are ours, all else is the standard's."""

    captureID: str  # noqa: N815 (the standard's name)
    createdAt: datetime  # noqa: N815 (the standard's name)
    finishedAt: datetime | None  # noqa: N815 (the standard's name)
    running: bool
    success: bool
    captureErrorBehaviour: str = Field(  # noqa: N815 (the standard's name)
        description="rollback or proceed"
    )
    errors: list[CaptureErrorOut] = Field(description="The first 1,000.")
    network: str
    events: int
    done: int
    kept: int
    known: int = Field(description="were here before, with the same content")
    refused: int
    epcisHeader: dict[str, Any] = Field(  # noqa: N815 (the standard's name)
        description="The document's header with its master data, as it was sent."
    )


@router.post(
    "/epcis/capture",
    auth=Bearer("epcis:write"),
    response={202: CaptureJobOut},
    openapi_extra=CAPTURE,
    operation_id="captureEvents",
)
def capture_events(
    request: HttpRequest, idempotency_key: Key, network: Text = Query("", max_length=60)
) -> HttpResponse:
    """Capture an EPCIS 2.0 document: 202, and Location names the capture job.

    Up to 200 events are done when the answer comes; more are done by the worker. Events are known
    again by their eventID, else by the hash of the Core Business Vocabulary. What is wrong with the
    document as a whole is answered with 400 and a pointer, what is wrong with an event stands in
    the job. `network` is needed where there is more than one.
    """
    try:
        body, rollback = _body(request), _behaviour(request)
    except Refusal as refusal:
        return spoken(_problem(refusal))
    digest = hashlib.sha256(body).hexdigest()

    @once
    def kept(
        request: HttpRequest, idempotency_key: Key, network: str, rollback: bool, digest: str
    ) -> HttpResponse:
        by = caller(request)
        party = by.connection.party
        try:
            job = actions.capture(
                network=queries.network_of(network, party),
                body=body,
                rollback=rollback,
                party=party,
                by=by.actor,
                at=clock.now(),
            )
        except Refusal as refusal:
            return _problem(refusal)
        return answer(job_out(job), 202)

    response: HttpResponse = kept(
        request, idempotency_key=idempotency_key, network=network, rollback=rollback, digest=digest
    )
    if response.status_code == 202:
        number = json.loads(response.content)["captureID"]
        response["Location"] = f"{settings.KAISHU_PUBLIC_URL}/api/v1/epcis/capture/{number}"
    return spoken(response)


@router.api_operation(
    ["OPTIONS"],
    "/epcis/capture",
    auth=Bearer("epcis:write"),
    response={204: None},
    openapi_extra=NO_BODY,
    operation_id="discoverCapture",
)
def discover_capture(request: HttpRequest) -> HttpResponse:
    """Tell by headers which versions and limits of the standard are spoken here."""
    return spoken(HttpResponse(status=204, headers={"Allow": "GET, POST, OPTIONS"}))


@router.get(
    "/epcis/capture",
    auth=Bearer("epcis:write"),
    response=list[CaptureJobOut],
    operation_id="listCaptureJobs",
)
def list_capture_jobs(
    request: HttpRequest,
    perPage: int = Query(30, ge=1, le=MOST_ON_PAGE),  # noqa: N803 (the standard's name)
    nextPageToken: Text = Query("", max_length=80),  # noqa: N803 (the standard's name)
) -> HttpResponse:
    """List capture jobs, oldest first: a site's own, or all for the maker's own system.

    The header Link with rel="next" leads to the next page.
    """
    by = caller(request)
    rows = queries.jobs_of(by.actor, party=by.connection.party).select_related("network")
    found, following = page_of(rows, cursor=nextPageToken, limit=perPage, name="captures")
    items = [job_out(row).model_dump(mode="json") for row in found]
    return spoken(linked(json_answer(items), request, following or ""))


@router.get(
    "/epcis/capture/{capture_id}",
    auth=Bearer("epcis:write"),
    response=CaptureJobOut,
    operation_id="readCaptureJob",
)
def read_capture_job(request: HttpRequest, capture_id: Text) -> HttpResponse:
    """Read what became of a document."""
    by = caller(request)
    row = queries.job(capture_id[:80], by=by.actor, party=by.connection.party)
    return spoken(answer(job_out(row)))


def job_out(row: CaptureJob) -> CaptureJobOut:
    """Return a capture job as it is answered."""
    ended = queries.given_up(row)
    told = [_error(each) for each in row.errors]
    if ended is not None:
        told.append(_error({"code": GivenUp.code, "pointer": "", "facts": {}}))
    return CaptureJobOut(
        captureID=row.number,
        createdAt=row.created_at,
        finishedAt=ended.at if ended else row.finished_at,
        running=row.finished_at is None and ended is None,
        success=row.success,
        captureErrorBehaviour="rollback" if row.rollback else "proceed",
        errors=told,
        network=row.network.slug,
        events=row.total,
        done=row.read,
        kept=row.kept,
        known=row.known,
        refused=row.refused,
        epcisHeader=row.header,
    )


def json_answer(value: object, kind: str = "application/json") -> HttpResponse:
    """Return any JSON value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(text.encode("utf-8", "replace"), content_type=kind)


def linked(response: HttpResponse, request: HttpRequest, token: str) -> HttpResponse:
    """Return an answer with the address of the next page, where there is one."""
    if token:
        asked = request.GET.copy()
        asked["nextPageToken"] = token
        address = f"{settings.KAISHU_PUBLIC_URL}{request.path_info}?{asked.urlencode()}"
        response["Link"] = f'<{address}>; rel="next"'
        response["GS1-Next-Page-Token-Expires"] = "never"
    return response


def spoken(response: HttpResponse) -> HttpResponse:
    """Return an answer with the headers that tell what is spoken here."""
    for name, value in SPOKEN.items():
        response.headers.setdefault(name, value)
    return response


def _body(request: HttpRequest) -> bytes:
    """Return the whole body, never more than is allowed. Raises TooLarge, LengthNeeded."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        raise LengthNeeded  # what the application reads ends at Content-Length
    limit = MOST_BYTES
    said = request.META.get("CONTENT_LENGTH") or "0"
    if said.isdigit() and int(said) > limit:
        raise TooLarge(most=limit // 1024 // 1024)
    try:
        body: bytes = request.read(limit + 1)
    except UnreadablePostError:
        raise errors.NotJson from None
    if len(body) > limit:
        raise TooLarge(most=limit // 1024 // 1024)
    return body


def _behaviour(request: HttpRequest) -> bool:
    """Say whether all or nothing is kept. Raises BehaviourUnknown, VersionUnknown."""
    for name, versions in VERSIONS.items():
        if request.headers.get(name, versions[0]) not in versions:
            raise VersionUnknown
    word = request.headers.get("GS1-Capture-Error-Behaviour", "rollback")
    if word not in ("rollback", "proceed"):
        raise BehaviourUnknown
    return word == "rollback"


def _problem(refusal: Refusal) -> HttpResponse:
    pointer = refusal.facts.pop("pointer", None)
    said = sentence(refusal.code, language.tag(), refusal.facts)
    told = [] if pointer is None else [{"field": pointer, "message": said.text}]
    status = 0 if pointer is None else 400  # as the standard has it for a whole document
    response = errors.problem(refusal, errors=told, status=status)
    if response.status_code == 413:
        response["Connection"] = "close"  # the unread body would be taken for the next request
    return response


def _error(each: Mapping[str, Any]) -> CaptureErrorOut:
    said = sentence(each["code"], language.tag(), each["facts"])
    title = sentence(each["code"], "en", each["facts"])
    return CaptureErrorOut(
        type=errors.type_of(each["code"]),
        title=title.text,
        status=errors.status_of(each["code"]),
        detail=said.text,
        next=said.next,
        code=each["code"],
        pointer=each["pointer"],
        facts=each["facts"],
    )
