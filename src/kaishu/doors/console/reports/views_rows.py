"""The rows behind a figure of a report, on the report's own two clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import exports
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.books.behind import accounts_behind, moves_behind, payments_behind, sum_behind
from kaishu.books.progress import figures
from kaishu.books.settled import settled_units
from kaishu.core.errors import Refusal
from kaishu.core.progress import BY_PROMISE, DoneRule
from kaishu.doors.console import frame
from kaishu.doors.console.case_page import place
from kaishu.doors.console.labels import label
from kaishu.editions import queries as editions

PAGE = 100
FIGURES = ("target", "done", "gone", "accounted")


@staff(*frame.REPORTS)
@require_safe
def rows(request: HttpRequest, slug: str) -> HttpResponseBase:
    """List the moves behind one figure, newest first, and the claim units that money settled."""
    try:
        row = editions.recall_row(slug)
        recall = editions.current_pack(slug).recall
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404)
    asked = {name: request.GET.get(name, "") for name in ("what", "product", "pool", "rule")}
    rule = DoneRule(asked["rule"]) if asked["rule"] in list(DoneRule) else DoneRule.UNIT_COLLECTED
    clocks = {name: moment_in(request.GET.get(name, "")) for name in ("as_of", "known_at")}
    found = (
        _payments(row.id, recall.currency, clocks)
        if asked["what"] == "paid"
        else _moves(row.id, asked, rule, clocks)
    )
    header = (_("When"), _("Known"), _("What"), _("Units or amount"), _("From"), _("To"))
    file = exports.offered(
        request,
        name=f"{slug}-rows",
        header=(*header, _("Case"), _("By")),
        rows=(_file_row(move, found["signed"]) for move in found["moves"].iterator()),
    )
    context = {
        "slug": slug,
        "here": "reports",
        "asked": asked,
        "name": label("figure", asked["what"]),
        "rule": label("rule", rule.value),
        "clocks": clocks,
        "lines": [_line(move, found["signed"]) for move in found["moves"][:PAGE]],
        "all": found["moves"].count(),
        "may_open": frame.may(request, frame.CASES),
        "shown_most": PAGE,
        **{name: found[name] for name in ("total", "figure", "settled", "commodity")},
    }
    return file or frame.show(request, "console/reports/rows.html", context, recall=recall)


def _moves(
    recall_id: int, asked: dict[str, str], rule: DoneRule, clocks: dict[str, datetime | None]
) -> dict[str, Any]:
    what, product, pool = asked["what"], asked["product"], asked["pool"]
    accounts = accounts_behind(what, rule)
    moves = moves_behind(
        recall_id=recall_id, accounts=accounts, product=product, pool=pool, **clocks
    )
    sign = -1 if what == "target" else 1
    total = sign * sum_behind(moves, accounts)
    settled = []
    if rule in BY_PROMISE and what in ("done", "accounted"):
        settled = [
            each
            for each in settled_units(recall_id=recall_id, **clocks)
            if product in ("", each[2]) and pool in ("", each[3])
        ]
    return {
        "moves": moves,
        "total": total,
        "figure": _figure(recall_id, asked, rule, clocks) if what in FIGURES else total,
        "settled": settled,
        "signed": lambda move: sign * move.quantity * (1 if move.target in accounts else -1),
        "commodity": "",
    }


def _figure(
    recall_id: int, asked: dict[str, str], rule: DoneRule, clocks: dict[str, datetime | None]
) -> int:
    found = figures(
        recall_id=recall_id, rule=rule, as_of=clocks["as_of"], known_at=clocks["known_at"]
    )
    found = found.of(asked["product"]) if asked["product"] else found
    found = found.in_pool(asked["pool"]) if asked["pool"] else found
    number: int = getattr(found, asked["what"])
    return number


def _payments(recall_id: int, currency: str, clocks: dict[str, datetime | None]) -> dict[str, Any]:
    moves = payments_behind(
        recall_id=recall_id, commodities=(currency, f"coupon:{currency}"), **clocks
    )

    def signed(move: Any) -> int:
        return int(move.quantity) * (1 if move.target == "paid" else -1)

    total = sum(signed(move) for move in moves.iterator())
    return {
        "moves": moves,
        "total": total,
        "figure": total,
        "settled": [],
        "signed": signed,
        "commodity": currency,
    }


def _line(move: Any, signed: Any) -> dict[str, Any]:
    unit = getattr(move, "unit", None)
    return {
        "entry": move.entry,
        "quantity": signed(move),
        "what": getattr(move, "product", "") or move.commodity,
        "unit": (unit.serial or unit.tag) if unit else "",
        "source": place(move.source, getattr(move, "source_party", ""), {}),
        "target": place(move.target, getattr(move, "target_party", ""), {}),
    }


def _file_row(move: Any, signed: Any) -> tuple[object, ...]:
    line = _line(move, signed)
    entry = move.entry
    return (
        *(entry.happened_at, entry.recorded_at, label("kind", entry.kind), line["quantity"]),
        *(line["source"], line["target"], entry.case_no, entry.by),
    )


def moment_in(text: str) -> datetime | None:
    """Return the moment that an address names, or None where it names none with its zone."""
    try:
        found = parse_datetime(text.replace(" ", "+")) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
