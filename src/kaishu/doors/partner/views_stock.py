"""Shop stock by count: taken off the shelves, then shipped to the recycler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk
from kaishu.base.desk import Problem, problem_of
from kaishu.base.roles import staff
from kaishu.books.queries import trial_balance
from kaishu.core.accounts import DEPOT, STRAY, UNSOLD
from kaishu.core.errors import Refusal
from kaishu.doors.partner import frame
from kaishu.returns import actions as returns

HOLDERS = ("retailer", "distributor", "maker")
_FIELDS = ("place", "quantity", "recycler", "do")


@staff(*frame.SCAN)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def stock(request: HttpRequest) -> HttpResponse:
    """Show what shops hold; the POST quarantines or ships a count of one product."""
    recalls = frame.running()
    places = _places(recalls)
    if request.method != "POST":
        return _show(request, recalls, places)
    said = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    place = next((each for each in places if each["id"] == said["place"]), None)
    quantity = frame.number(said["quantity"])
    problems = _missing(said, place, quantity, recalls)
    if problems or place is None:
        return _show(request, recalls, places, typed=said, problems=problems)
    try:
        _move(request, said, place, quantity)
    except Refusal as refusal:
        again = [problem_of(refusal, f"id-{said['place']}")]
        return _show(request, recalls, places, typed=said, problems=again)
    moved = {"n": quantity, "product": place["product"]}
    desk.say_next(request, _("%(n)s × %(product)s: recorded.") % moved)
    return HttpResponseRedirect("/depot/stock/")


def _move(
    request: HttpRequest, said: Mapping[str, str], place: Mapping[str, Any], quantity: int
) -> None:
    what = {
        "recall_id": place["recall_id"],
        "product": place["product"],
        "pool": place["pool"],
        "shop": place["shop"],
        "quantity": quantity,
        "by": request.user.get_username(),
        "at": clock.now(),
        "key": desk.key_of(request),
    }
    if said["do"] == "ship":
        returns.ship_stock(recycler=said["recycler"], **what)
    else:
        returns.quarantine_stock(**what)


def _missing(
    said: Mapping[str, str],
    place: Mapping[str, Any] | None,
    quantity: int,
    recalls: Sequence[frame.Running],
) -> list[Problem]:
    if place is None:
        return [Problem(_("Choose the shop and the product again."))]
    problems = []
    if quantity < 1:
        problems.append(Problem(_("Type how many, as a number."), "", f"id-{said['place']}"))
    recyclers = {party.code for party in frame.parties(recalls, "recycler")}
    if said["do"] == "ship" and said["recycler"] not in recyclers:
        problems.append(Problem(_("Choose the recycler."), "", f"id-to-{said['place']}"))
    return problems


def _places(recalls: Sequence[frame.Running]) -> list[dict[str, Any]]:
    """Return what each holder of stock has on the shelf and in quarantine, by product."""
    holders = {party.code: party.name for party in frame.parties(recalls, *HOLDERS)}
    found: dict[str, dict[str, Any]] = {}
    for each in recalls:
        for line in trial_balance(recall_id=each.row.id).units:
            if line.account not in (UNSOLD, DEPOT) or line.party not in holders:
                continue
            if line.pool in (STRAY, "consumer"):
                continue
            name = f"{each.row.id}-{line.party}-{line.product}-{line.pool}"
            entry = found.setdefault(
                name,
                {
                    "id": name,
                    "recall_id": each.row.id,
                    "shop": line.party,
                    "shop_name": holders[line.party],
                    "product": line.product,
                    "pool": line.pool,
                    UNSOLD: 0,
                    DEPOT: 0,
                },
            )
            entry[line.account] += line.quantity
    return sorted(found.values(), key=lambda entry: (entry["shop_name"], entry["product"]))


def _show(
    request: HttpRequest,
    recalls: Sequence[frame.Running],
    places: list[dict[str, Any]],
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    context = {
        "places": [
            {**place, "typed": typed if typed and typed["place"] == place["id"] else {}}
            for place in places
        ],
        "recyclers": frame.parties(recalls, "recycler"),
    }
    return frame.show(request, "partner/stock.html", context, problems=problems)
