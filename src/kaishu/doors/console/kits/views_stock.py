"""The shelf: what came, what is on order, what a count found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk, exports
from kaishu.base import words as base_words
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import WrongRole, staff
from kaishu.core.errors import Refusal
from kaishu.core.triage import SPECIAL_KIT
from kaishu.doors.console import frame
from kaishu.doors.console.kits import words
from kaishu.editions import queries as editions
from kaishu.returns import kit_stock
from kaishu.returns.kit_stock import Stock

ACTS = ("receive", "order", "count", "spoil", "close")


@staff(*frame.SEE_KITS)
@require_http_methods(["GET", "HEAD", "POST"])
def stock(request: HttpRequest) -> HttpResponseBase:
    """Show the shelf; a POST counts in, orders, counts or throws away."""
    if request.method == "POST":
        return _act(request)
    found = kit_stock.stock()
    header = (
        _("Recall"),
        _("Kit"),
        _("Came"),
        _("Left"),
        _("Kits on the shelf"),
        _("Reserved"),
        _("Free"),
        _("Short"),
        _("Short until"),
    )
    file = exports.offered(request, name="kit-stock", header=header, rows=_file_rows(found))
    return file or _show(request)


@desk.once
def _act(request: HttpRequest) -> HttpResponse:
    if not frame.may(request, frame.KITS):
        return refusal_page(request, WrongRole(), status=403)
    do = request.POST.get("do", "")
    try:
        problem = _done(request, do)
    except Refusal as refusal:
        problem = problem_of(refusal, f"id-{do}-number")
    if problem is not None:
        return _show(request, problems=[problem])
    desk.say_next(request, _("Written down."))
    return HttpResponseRedirect("/staff/kits/stock/")


def _done(request: HttpRequest, do: str) -> Problem | None:
    """Do one act; return what the person has to put right first."""
    form = request.POST
    who: dict[str, Any] = {"by": request.user.get_username(), "at": clock.now()}
    if do == "close":
        kit_stock.close_order(order_id=_number(form.get("order", "")), **who)
        return None
    who["key"] = desk.key_of(request)
    quantity = _number(form.get("number", ""))
    order_id = _number(form.get("order", "")) if form.get("order") else 0
    kind = _kind(form.get("kind", ""))
    if do == "receive" and order_id:
        kit_stock.receive_kits(
            recall_id=0, kit="", quantity=quantity, order_id=max(order_id, 0), **who
        )
        return None
    if kind is None:
        return Problem(_("Choose a recall and its kit."), "", f"id-{do}-kind")
    goods: dict[str, Any] = {"recall_id": kind[0], "kit": kind[1]}
    if do == "receive":
        kit_stock.receive_kits(quantity=quantity, **goods, **who)
    elif do == "count":
        kit_stock.count_kits(counted=quantity, **goods, **who)
    elif do == "spoil":
        kit_stock.spoil_kits(quantity=quantity, **goods, **who)
    elif do == "order":
        due_on = _day(form.get("due_on", ""))
        if due_on is None:
            return Problem(_("Give the day on which the kits come."), "", "id-order-due")
        kit_stock.order_kits(quantity=quantity, due_on=due_on, **goods, **who)
    return None


def _show(request: HttpRequest, *, problems: Sequence[Problem] = ()) -> HttpResponse:
    found = kit_stock.stock()
    slugs = {row.id: row.slug for row in editions.recall_rows()}
    kinds = _kinds()
    context = {
        "lines": [_line(row, slugs) for row in found],
        "kinds": [(f"{number}|{kit}", name) for (number, kit), name in kinds.items()],
        "receipts": [
            {
                "row": row,
                "why": words.word(row.why),
                "kit": base_words.quantity(abs(row.quantity), row.kit),
            }
            for row in kit_stock.receipts()
        ],
        "typed": request.POST if problems else {},
        "today": clock.now().date().isoformat(),
    }
    status = 422 if problems else 200
    return words.show(request, "stock.html", context, problems=problems, status=status)


def _line(row: Stock, slugs: dict[int, str]) -> dict[str, Any]:
    slug = slugs.get(row.recall_id, "")
    return {
        "stock": row,
        "slug": slug,
        "recall": frame.recall_name(slug) if slug else str(row.recall_id),
        "kit": base_words.quantity(1, row.kit),
    }


def _kinds() -> dict[tuple[int, str], str]:
    """Return every kind of kit that a published recall may promise, with its name."""
    found: dict[tuple[int, str], str] = {}
    for row in editions.recall_rows():
        edition = editions.current_edition(row.slug)
        if edition is None:
            continue
        for remedy in editions.pack_for(edition).recall.remedies:
            if remedy.kit and remedy.kit != SPECIAL_KIT:
                name = f"{frame.recall_name(row.slug)} · {base_words.quantity(1, remedy.kit)}"
                found[row.id, remedy.kit] = name
    return found


def _kind(typed: str) -> tuple[int, str] | None:
    number, _sep, kit = typed.partition("|")
    known = (int(number), kit) if number.isdecimal() and len(number) < 10 else None
    return known if known in _kinds() else None


def _number(typed: str) -> int:
    """Return a whole number; -1 for what is none, which every action refuses."""
    plain = typed.strip().replace(",", "").replace("，", "")
    return int(plain) if plain.isdecimal() and len(plain) < 10 else -1


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def _file_rows(found: Sequence[Stock]) -> Iterator[tuple[object, ...]]:
    slugs = {row.id: row.slug for row in editions.recall_rows()}
    for row in found:
        yield (
            slugs.get(row.recall_id, row.recall_id),
            row.kit,
            row.received,
            row.left,
            row.on_shelf,
            row.reserved,
            row.free,
            row.short,
            row.ready_on,
        )
