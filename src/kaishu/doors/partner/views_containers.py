"""Containers: open one, fill it by scanning, hand it to its recycler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.books.errors import QuantityWrong
from kaishu.books.queries import units_by_id
from kaishu.claims import queries as claims
from kaishu.core.errors import Refusal
from kaishu.doors.partner import frame
from kaishu.doors.partner.codes import read_label
from kaishu.returns import actions as returns
from kaishu.returns import queries
from kaishu.returns.errors import ContainerNotFound, NotInDepot
from kaishu.returns.models import Container

LONGEST = 40
WAITING = 50


@staff(*frame.SCAN)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def containers(request: HttpRequest) -> HttpResponse:
    """List the site's containers; the POST opens one."""
    recalls = frame.running()
    site = frame.site_of(request, frame.parties(recalls, *frame.SITES))
    if request.method != "POST":
        return _list(request, recalls, site)
    said = {name: request.POST.get(name, "").strip() for name in ("number", "recycler", "recall")}
    problems = _missing(said, recalls, site)
    if problems or site is None:
        return _list(request, recalls, site, said=said, problems=problems)
    chosen = next(each for each in recalls if each.recall.slug == said["recall"])
    try:
        opened = returns.open_container(
            recall_id=chosen.row.id,
            number=said["number"],
            site=site.code,
            recycler=said["recycler"],
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _list(request, recalls, site, said=said, problems=[problem_of(refusal, "id-number")])
    return HttpResponseRedirect(f"/depot/containers/{opened.number}/")


@staff(*frame.SCAN)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def container(request: HttpRequest, number: str) -> HttpResponse:
    """Show what lies in a container; the POST puts something in, or hands it over."""
    row = Container.objects.filter(number=number).first()
    if row is None:
        return refusal_page(request, ContainerNotFound(number=number), status=404)
    if request.method != "POST":
        return _one(request, row)
    do = request.POST.get("do", "")
    try:
        if do == "hand_over":
            returns.hand_over(container_id=row.id, by=request.user.get_username(), at=clock.now())
            desk.say_next(request, _("Handed over. Nothing goes in or out any more."))
        elif do == "stock":
            _put_stock(request, row)
        elif do == "unit":
            returns.put_in_container(
                container_id=row.id, unit_id=frame.number(request.POST.get("unit", ""))
            )
        elif do == "take_out":
            returns.take_out_of_container(
                container_id=row.id, line_id=frame.number(request.POST.get("line", ""))
            )
        else:
            _put_scanned(request, row)
    except Refusal as refusal:
        typed = request.POST.get("code", "")
        problem = problem_of(refusal, "id-quantity" if do == "stock" else "id-code")
        return _one(request, row, typed=typed, problems=[problem])
    return HttpResponseRedirect(f"/depot/containers/{row.number}/")


def _put_scanned(request: HttpRequest, row: Container) -> None:
    case_no, unit_no = read_label(request.POST.get("code", ""))
    unit = claims.claim_unit(case_no=case_no, unit_no=unit_no)
    if unit.unit_id is None or unit.contested:
        raise NotInDepot(unit=f"{case_no}-{unit_no}", site=row.site)
    returns.put_in_container(container_id=row.id, unit_id=unit.unit_id)
    desk.say_next(request, _("In the container."))


def _put_stock(request: HttpRequest, row: Container) -> None:
    quantity = frame.number(request.POST.get("quantity", ""))
    if quantity < 1:
        raise QuantityWrong(quantity=request.POST.get("quantity", ""))
    returns.put_stock_in_container(
        container_id=row.id,
        product=request.POST.get("product", ""),
        quantity=quantity,
        key=desk.key_of(request),
    )


def _missing(
    said: dict[str, str], recalls: Sequence[frame.Running], site: frame.Party | None
) -> list[Problem]:
    problems = []
    if site is None:
        problems.append(Problem(_("Choose the site first."), "", "id-site"))
    if not said["number"] or len(said["number"]) > LONGEST or "/" in said["number"]:
        problems.append(
            Problem(_("Type the number on the container, up to 40 characters."), "", "id-number")
        )
    if said["recall"] not in {each.recall.slug for each in recalls}:
        problems.append(Problem(_("Choose the recall."), "", "id-recall"))
    if said["recycler"] not in {party.code for party in frame.parties(recalls, "recycler")}:
        problems.append(Problem(_("Choose the recycler."), "", "id-recycler"))
    return problems


def _list(
    request: HttpRequest,
    recalls: Sequence[frame.Running],
    site: frame.Party | None,
    *,
    said: dict[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    names = _names(recalls)
    context: dict[str, Any] = {
        "sites": frame.parties(recalls, *frame.SITES),
        "site": site,
        "recalls": recalls,
        "recyclers": frame.parties(recalls, "recycler"),
        "said": None,
        "typed": said or {},
        "waiting": queries.to_pack(site=site.code).count() if site else 0,
        "containers": [
            {"view": view, "recycler": names.get(view.recycler, view.recycler)}
            for view in (queries.containers(site=site.code) if site else [])
        ],
    }
    return frame.show(request, "partner/containers.html", context, problems=problems)


def _one(
    request: HttpRequest,
    row: Container,
    *,
    typed: str = "",
    problems: Sequence[Problem] = (),
) -> HttpResponse:
    recalls = frame.running()
    names = _names(recalls)
    mine = [each for each in recalls if each.row.id == row.recall_id]
    lines = list(row.lines.order_by("id"))
    units = units_by_id([line.unit_id for line in lines if line.unit_id is not None])
    total = sum(line.quantity for line in lines)
    handing = ngettext(
        "Hand over %(n)s unit to %(recycler)s", "Hand over %(n)s units to %(recycler)s", total
    )
    waiting = queries.to_pack(site=row.site).filter(recall_id=row.recall_id)
    strays = queries.to_pack(site=row.site, strays=True).filter(recall_id=row.recall_id)
    context: dict[str, Any] = {
        "container": row,
        "site_name": names.get(row.site, row.site),
        "recycler_name": names.get(row.recycler, row.recycler),
        "lines": [{"line": line, "unit": units.get(line.unit_id or 0)} for line in lines],
        "total": total,
        "certificate": getattr(row, "certificate", None),
        "waiting": [*waiting[:WAITING], *strays[:WAITING]],
        "products": [p.model for each in mine for p in each.recall.products],
        "says": handing % {"n": total, "recycler": names.get(row.recycler, row.recycler)},
        "typed": typed,
    }
    return frame.show(request, "partner/container.html", context, problems=problems)


def _names(recalls: Sequence[frame.Running]) -> dict[str, str]:
    found = frame.parties(recalls, *frame.SITES, "recycler", "maker", "distributor")
    return {party.code: party.name for party in found}
