"""Traceability: questions to a network's graph, from lots to units and back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from kaishu.core.genealogy.answers import Step
from kaishu.core.genealogy.things import Kind
from kaishu.doors.api.common import (
    A_MINUTE,
    Bearer,
    Text,
    View,
    answer,
    caller,
    count,
    make_cursor,
    read_cursor,
)
from kaishu.doors.api.trace_answers import (
    AffectedOut,
    AffectedPage,
    BackwardOut,
    BlastOut,
    ForwardOut,
    NeighboursOut,
    NetworkOut,
    NetworksOut,
    PathOut,
    ProofStep,
)
from kaishu.supply.network import answers, asking, queries
from kaishu.supply.network.answers import Asked

router = Router(tags=["Traceability"])
QUESTIONS_A_MINUTE = 60
MOST_THINGS = 1000
Network = Annotated[Text, Path(max_length=60, description="Its short name.", examples=["akari"])]
One = Annotated[Text, Field(min_length=1, max_length=300)]
Things = Annotated[
    list[One],
    Query(
        min_length=1,
        max_length=50,
        description="Lots or units: our code, an EPC URN, a Digital Link, `lot L77 of MC-18650`.",
        examples=[["/x/item/MC-18650/lot/C-2507"]],
    ),
]
SINCE: Any = Query(
    "", max_length=40, description="What left the suspects from this day or moment on."
)
UNTIL: Any = Query("", max_length=40, description="The last day or moment of it.")


def question(path: str, name: str, response: Any) -> Callable[[View], View]:
    """Declare a question to the graph of one network."""
    declared: Callable[[View], View] = router.get(
        f"/trace/{{network}}/{path}",
        auth=Bearer("trace:read"),
        response=response,
        operation_id=name,
    )
    return declared


@router.get("/trace", auth=Bearer("trace:read"), response=NetworksOut, operation_id="listNetworks")
def list_networks(request: HttpRequest) -> HttpResponse:
    """List the networks."""
    items = []
    for each in queries.networks():
        graph = queries.newest_graph(each)
        items.append(
            NetworkOut(
                network=each.slug,
                name=each.name,
                graph=graph.digest if graph else "",
                things=graph.nodes if graph else 0,
                acts=graph.acts if graph else 0,
            )
        )
    return answer(NetworksOut(items=items))


@question("forward", "traceForward", ForwardOut)
def trace_forward(
    request: HttpRequest, network: Network, thing: Things, since: Text = SINCE, until: Text = UNTIL
) -> HttpResponse:
    """Follow lots and units forward: how many, whose, with whom they are now, and how sure."""
    asked = _asked(request, network, since, until)
    codes = _codes(asked, thing)
    return answer(ForwardOut(**answers.followed(asked, codes, asked.forward(codes))))


@question("forward/things", "listAffected", AffectedPage)
def list_affected(
    request: HttpRequest,
    network: Network,
    thing: Things,
    since: Text = SINCE,
    until: Text = UNTIL,
    cursor: Text = Query("", max_length=80),
    limit: int = Query(500, ge=1, le=MOST_THINGS),
) -> HttpResponse:
    """List every affected thing, page by page."""
    asked = _asked(request, network, since, until)
    newest = queries.newest_graph(asked.network)
    name = f"trace {newest.digest if newest else ''}"
    start = read_cursor(cursor, name=name) if cursor else 0
    found = asked.forward(_codes(asked, thing))
    lines, following = answers.things(asked, found, start, limit)
    items = [AffectedOut(**line) for line in lines]
    after = None if following is None else make_cursor(following, name=name)
    return answer(AffectedPage(items=items, next=after))


@question("forward/path", "proveForward", PathOut)
def prove_forward(
    request: HttpRequest,
    network: Network,
    thing: Things,
    to: Annotated[One, Query(description="The thing that was reached.")],
    since: Text = SINCE,
    until: Text = UNTIL,
) -> HttpResponse:
    """Prove that a thing is reached: the acts from a suspect to it."""
    asked = _asked(request, network, since, until)
    found = asked.forward(_codes(asked, thing))
    return answer(_path(asked, found.path(_code(asked, to))))


@question("backward", "traceBackward", BackwardOut)
def trace_backward(
    request: HttpRequest,
    network: Network,
    thing: Annotated[One, Query()],
    at: Text = Query("", max_length=40, description="As it was then; now if empty."),
) -> HttpResponse:
    """Follow a thing back to all that it was made of."""
    asked = _asked(request, network)
    told, _found = answers.behind(asked, _code(asked, thing), asking.moment(at, end=True))
    return answer(BackwardOut(**told))


@question("backward/path", "proveBackward", PathOut)
def prove_backward(
    request: HttpRequest,
    network: Network,
    thing: Annotated[One, Query()],
    to: Annotated[One, Query(description="The lot or part that is in it.")],
) -> HttpResponse:
    """Prove that a lot or a part is in a thing: the acts from it to the thing."""
    asked = _asked(request, network)
    _told, found = answers.behind(asked, _code(asked, thing))
    return answer(_path(asked, found.path(_code(asked, to))))


@question("causes", "findCauses", dict[str, Any])
def find_causes(request: HttpRequest, network: Network, thing: Things) -> HttpResponse:
    """Find the lots that incident units share more often than their whole production does.

    Each of `causes` has its lots, its counts, odds ratio with range, exact p, p corrected for all
    lots tested, whether that decides it, and how many more incidents would.
    """
    asked = _asked(request, network)
    codes = asking.all_meant(asked.graph, asked.network, thing, kinds=(Kind.UNIT,))
    return answer(answers.caused(asked, codes))


@question("neighbours", "tryNeighbours", NeighboursOut)
def try_neighbours(
    request: HttpRequest,
    network: Network,
    thing: Things,
    days: int = Query(1, ge=1, le=3650),
    since: Text = SINCE,
    until: Text = UNTIL,
) -> HttpResponse:
    """Say how many units more it would be if lots made within some days were bad too."""
    asked = _asked(request, network, since, until)
    return answer(NeighboursOut(**answers.nearby(asked, _codes(asked, thing), days)))


@question("blast", "traceBlast", BlastOut)
def trace_blast(
    request: HttpRequest, network: Network, thing: Things, since: Text = SINCE, until: Text = UNTIL
) -> HttpResponse:
    """Say how far suspects reach: affected products by brand, model, country and party."""
    asked = _asked(request, network, since, until)
    return answer(BlastOut(**answers.reached(asked, _codes(asked, thing))))


def _asked(request: HttpRequest, network: str, since: str = "", until: str = "") -> Asked:
    count(caller(request), name="trace", limit=QUESTIONS_A_MINUTE, seconds=A_MINUTE)
    there = queries.network(network)
    return Asked(there, queries.open_graph(there.slug), *asking.window(since, until))


def _path(asked: Asked, steps: Iterable[Step]) -> PathOut:
    return PathOut(steps=[ProofStep(**each) for each in answers.steps(asked, steps)])


def _codes(asked: Asked, typed: list[str]) -> list[str]:
    return asking.all_meant(asked.graph, asked.network, typed)


def _code(asked: Asked, typed: str) -> str:
    return asking.meant(asked.graph, asked.network, typed, kinds=asking.ANY)
