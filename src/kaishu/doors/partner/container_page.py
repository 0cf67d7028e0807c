"""One container's page: what is in it, its limits, its seal, who has signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import ngettext

from kaishu.base.desk import Problem
from kaishu.books.queries import units_by_id
from kaishu.core.accounts import DEPOT
from kaishu.doors.partner import frame
from kaishu.doors.partner.labels import label
from kaishu.returns import limits, queries
from kaishu.returns.containers import UNSEAL_REASONS, free_stock
from kaishu.returns.hand_overs import signer_of
from kaishu.returns.models import Container

WAITING = 50


def show(
    request: HttpRequest,
    row: Container,
    *,
    typed: str = "",
    code: str = "",
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    """Render the page; `code` is the one-time code for a driver, shown this once."""
    recalls = frame.running()
    parties = frame.parties(recalls, *frame.SITES, "recycler", "maker", "distributor")
    names = {party.code: party.name for party in parties}
    view = next(each for each in queries.containers(site=row.site) if each.container_id == row.id)
    offered = row.hand_overs.filter(withdrawn_at=None).first()
    open_now = view.state == "open"
    handing = ngettext(
        "Sign away %(n)s unit to %(recycler)s",
        "Sign away %(n)s units to %(recycler)s",
        view.quantity,
    )
    context: dict[str, Any] = {
        "container": row,
        "view": view,
        "state": label("container", view.state),
        "kind": label("kind", row.kind),
        "acts": frame.may(request, frame.SCAN),
        "open_now": open_now,
        "site_name": names.get(row.site, row.site),
        "recycler_name": names.get(row.recycler, row.recycler),
        "lines": _lines(row),
        "total": view.quantity,
        "limits": _limits(row, view.quantity),
        "kilograms": f"{row.max_net_g / 1000:g}" if row.max_net_g else "",
        "weighed": f"{row.net_g / 1000:g}" if row.net_g is not None else "",
        "certificates": list(row.certificates.order_by("id")),
        "waiting": _waiting(row) if open_now else [],
        "goods": _goods(row) if open_now else [],
        "says": handing % {"n": view.quantity, "recycler": names.get(row.recycler, row.recycler)},
        "typed": typed,
        "code": f"{code[:3]} {code[3:]}" if code else "",
        "offered": offered,
        "signer": signer_of(offered) if offered else "",
        "signed_how": label("signed", offered.taken_how) if offered and offered.taken_how else "",
        "reasons": [{"code": each, "name": label("unseal", each)} for each in UNSEAL_REASONS],
        "steps": [
            {
                "step": step,
                "name": label("step", step.step),
                "reason": label("unseal", step.reason) if step.reason else "",
            }
            for step in row.steps.order_by("id")
        ],
    }
    return frame.show(request, "partner/container.html", context, problems=problems)


def _lines(row: Container) -> list[dict[str, Any]]:
    lines = list(row.lines.order_by("id"))
    units = units_by_id([line.unit_id for line in lines if line.unit_id is not None])
    return [{"line": line, "unit": units.get(line.unit_id or 0)} for line in lines]


def _limits(row: Container, total: int) -> dict[str, int | None]:
    wh = None
    if row.max_wh is not None:
        goods = list(row.lines.values_list("product", "quantity"))
        wh = limits.energy(limits.recall_of(row.recall_id), goods)
    return {"units": row.max_units, "wh": row.max_wh, "wh_now": wh, "units_now": total}


def _waiting(row: Container) -> list[Any]:
    waiting = queries.to_pack(site=row.site).filter(recall_id=row.recall_id)
    strays = queries.to_pack(site=row.site, strays=True).filter(recall_id=row.recall_id)
    return [*waiting[:WAITING], *strays[:WAITING]]


def _goods(row: Container) -> list[dict[str, Any]]:
    """Return the counted goods that lie at the site in no container yet."""
    found = []
    for product, pool in queries.kinds_held(recall_id=row.recall_id, account=DEPOT, party=row.site):
        free = free_stock(row, product=product, pool=pool)
        if free > 0:
            name = f"{product} ({label('pool', pool)})"
            found.append({"code": f"{product}/{pool}", "name": name, "free": free})
    return found
