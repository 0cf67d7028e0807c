"""EPCIS 2.0: named queries, and lists of what the events name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from kaishu.base import clock
from kaishu.doors.api import errors
from kaishu.doors.api.common import (
    Bearer,
    Body,
    Key,
    Text,
    answer,
    caller,
    make_cursor,
    once,
    read_cursor,
)
from kaishu.doors.api.common import page as page_of
from kaishu.doors.api.epcis import MOST_ON_PAGE, json_answer, linked, spoken
from kaishu.doors.api.epcis_events import EVENTS, OURS, answered, asked
from kaishu.supply.capture import named, parameters, queries, resources
from kaishu.supply.capture.errors import NoSubscriptions
from kaishu.supply.capture.models import NamedQuery
from kaishu.supply.models import Network

router = Router(tags=["EPCIS"])
_ANY: dict[str, Any] = {"responses": {200: {"description": "JSON"}}}
_NONE: dict[str, Any] = {"responses": {501: {"description": "Not offered here."}}}


class QueryIn(Body):
    """A question and its name."""

    name: Text = Field(description="1 to 100 of A-Z a-z 0-9 - _ . ~")
    query: dict[str, Any] = Field(
        description="The standard's parameters: a text, a number, or a list. `@context` says what "
        "the prefixes of field names stand for."
    )


@router.post(
    "/epcis/queries", auth=Bearer("epcis:read"), response={201: None}, operation_id="nameQuery"
)
@once
def name_query(
    request: HttpRequest,
    idempotency_key: Key,
    body: QueryIn,
    network: Text = Query("", max_length=60),
) -> HttpResponse:
    """Keep a question under a name: 201, and Location leads to it.

    It belongs to the site of the token, or to the maker. The same name with the same question is
    answered again; with another question it is refused (409).
    """
    where, party = _where(request, network)
    row = named.make_query(
        network=where,
        party=party,
        name=body.name,
        query=body.query,
        by=caller(request).actor,
        at=clock.now(),
    )
    response = answer(_out(row), 201)
    response["Location"] = f"{settings.KAISHU_PUBLIC_URL}/api/v1/epcis/queries/{row.name}"
    return spoken(response)


@router.get(
    "/epcis/queries", auth=Bearer("epcis:read"), response={200: None}, openapi_extra=_ANY,
    operation_id="listQueries",
)  # fmt: skip
def list_queries(
    request: HttpRequest,
    network: Text = Query("", max_length=60),
    perPage: int = Query(30, ge=1, le=MOST_ON_PAGE),  # noqa: N803 (the standard's name)
    nextPageToken: Text = Query("", max_length=80),  # noqa: N803 (the standard's name)
) -> HttpResponse:
    """List named queries, oldest first."""
    where, party = _where(request, network)
    rows = named.queries(where, party)
    found, token = page_of(rows, cursor=nextPageToken, limit=perPage, name="queries")
    return spoken(linked(json_answer([_out(row) for row in found]), request, token or ""))


@router.get(
    "/epcis/queries/{name}", auth=Bearer("epcis:read"), response={200: None}, openapi_extra=_ANY,
    operation_id="readQuery",
)  # fmt: skip
def read_query(
    request: HttpRequest, name: Text, network: Text = Query("", max_length=60)
) -> HttpResponse:
    """Read what a named query asks."""
    where, party = _where(request, network)
    return spoken(answer(_out(named.query(where, party, name))))


@router.delete(
    "/epcis/queries/{name}", auth=Bearer("epcis:read"), response={204: None},
    operation_id="dropQuery",
)  # fmt: skip
def drop_query(
    request: HttpRequest, name: Text, network: Text = Query("", max_length=60)
) -> HttpResponse:
    """Take a named query away."""
    where, party = _where(request, network)
    named.drop_query(network=where, party=party, name=name)
    return spoken(HttpResponse(status=204))


@router.get(
    "/epcis/queries/{name}/events", auth=Bearer("epcis:read"), response={200: None},
    openapi_extra={"responses": EVENTS["responses"]}, operation_id="askQuery",
)  # fmt: skip
def ask_query(
    request: HttpRequest,
    name: Text,
    network: Text = Query("", max_length=60),
    perPage: int = Query(30, ge=1, le=MOST_ON_PAGE),  # noqa: N803 (the standard's name)
    nextPageToken: Text = Query("", max_length=80),  # noqa: N803 (the standard's name)
) -> HttpResponse:
    """Answer a named query, in pages, as of now."""
    where, party = _where(request, network)
    row = named.query(where, party, name)
    more = [given for given in request.GET if given not in OURS]
    if more:
        parameters.refuse(more[0])
    return answered(request, where, named.parsed(row.query), perPage, nextPageToken, row.name)


@router.api_operation(
    ["GET"], "/epcis/queries/{name}/subscriptions", auth=Bearer("epcis:read"),
    response={501: None}, openapi_extra=_NONE, operation_id="subscribeQuery",
)  # fmt: skip
def subscribe_query(
    request: HttpRequest, name: Text, network: Text = Query("", max_length=60)
) -> HttpResponse:
    """Say that subscriptions are not offered: ask again by GE_recordTime, or use webhooks."""
    where, party = _where(request, network)
    named.query(where, party, name)
    return spoken(errors.problem(NoSubscriptions()))


@router.post(
    "/epcis/queries/{name}/subscriptions", auth=Bearer("epcis:read"),
    response={501: None}, openapi_extra=_NONE, operation_id="subscribeToQuery",
)  # fmt: skip
def subscribe_to_query(
    request: HttpRequest,
    name: Text,
    idempotency_key: Key,
    network: Text = Query("", max_length=60),
) -> HttpResponse:
    """Say that subscriptions are not offered, to whoever would make one."""
    return subscribe_query(request, name, network)


@router.get(
    "/epcis", auth=Bearer("epcis:read"), response=list[str], operation_id="listResources"
)  # fmt: skip
def list_resources(request: HttpRequest) -> HttpResponse:
    """List the resources of the standard that are here."""
    return spoken(json_answer(list(resources.ALL)))


@router.get(
    "/epcis/{resource}", auth=Bearer("epcis:read"), response={200: None}, openapi_extra=_ANY,
    operation_id="listResource",
)  # fmt: skip
def list_resource(
    request: HttpRequest,
    resource: Text,
    network: Text = Query("", max_length=60),
    perPage: int = Query(30, ge=1, le=MOST_ON_PAGE),  # noqa: N803 (the standard's name)
    nextPageToken: Text = Query("", max_length=80),  # noqa: N803 (the standard's name)
) -> HttpResponse:
    """List what events name: eventTypes, epcs, bizSteps, bizLocations, readPoints, dispositions."""
    of = resources.resource(resource)
    where, party = _where(request, network)
    rows = queries.seen_by(where, by=caller(request).actor, party=party)
    start = read_cursor(nextPageToken, name=resource) if nextPageToken else 0
    found, following = resources.members(rows, of, start=start, count=perPage)
    body = {"@context": queries.CONTEXT, "type": "Collection", "member": list(found)}
    token = make_cursor(following, name=resource) if following else ""
    return spoken(linked(json_answer(body), request, token))


@router.get(
    "/epcis/{resource}/{path:name}/events", auth=Bearer("epcis:read"), response={200: None},
    openapi_extra=EVENTS, operation_id="readResourceEvents",
)  # fmt: skip
def read_resource_events(
    request: HttpRequest,
    resource: Text,
    name: Text,
    network: Text = Query("", max_length=60),
    perPage: int = Query(30, ge=1, le=MOST_ON_PAGE),  # noqa: N803 (the standard's name)
    nextPageToken: Text = Query("", max_length=80),  # noqa: N803 (the standard's name)
) -> HttpResponse:
    """Find the events of one type, thing, step, place or state; all other parameters narrow it."""
    of = resources.resource(resource)
    where, _party = _where(request, network)
    query = asked(request, {of.parameter: [name]})
    return answered(request, where, query, perPage, nextPageToken)


@router.get(
    "/epcis/{resource}/{path:name}", auth=Bearer("epcis:read"), response=list[str],
    operation_id="readResource",
)  # fmt: skip
def read_resource(request: HttpRequest, resource: Text, name: Text) -> HttpResponse:
    """Say what there is about one of them: its events."""
    parameters.read({resources.resource(resource).parameter: [name]})
    return spoken(json_answer(["events"]))


def _where(request: HttpRequest, network: str) -> tuple[Network, str]:
    party = caller(request).connection.party
    return queries.network_of(network, party), party


def _out(row: NamedQuery) -> Mapping[str, Any]:
    return {"name": row.name, "createdAt": row.at.isoformat(), "query": row.query}
