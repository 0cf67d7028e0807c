"""Containers: open one, fill it by scanning, seal it, sign it away."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import Role, roles_of, staff
from kaishu.claims import queries as claims
from kaishu.core.errors import Refusal
from kaishu.doors.partner import container_page, frame
from kaishu.doors.partner.codes import LabelUnreadable, read_label
from kaishu.doors.partner.labels import label
from kaishu.returns import actions as returns
from kaishu.returns import numbers, queries, workplaces
from kaishu.returns.errors import ContainerNotFound, NotInDepot
from kaishu.returns.found import look_up
from kaishu.returns.models import KINDS, Container

FIELDS = ("number", "goes", "kind", "max_units", "max_kg", "max_wh")


@staff(*frame.STOCK)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def containers(request: HttpRequest) -> HttpResponseBase:
    """List the site's containers; the POST opens one."""
    recalls = frame.running()
    site = frame.site_of(request, frame.sites_of(request, recalls))
    if request.method != "POST":
        return _list(request, recalls, site)
    said = {name: request.POST.get(name, "").strip() for name in FIELDS}
    slug, _slash, recycler = said["goes"].partition("/")
    chosen = next((each for each in recalls if each.recall.slug == slug), None)
    problems = _missing(said, site)
    if chosen is None or not recycler:
        problems.append(Problem(_("Choose the recall and its recycler."), "", "id-goes"))
    if problems or site is None or chosen is None:
        return _list(request, recalls, site, said=said, problems=problems)
    try:
        opened = returns.open_container(
            recall_id=chosen.row.id,
            number=said["number"],
            site=site.code,
            recycler=recycler,
            kind=said["kind"] or "box",
            max_units=frame.number(said["max_units"]) or None,
            max_net_g=grams(said["max_kg"]),
            max_wh=frame.number(said["max_wh"]) or None,
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        return _list(request, recalls, site, said=said, problems=[problem_of(refusal, "id-number")])
    return HttpResponseRedirect(f"/depot/containers/{opened.number}/")


@staff(*frame.STOCK)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def container(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show a container; the POST puts something in, seals, or signs it away."""
    row = find(number)
    if row is None or not sees(request, row):
        return refusal_page(request, ContainerNotFound(number=number), status=404)
    if request.method != "POST":
        return container_page.show(request, row)
    do = request.POST.get("do", "scan")
    act = ACTS.get(do, _put_scanned)
    try:
        code = act(request, row)
    except Refusal as refusal:
        typed = request.POST.get("code", "")
        problem = problem_of(refusal, AT.get(do, "id-code"))
        return container_page.show(request, row, typed=typed, problems=[problem])
    if code:  # shown once, on this page only
        return container_page.show(request, row, code=code)
    return HttpResponseRedirect(f"/depot/containers/{row.number}/")


def find(number: str) -> Container | None:
    """Return a container by its number, however it was written."""
    return Container.objects.filter(number=numbers.tidy(number) or number).first()


def papers_for(request: HttpRequest, row: Container) -> bool:
    """Say whether the person may print a container's papers: its site or its recycler."""
    taker = row.recycler in workplaces.parties_of(request.user.get_username())
    return taker or sees(request, row)


def names_of(recalls: Sequence[frame.Running]) -> dict[str, str]:
    """Return what parties are called, by code."""
    found = frame.parties(recalls, *frame.SITES, "recycler", "maker", "distributor")
    return {party.code: party.name for party in found}


def grams(typed: str) -> int | None:
    """Read kilograms ("12.5") as grams; None where it is no weight."""
    text = typed.strip().replace(",", ".")
    whole, _dot, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or not (part.isdigit() or not part):
        return None
    return int(whole[:6]) * 1000 + int((part + "000")[:3])


def sees(request: HttpRequest, row: Container) -> bool:
    """Say whether a container is the person's to see: of their own site, or of any for some."""
    if roles_of(request.user) & {Role.MANAGER, Role.AUDITOR}:
        return True
    return row.site in workplaces.parties_of(request.user.get_username())


def _who(request: HttpRequest, row: Container) -> dict[str, Any]:
    return {"container_id": row.id, "by": request.user.get_username(), "at": clock.now()}


def _put_scanned(request: HttpRequest, row: Container) -> str:
    typed = request.POST.get("code", "")
    try:
        case_no, unit_no = read_label(typed)
    except LabelUnreadable:
        named = look_up(typed)
        if named is None or named.unit is None:
            raise
        unit_id: int | None = named.unit.id
    else:
        unit = claims.claim_unit(case_no=case_no, unit_no=unit_no)
        unit_id = None if unit.contested else unit.unit_id
    if unit_id is None:
        raise NotInDepot(unit=typed[:40], site=row.site)
    returns.put_in_container(container_id=row.id, unit_id=unit_id)
    desk.say_next(request, _("In the container."))
    return ""


def _put_unit(request: HttpRequest, row: Container) -> str:
    unit_id = frame.row_id(request.POST.get("unit", ""))
    returns.put_in_container(container_id=row.id, unit_id=unit_id)
    return ""


def _put_stock(request: HttpRequest, row: Container) -> str:
    product, _slash, pool = request.POST.get("goods", "").partition("/")
    returns.put_stock_in_container(
        container_id=row.id,
        product=product,
        pool=pool,
        quantity=frame.number(request.POST.get("quantity", "")),
        key=desk.key_of(request),
    )
    return ""


def _take_out(request: HttpRequest, row: Container) -> str:
    line_id = frame.row_id(request.POST.get("line", ""))
    returns.take_out_of_container(container_id=row.id, line_id=line_id)
    return ""


def _seal(request: HttpRequest, row: Container) -> str:
    weight = grams(request.POST.get("net_kg", ""))
    returns.seal_container(seal_no=request.POST.get("seal", ""), net_g=weight, **_who(request, row))
    desk.say_next(request, _("Sealed. Nothing goes in or out while the seal is on."))
    return ""


def _unseal(request: HttpRequest, row: Container) -> str:
    returns.unseal_container(reason=request.POST.get("reason", ""), **_who(request, row))
    desk.say_next(request, _("The seal is broken. Put a new one on before it leaves."))
    return ""


def _give(request: HttpRequest, row: Container) -> str:
    returns.give(**_who(request, row))
    desk.say_next(request, _("Signed for the depot. Now the recycler signs."))
    return ""


def _give_back(request: HttpRequest, row: Container) -> str:
    returns.give_back(**_who(request, row))
    desk.say_next(request, _("The signature is taken back. The container stays here."))
    return ""


def _code(request: HttpRequest, row: Container) -> str:
    return returns.new_code(**_who(request, row))


ACTS: Mapping[str, Callable[[HttpRequest, Container], str]] = {
    "scan": _put_scanned,
    "unit": _put_unit,
    "stock": _put_stock,
    "take_out": _take_out,
    "seal": _seal,
    "unseal": _unseal,
    "give": _give,
    "give_back": _give_back,
    "code": _code,
}
AT = {"stock": "id-quantity", "seal": "id-seal", "unseal": "id-reason"}


def _missing(said: Mapping[str, str], site: frame.Party | None) -> list[Problem]:
    problems = []
    if site is None:
        problems.append(Problem(_("Choose the site first."), "", "id-site"))
    for name, wanted in (("max_units", "id-max-units"), ("max_wh", "id-max-wh")):
        if said[name] and not frame.number(said[name]):
            problems.append(
                Problem(_("Type the limit as a number, or leave it empty."), "", wanted)
            )
    if said["max_kg"] and not grams(said["max_kg"]):
        problems.append(
            Problem(_("Type the weight in kilograms, for example 12.5."), "", "id-max-kg")
        )
    return problems


def _list(
    request: HttpRequest,
    recalls: Sequence[frame.Running],
    site: frame.Party | None,
    *,
    said: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponseBase:
    names = names_of(recalls)
    views = queries.containers(site=site.code) if site else []
    header = (_("Container"), _("Units"), _("Goes to"), _("State"), _("Seal"), _("Opened"))
    rows = (
        (
            view.number,
            view.quantity,
            names.get(view.recycler, view.recycler),
            label("container", view.state),
            view.seal_no,
            view.opened_at.isoformat(),
        )
        for view in views
    )
    file = exports.offered(request, name="containers", header=header, rows=rows)
    if file is not None:
        return file
    opened = ngettext(
        "%(n)s unit lies here outside any container.",
        "%(n)s units lie here outside any container.",
        waiting := queries.to_pack(site=site.code).count() if site else 0,
    )
    context: dict[str, Any] = {
        "sites": frame.sites_of(request, recalls),
        "site": site,
        "acts": frame.may(request, frame.SCAN),
        "goes": [
            {"recall": each, "recyclers": frame.parties_of(each.recall, "recycler")}
            for each in recalls
        ],
        "kinds": [{"code": kind, "name": label("kind", kind)} for kind in KINDS],
        "typed": said or {},
        "waiting": opened % {"n": waiting},
        "containers": [
            {
                "view": view,
                "recycler": names.get(view.recycler, view.recycler),
                "state": label("container", view.state),
            }
            for view in views
        ],
    }
    return frame.show(request, "partner/containers.html", context, problems=problems)
