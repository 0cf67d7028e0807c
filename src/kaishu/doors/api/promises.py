"""Promises: what is owed, sent and paid, for the maker's own accounts. No names."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router, Schema
from pydantic import Field

from kaishu.books.models import Promise
from kaishu.books.queries import trial_balance
from kaishu.connections import own
from kaishu.core.accounts import PROMISE_ACCOUNTS
from kaishu.doors.api.common import MOST_ON_PAGE, Bearer, PageOf, Text, answer, caller, page
from kaishu.editions import queries as editions

router = Router(tags=["Promises"])


class PromiseOut(Schema):
    """One promise as the books have it."""

    promise: int
    recall: str
    case_no: str
    unit_no: int
    role: str = Field(description="remedy or kit")
    remedy: str
    commodity: str
    quantity: int
    account: str


class PromisePage(PageOf):
    """Promises, oldest first."""

    items: list[PromiseOut]


class SumOut(Schema):
    """How much of one commodity stands in one account."""

    commodity: str
    account: str
    quantity: int


class SumsOut(Schema):
    """The books of one recall, summed from every entry; each commodity adds up to nothing."""

    recall: str
    items: list[SumOut]


@router.get(
    "/promises", auth=Bearer("promises:read"), response=PromisePage, operation_id="listPromises"
)
def list_promises(
    request: HttpRequest,
    recall: Text = Query("", max_length=80),
    account: Text = Query("", max_length=10, description="cost, owed, sent, paid or waived"),
    cursor: Text = Query("", max_length=80),
    limit: int = Query(50, ge=1, le=MOST_ON_PAGE),
) -> HttpResponse:
    """List promises, of one recall or of all that the token works in."""
    rows = own.promises(caller(request), recall)
    if account:
        rows = rows.filter(account=account)
    found, following = page(rows, cursor=cursor, limit=limit, name="promises")
    slugs = {row.id: row.slug for row in editions.recall_rows()}
    return answer(PromisePage(items=[_promise(row, slugs) for row in found], next=following))


@router.get(
    "/recalls/{recall}/promises/sums",
    auth=Bearer("promises:read"),
    response=SumsOut,
    operation_id="sumPromises",
)
def sum_promises(
    request: HttpRequest, recall: Annotated[Text, Path(max_length=80)]
) -> HttpResponse:
    """Sum a recall's promises by commodity and account: money by state."""
    by = caller(request)
    by.require_recall(recall)
    row = editions.recall_row(recall)
    balance = trial_balance(recall_id=row.id)
    items = [
        SumOut(commodity=each.commodity, account=each.account, quantity=each.quantity)
        for each in sorted(
            balance.promises,
            key=lambda line: (line.commodity, PROMISE_ACCOUNTS.index(line.account)),
        )
    ]
    return answer(SumsOut(recall=recall, items=items))


def _promise(row: Promise, slugs: dict[int, str]) -> PromiseOut:
    return PromiseOut(
        promise=row.pk,
        recall=slugs[row.recall_id],
        case_no=row.case_no,
        unit_no=row.unit_no,
        role=row.role,
        remedy=row.terms,
        commodity=row.commodity,
        quantity=row.quantity,
        account=row.account,
    )
