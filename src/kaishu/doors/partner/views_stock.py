"""Shop stock by count: taken off the shelves, then shipped to the recycler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem, problem_of
from kaishu.base.roles import Role, roles_of, staff
from kaishu.books.queries import trial_balance
from kaishu.core.accounts import DEPOT, STRAY, UNSOLD
from kaishu.core.errors import Refusal
from kaishu.doors.partner import frame
from kaishu.returns import actions as returns
from kaishu.returns import workplaces

HOLDERS = ("retailer", "distributor", "maker")
_FIELDS = ("place", "quantity", "recycler", "do")


@staff(*frame.STOCK)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def stock(request: HttpRequest) -> HttpResponseBase:
    """Show what shops hold; the POST quarantines or ships a count of one product."""
    recalls = frame.running()
    places = _places(recalls, _seen(request, recalls))
    if request.method != "POST":
        return _show(request, places)
    said = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    place = next((each for each in places if each["id"] == said["place"]), None)
    quantity = frame.number(said["quantity"])
    problems = _missing(said, place, quantity)
    if problems or place is None:
        return _show(request, places, typed=said, problems=problems)
    try:
        _move(request, said, place, quantity)
    except Refusal as refusal:
        again = [problem_of(refusal, f"id-{said['place']}")]
        return _show(request, places, typed=said, problems=again)
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


def _seen(request: HttpRequest, recalls: Sequence[frame.Running]) -> dict[str, str]:
    """Return the holders that the person may act for: a collector's own, all of them for others."""
    holders = {party.code: party.name for party in frame.parties(recalls, *HOLDERS)}
    if roles_of(request.user) & {Role.MANAGER, Role.AUDITOR}:
        return holders
    own = workplaces.parties_of(request.user.get_username())
    return {code: name for code, name in holders.items() if code in own}


def _missing(
    said: Mapping[str, str], place: Mapping[str, Any] | None, quantity: int
) -> list[Problem]:
    if place is None:
        return [Problem(_("Choose the shop and the product again."))]
    problems = []
    if quantity < 1:
        problems.append(Problem(_("Type how many, as a number."), "", f"id-{said['place']}"))
    recyclers = {party.code for party in place["recyclers"]}
    if said["do"] == "ship" and said["recycler"] not in recyclers:
        problems.append(Problem(_("Choose the recycler."), "", f"id-to-{said['place']}"))
    return problems


def _places(recalls: Sequence[frame.Running], holders: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return what each holder of stock has on the shelf and in quarantine, by product."""
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
                    "recyclers": frame.parties_of(each.recall, "recycler"),
                    UNSOLD: 0,
                    DEPOT: 0,
                },
            )
            entry[line.account] += line.quantity
    return sorted(found.values(), key=lambda entry: (entry["shop_name"], entry["product"]))


def _show(
    request: HttpRequest,
    places: list[dict[str, Any]],
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponseBase:
    header = (_("Shop"), _("Model"), _("On the shelf"), _("Put aside"))
    rows = ((p["shop_name"], p["product"], p[UNSOLD], p[DEPOT]) for p in places)
    file = exports.offered(request, name="shop-stock", header=header, rows=rows)
    if file is not None:
        return file
    context = {
        "acts": frame.may(request, frame.SCAN),
        "places": [
            {**place, "typed": typed if typed and typed["place"] == place["id"] else {}}
            for place in places
        ],
    }
    return frame.show(request, "partner/stock.html", context, problems=problems)
