"""Answers of shops: what they put aside, what they sold since, and that their shelves are empty."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from kaishu.base import clock
from kaishu.connections import own
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
)
from kaishu.editions import queries as editions
from kaishu.returns.trade import answers
from kaishu.returns.trade.models import TradeSite
from kaishu.returns.trade.state import SiteState

router = Router(tags=["Shops"])


class SiteOut(Schema):
    """One shop of the token's party in one recall."""

    site: int
    name: str
    recall: str
    reached: str = Field(description="not_sent, sent, acknowledged, counted, completed")
    owes_next: str = Field(description="acknowledged, counted, completed; empty at the end")
    due_at: datetime | None
    put_aside: int
    sold_since: int


class SitePage(PageOf):
    """Shops, oldest first."""

    items: list[SiteOut]


class AnswerIn(Body):
    """One answer. `quantities` says how many of each model; all zeros = we have none."""

    step: Literal["acknowledged", "counted", "sold_since", "completed"]
    name: Annotated[Text, Field(max_length=100, description="Who answers; sealed.")] = ""
    quantities: dict[
        Annotated[Text, Field(max_length=40)], Annotated[int, Field(ge=0, le=1_000_000)]
    ] = {}


class SerialsIn(Body):
    """Units of one model that were put aside, by their serials."""

    model: Annotated[Text, Field(min_length=1, max_length=40)]
    serials: Annotated[
        list[Annotated[Text, Field(max_length=60)]],
        Field(min_length=1, max_length=answers.MOST_SCANS),
    ]


class SerialOut(Schema):
    """What to do with one of them."""

    typed: str
    serial: str
    code: str = Field(
        description="put_aside, here_already, not_affected (may be sold), not_clear, count_it, "
        "claimed, elsewhere"
    )


class SerialsOut(Schema):
    """The answers, in the order of the serials."""

    items: list[SerialOut]


@router.get("/trade/sites", auth=Bearer("trade:write"), response=SitePage, operation_id="listSites")
def list_sites(
    request: HttpRequest,
    cursor: Text = Query("", max_length=80),
    limit: int = Query(50, ge=1, le=MOST_ON_PAGE),
) -> HttpResponse:
    """List the shops that this token may answer for, and what each owes next."""
    rows = own.shops(caller(request).connection).prefetch_related("answers")
    found, following = page(rows, cursor=cursor, limit=limit, name="sites")
    items = [_site(row, answers.state_of(row)) for row in found]
    return answer(SitePage(items=items, next=following))


@router.post(
    "/trade/sites/{site}/answers",
    auth=Bearer("trade:write"),
    response={200: SiteOut},
    operation_id="answerForSite",
)
@once
def answer_for_site(
    request: HttpRequest, site: int, body: AnswerIn, idempotency_key: Key
) -> HttpResponse:
    """Answer for a shop, as its own page does: read, counted, sold since, shelves empty."""
    by, at = caller(request), clock.now()
    row = own.shop(by.connection, _number(site))
    key = action_key(by, idempotency_key)
    if body.step in ("counted", "sold_since"):
        act = answers.count if body.step == "counted" else answers.sold_since
        models = {each.model for each in editions.current_pack(row.recall_slug).recall.products}
        if not body.quantities or set(body.quantities) - models:
            told = {"field": "quantities", "message": f"name models of {', '.join(sorted(models))}"}
            return errors.problem(errors.Invalid(), errors=[told])
        act(site_id=row.id, quantities=body.quantities, name=body.name, key=key, at=at)
    else:
        signs = answers.acknowledge if body.step == "acknowledged" else answers.complete
        if not body.name:
            told = {"field": "name", "message": "is needed: somebody signs this"}
            return errors.problem(errors.Invalid(), errors=[told])
        signs(site_id=row.id, name=body.name, key=key, at=at)
    newest = own.shop(by.connection, row.id)
    return answer(_site(newest, answers.state_of(newest)))


@router.post(
    "/trade/sites/{site}/serials",
    auth=Bearer("trade:write"),
    response={200: SerialsOut},
    operation_id="putAside",
)
@once
def put_aside(
    request: HttpRequest, site: int, body: SerialsIn, idempotency_key: Key
) -> HttpResponse:
    """Put units aside by their serials, 500 at most; says of each what to do with it."""
    by = caller(request)
    row = own.shop(by.connection, _number(site))
    lines = answers.scan(
        site_id=row.id,
        model=body.model,
        serials=body.serials,
        key=action_key(by, idempotency_key)[:40],
        at=clock.now(),
    )
    items = [SerialOut(typed=each.typed, serial=each.serial, code=each.code) for each in lines]
    return answer(SerialsOut(items=items))


def _number(site: int) -> int:
    if not 0 < site < 2**63:
        raise errors.NotFound
    return site


def _site(row: TradeSite, state: SiteState) -> SiteOut:
    return SiteOut(
        site=row.id,
        name=row.name,
        recall=row.recall_slug,
        reached=state.reached.value,
        owes_next=state.next_step,
        due_at=state.due_at,
        put_aside=state.put_aside,
        sold_since=state.sold_since,
    )
