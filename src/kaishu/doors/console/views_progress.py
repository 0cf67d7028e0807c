"""The trial balance of a recall, and the rows behind each of its numbers."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from kaishu.base import clock
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.books.queries import promises_behind, trial_balance, units_behind
from kaishu.core.accounts import COST, DECLARED, PROMISE_ACCOUNTS, STRAY, UNIT_ACCOUNTS
from kaishu.core.errors import Refusal
from kaishu.core.recall import Recall
from kaishu.core.tally import Tally
from kaishu.doors.console import frame
from kaishu.doors.console.case_page import place
from kaishu.editions import queries as editions
from kaishu.editions.models import Recall as RecallRow

PAGE = 100


@staff(*frame.PROGRESS)
@require_safe
def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """Show where every unit stands by product, and how far the promises have come."""
    try:
        row, recall = _recall(slug)
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    now = clock.now()
    tally = trial_balance(recall_id=row.id, as_of=now)
    names = frame.party_names([recall])
    context = {
        "slug": slug,
        "products": [product.model for product in recall.products],
        "units": _unit_rows(tally, recall, names, slug, strays=False),
        "strays": _unit_rows(tally, recall, names, slug, strays=True),
        "population": _population(tally, recall, slug),
        "promises": _promise_rows(tally, slug),
        "promise_accounts": PROMISE_ACCOUNTS[1:],
        "understated": tally.understated(),
        "impossible": tally.impossible(),
        "as_of": now,
    }
    return frame.show(request, "console/progress.html", context, recall=recall)


@staff(*frame.PROGRESS)
@require_safe
def entries(request: HttpRequest, slug: str) -> HttpResponse:
    """List the moves behind one number, newest first; their sum is that number."""
    try:
        row, recall = _recall(slug)
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    asked = {
        name: request.GET.get(name, "") for name in ("party", "product", "commodity", "strays")
    }
    accounts = request.GET.getlist("account")
    clocks = {name: _moment(request.GET.get(name, "")) for name in ("as_of", "known_at")}
    names = frame.party_names([recall])
    if asked["commodity"]:
        shown = _promise_moves(row.id, accounts, asked, clocks)
    else:
        shown = _unit_moves(row.id, accounts, asked, clocks, names)
    context = {
        "slug": slug,
        "asked": asked,
        "clocks": clocks,
        "place": " + ".join(place(account, asked["party"], names) for account in accounts),
        "shown_most": PAGE,
        "may_open": frame.may(request, frame.CASES),
        **shown,
    }
    return frame.show(request, "console/entries.html", context, recall=recall)


def _recall(slug: str) -> tuple[RecallRow, Recall]:
    row = editions.recall_row(slug)
    return row, editions.current_pack(slug).recall


def _unit_rows(
    tally: Tally, recall: Recall, names: dict[str, str], slug: str, *, strays: bool
) -> list[dict[str, Any]]:
    """Return one row a place, one cell a product and their sum; every cell opens its moves."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for line in tally.units:
        if (line.pool == STRAY) == strays and line.account != DECLARED:
            sums[line.account, line.party, line.product] += line.quantity
    places = {(account, party) for account, party, _ in sums}
    products = ["stray"] if strays else [product.model for product in recall.products]
    rows = []
    for account, party in sorted(places, key=lambda p: (UNIT_ACCOUNTS.index(p[0]), p[1])):
        asked = {"account": account, "party": party, "strays": "1" if strays else ""}
        cells = [
            {
                "name": product,
                "quantity": sums[account, party, product],
                "href": _href(slug, asked | {"product": product}),
            }
            for product in products
        ]
        total = sum(sums[account, party, product] for product in products)
        rows.append(
            {
                "place": place(account, party, names),
                "cells": cells,
                "total": total,
                "href": _href(slug, asked),
            }
        )
    return rows


def _population(tally: Tally, recall: Recall, slug: str) -> dict[str, Any]:
    cells = [
        {
            "name": product.model,
            "quantity": -tally.units_in(DECLARED, product=product.model),
            "href": _href(slug, {"account": DECLARED, "product": product.model}),
        }
        for product in recall.products
    ]
    href = _href(slug, {"account": DECLARED})
    return {"cells": cells, "total": tally.population, "href": href}


def _promise_rows(tally: Tally, slug: str) -> list[dict[str, Any]]:
    return [
        {
            "commodity": commodity,
            "cells": [
                {
                    "name": account,
                    "quantity": tally.promised(commodity, account),
                    "href": _href(slug, {"account": account, "commodity": commodity}),
                }
                for account in PROMISE_ACCOUNTS[1:]
            ],
            "total": -tally.promised(commodity, PROMISE_ACCOUNTS[0]),
            "href": _href(slug, {"account": PROMISE_ACCOUNTS[0], "commodity": commodity}),
        }
        for commodity in tally.commodities
    ]


def _moment(given: str) -> datetime | None:
    """Return a moment of an address; what is none asks for nothing."""
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _unit_moves(
    recall_id: int,
    accounts: list[str],
    asked: dict[str, str],
    clocks: dict[str, datetime | None],
    names: dict[str, str],
) -> dict[str, Any]:
    behind = units_behind(
        recall_id=recall_id,
        accounts=accounts,
        product=asked["product"],
        party=asked["party"],
        strays=bool(asked["strays"]),
        **clocks,
    )
    sign = _sign(accounts)
    lines = [
        {
            "entry": move.entry,
            "quantity": move.quantity * sign * (1 if move.target in accounts else -1),
            "what": move.product,
            "unit": (move.unit.serial or move.unit.tag) if move.unit else "",
            "source": place(move.source, move.source_party, names),
            "target": place(move.target, move.target_party, names),
        }
        for move in behind.moves.select_related("unit")[:PAGE]
    ]
    return {"lines": lines, "total": behind.total * sign, "all": behind.moves.count()}


def _promise_moves(
    recall_id: int,
    accounts: list[str],
    asked: dict[str, str],
    clocks: dict[str, datetime | None],
) -> dict[str, Any]:
    behind = promises_behind(
        recall_id=recall_id, accounts=accounts, commodity=asked["commodity"], **clocks
    )
    sign = _sign(accounts)
    lines = [
        {
            "entry": move.entry,
            "quantity": move.quantity * sign * (1 if move.target in accounts else -1),
            "what": "",
            "unit": "",
            "source": place(move.source, "", {}),
            "target": place(move.target, "", {}),
        }
        for move in behind.moves[:PAGE]
    ]
    return {"lines": lines, "total": behind.total * sign, "all": behind.moves.count()}


def _sign(accounts: list[str]) -> int:
    """Count what left a counter-account as much as it put into the others."""
    return -1 if set(accounts) & {DECLARED, COST} else 1


def _href(slug: str, asked: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/staff/recalls/{slug}/entries/?{query}"
