"""EPCIS 2.0: events that were captured, found by the standard's parameters, as they were sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from kaishu.base import clock
from kaishu.doors.api.common import Bearer, Text, caller, make_cursor, read_cursor
from kaishu.doors.api.epcis import LD, MOST_ON_PAGE, NO_BODY, json_answer, linked, spoken
from kaishu.supply.capture import parameters, queries
from kaishu.supply.capture.errors import QueryWrong, VersionUnknown
from kaishu.supply.capture.event_hash import STANDARD
from kaishu.supply.capture.parameters import Query as PlainQuery
from kaishu.supply.capture.queries import Place
from kaishu.supply.models import Network

router = Router(tags=["EPCIS"])
OURS = frozenset({"network", "perPage", "nextPageToken"})
_TOLD = {
    "GE_eventTime": "At or after this time (with its zone).",
    "LT_eventTime": "Before this time.",
    "MATCH_epc": "Names of things, parted by |: URN, Digital Link, or a pattern that ends in .*",
    "orderBy": "eventTime (default) or recordTime.",
    "orderDirection": "DESC (default) or ASC.",
    "eventCountLimit": "Only the first so many.",
    "maxEventCount": "Refuse where there are more.",
}
DOCUMENT = {
    "description": "An EPCISQueryDocument (JSON-LD). Each event is as it was sent, with its "
    "recordTime, and with its hash as eventID where the sender gave none.",
    "content": {LD: {"schema": {"type": "object"}}},
}
EVENTS: dict[str, Any] = {
    "parameters": [
        {
            "name": name,
            "in": "query",
            "required": False,
            "description": _TOLD.get(name, "As in the standard; several values are parted by |."),
            "schema": {"type": "string"},
        }
        for name in parameters.NAMES
    ],
    "responses": {200: DOCUMENT},
}


@router.get(
    "/epcis/events",
    auth=Bearer("epcis:read"),
    response={200: None},
    openapi_extra=EVENTS,
    operation_id="queryEvents",
)
def query_events(
    request: HttpRequest,
    network: Text = Query("", max_length=60),
    perPage: int = Query(30, ge=1, le=MOST_ON_PAGE),  # noqa: N803 (the standard's name)
    nextPageToken: Text = Query("", max_length=80),  # noqa: N803 (the standard's name)
) -> HttpResponse:
    """Find events by the standard's parameters; one that is not answered here is refused.

    Also EQ_bizTransaction_*, EQ_source_* and EQ_destination_* with a type in place of the star,
    and by the names of fields: EQ_, GT_, GE_, LT_, LE_, EXISTS_, with INNER_, ILMD_,
    ERROR_DECLARATION_, SENSORELEMENT_, SENSORMETADATA_ or SENSORREPORT_ (the guide has a table). A
    site reads the events that it sent, the maker's own system all of its network. The header Link
    with rel="next" leads to the next page.
    """
    party = caller(request).connection.party
    where = queries.network_of(network, party)
    return answered(request, where, asked(request), perPage, nextPageToken)


def asked(request: HttpRequest, more: Mapping[str, list[str]] | None = None) -> PlainQuery:
    """Return the question that an address asks, and `more` besides. Raises QueryWrong.

    Prefixes of field names are those of the header GS1-Extensions (example=https://…), and the
    standard's own.
    """
    given = {name: texts for name, texts in request.GET.lists() if name not in OURS}
    for name in more or ():
        if name in given:
            raise QueryWrong(parameter=name, reason="it stands in the address already")
    spaces = dict(STANDARD)
    for each in request.headers.get("GS1-Extensions", "").split(","):
        prefix, equal, meaning = each.strip().partition("=")
        if equal and prefix and ":" in meaning:
            spaces[prefix] = meaning
    return parameters.read({**given, **(more or {})}, spaces=spaces)


def answered(
    request: HttpRequest, where: Network, query: PlainQuery, count: int, token: str, name: str = ""
) -> HttpResponse:
    """Return one page of the events that fit and that the caller may read."""
    _version(request)
    by = caller(request)
    rows = queries.seen_by(where, by=by.actor, party=by.connection.party)
    start = Place.of(read_cursor(token, name="events")) if token else None
    found = queries.find(rows, query, start=start, count=count)
    response = json_answer(queries.query_document(found.rows, at=clock.now(), name=name), LD)
    following = make_cursor(found.following.number, name="events") if found.following else ""
    return spoken(linked(response, request, following))


@router.api_operation(
    ["OPTIONS"],
    "/epcis/events",
    auth=Bearer("epcis:read"),
    response={204: None},
    openapi_extra=NO_BODY,
    operation_id="discoverEvents",
)
def discover_events(request: HttpRequest) -> HttpResponse:
    """Tell by headers which versions of the standard are spoken here."""
    return spoken(HttpResponse(status=204, headers={"Allow": "GET, OPTIONS"}))


@router.get(
    "/epcis/events/{path:event_id}",
    auth=Bearer("epcis:read"),
    response={200: None},
    openapi_extra={"responses": {200: DOCUMENT}},
    operation_id="readEvent",
)
def read_event(
    request: HttpRequest, event_id: Text, network: Text = Query("", max_length=60)
) -> HttpResponse:
    """Read one event by its id, and the declaration that it was wrong, where there is one.

    The id is encoded for a web address: urn%3Auuid%3A… or ni%3A%2F%2F%2F….
    """
    by = caller(request)
    party = by.connection.party
    where = queries.network_of(network, party)
    rows = queries.event(queries.seen_by(where, by=by.actor, party=party), event_id)
    return spoken(json_answer(queries.query_document(rows, at=clock.now()), LD))


def _version(request: HttpRequest) -> None:
    """Raise VersionUnknown where only another version would be understood."""
    least = request.headers.get("GS1-EPCIS-Min", "2.0.0")
    if not least.startswith(("1.", "2.0")):
        raise VersionUnknown
