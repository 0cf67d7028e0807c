"""Recyclers say with a certificate which units of a container are gone for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kaishu.base import clock, desk, exports, same_site
from kaishu.base.desk import Problem, problem_of
from kaishu.base.downloads import evidence_response
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import Role, roles_of, staff
from kaishu.base.storage import evidence_store
from kaishu.base.uploads import upload_base
from kaishu.core.errors import Refusal
from kaishu.doors.partner import frame
from kaishu.doors.partner.labels import label
from kaishu.doors.partner.views_containers import grams
from kaishu.evidence.check import check_upload
from kaishu.evidence.errors import FileTooBig
from kaishu.returns import actions as returns
from kaishu.returns import queries, workplaces
from kaishu.returns.certificates import left_to_certify
from kaishu.returns.errors import CertificateNotFound
from kaishu.returns.models import Certificate, CertificateFile, Container

LONGEST = 60
_FIELDS = ("container", "certificate_no", "issued_on", "units", "net_kg")


@staff(*frame.PAPERS)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def certificates(request: HttpRequest) -> HttpResponseBase:
    """List the containers that were handed over; the POST records a certificate."""
    if request.method != "POST":
        return _show(request)
    said = {name: request.POST.get(name, "").strip() for name in _FIELDS}
    issued_on = _day(said["issued_on"])
    problems = _missing(said, issued_on)
    known = {view.container_id for view in _containers(request)}
    if frame.row_id(said["container"]) not in known:
        problems.append(Problem(_("Choose the container again.")))
    if problems or issued_on is None:
        return _show(request, typed=said, problems=problems)
    try:
        returns.certify(
            container_id=frame.row_id(said["container"]),
            certificate_no=said["certificate_no"],
            issued_on=issued_on,
            parts=_parts(request),
            units=frame.number(said["units"]),
            net_g=grams(said["net_kg"]),
            by=request.user.get_username(),
            at=clock.now(),
        )
    except Refusal as refusal:
        problem = problem_of(refusal, f"id-units-{said['container']}")
        return _show(request, typed=said, problems=[problem])
    desk.say_next(request, _("The certificate is recorded. Add its paper below."))
    return HttpResponseRedirect("/depot/certificates/")


@staff(*frame.CERTIFY)
@same_site.guarded
@require_POST
def files(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Keep the paper of a certificate: a photo or PDF, opened where nothing can go wrong."""
    certificate = Certificate.objects.select_related("container").filter(id=certificate_id).first()
    if certificate is None or not _mine(request, certificate.container):
        return refusal_page(request, CertificateNotFound(number=certificate_id), status=404)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            desk.say_next(request, _("Choose the file first."), "ask")
            return HttpResponseRedirect("/depot/certificates/")
        if getattr(sent, "too_big", False):
            raise FileTooBig(limit_mb=15)
        checked = check_upload(sent.read(), declared_name=sent.name or "")
        if not certificate.files.filter(sha256=checked.original_sha256).exists():
            returns.add_certificate_file(
                certificate_id=certificate.id,
                name=evidence_store().put(checked.safe_bytes),
                sha256=checked.original_sha256,
                by=request.user.get_username(),
                at=clock.now(),
            )
    except Refusal as refusal:
        problem = problem_of(refusal)
        desk.say_next(request, f"{problem.text} {problem.next}", "ask")
        return HttpResponseRedirect("/depot/certificates/")
    desk.say_next(request, _("The paper is kept with the certificate."))
    return HttpResponseRedirect("/depot/certificates/")


@staff(*frame.PAPERS)
@require_safe
def paper(request: HttpRequest, file_id: int) -> HttpResponse:
    """Show a certificate's paper."""
    kept = CertificateFile.objects.select_related("certificate__container").filter(id=file_id)
    found = kept.first()
    if found is None or not _mine(request, found.certificate.container):
        return refusal_page(request, CertificateNotFound(number=file_id), status=404)
    name = f"certificate-{found.certificate_id}-{found.id}.jpg"
    return evidence_response(name=found.name, media_type="image/jpeg", file_name=name)


def _mine(request: HttpRequest, row: Container) -> bool:
    if roles_of(request.user) & {Role.MANAGER, Role.AUDITOR}:
        return True
    return row.recycler in workplaces.parties_of(request.user.get_username())


def _containers(request: HttpRequest) -> list[queries.ContainerView]:
    views = [view for view in queries.containers() if view.handed_over_at is not None]
    if roles_of(request.user) & {Role.MANAGER, Role.AUDITOR}:
        return views
    own = workplaces.parties_of(request.user.get_username())
    return [view for view in views if view.recycler in own]


def _parts(request: HttpRequest) -> dict[int, int] | None:
    """Return how many of which line the form names; None where it takes all that is left."""
    if request.POST.get("which") != "part":
        return None
    lines = [name.removeprefix("line-") for name in request.POST if name.startswith("line-")]
    return {
        frame.row_id(line): frame.number(request.POST.get(f"line-{line}", "")) for line in lines
    }


def _missing(said: Mapping[str, str], issued_on: date | None) -> list[Problem]:
    problems = []
    at = said["container"]
    if not said["certificate_no"] or len(said["certificate_no"]) > LONGEST:
        wanted = _("Type the number of the certificate, up to 60 characters.")
        problems.append(Problem(wanted, "", f"id-no-{at}"))
    if issued_on is None:
        problems.append(Problem(_("Choose the day it was issued."), "", f"id-day-{at}"))
    elif issued_on > frame.today():
        problems.append(Problem(_("This day lies in the future."), "", f"id-day-{at}"))
    if not frame.number(said["units"]):
        wanted = _("Type the total on the certificate, as a number.")
        problems.append(Problem(wanted, "", f"id-units-{at}"))
    if said["net_kg"] and grams(said["net_kg"]) is None:
        wanted = _("Type the weight in kilograms, for example 12.5.")
        problems.append(Problem(wanted, "", f"id-kg-{at}"))
    return problems


def _show(
    request: HttpRequest,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
) -> HttpResponseBase:
    parties = frame.parties(frame.running(), "recycler", *frame.SITES)
    names = {party.code: party.name for party in parties}
    views = {view.container_id: view for view in _containers(request)}
    rows = Container.objects.in_bulk(list(views))
    papers = list(
        Certificate.objects.filter(container_id__in=list(views))
        .prefetch_related("files", "lines")
        .order_by("-id")
    )
    header = (_("Certificate number"), _("Issued on"), _("Container"), _("Units"), "kg")
    lines = (
        (p.certificate_no, p.issued_on, rows[p.container_id].number, _units(p, views), _kg(p))
        for p in papers
    )
    file = exports.offered(request, name="certificates", header=header, rows=lines)
    if file is not None:
        return file
    context: dict[str, Any] = {
        "acts": frame.may(request, frame.CERTIFY),
        "open": [
            _open_line(request, view, rows[view.container_id], names, typed)
            for view in views.values()
            if view.state != "certified"
        ],
        "closed": [
            {
                "paper": each,
                "container": rows[each.container_id],
                "recycler": names.get(rows[each.container_id].recycler, ""),
                "units": _units(each, views),
                "kg": _kg(each),
            }
            for each in papers
        ],
        "today": frame.today(),
        "upload_base": upload_base(request),
    }
    return frame.show(request, "partner/certificates.html", context, problems=problems)


def _open_line(
    request: HttpRequest,
    view: queries.ContainerView,
    row: Container,
    names: Mapping[str, str],
    typed: Mapping[str, str] | None,
) -> dict[str, Any]:
    left = left_to_certify(row)
    mine = typed if typed and typed["container"] == str(view.container_id) else None
    return {
        "view": view,
        "recycler": names.get(view.recycler, view.recycler),
        "site": names.get(view.site, view.site),
        "state": label("container", view.state),
        "left": sum(left.values()),
        "part": request.POST.get("which") == "part" if mine else False,
        "lines": [
            {
                "line": line,
                "left": left[line.id],
                "typed": request.POST.get(f"line-{line.id}", "") if mine else "",
            }
            for line in row.lines.order_by("id")
            if line.id in left
        ],
        "typed": mine,
    }


def _units(each: Certificate, views: Mapping[int, queries.ContainerView]) -> int:
    return each.units if each.units is not None else views[each.container_id].quantity


def _kg(each: Certificate) -> str:
    return f"{each.net_g / 1000:g}" if each.net_g is not None else ""


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
