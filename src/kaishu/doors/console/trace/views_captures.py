"""One document of EPCIS 2.0 events: how far it is captured, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import exports, language
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.sentences import sentence
from kaishu.doors.console import frame
from kaishu.doors.console.imports.views_lists import in_words
from kaishu.doors.console.trace.opened import Place, show, with_network
from kaishu.supply.capture.errors import JobUnknown
from kaishu.supply.models import CaptureJob

HERE = "records/"
SHOWN = 200


@staff(*frame.TRACE)
@require_safe
@with_network
def capture(request: HttpRequest, place: Place, job: str) -> HttpResponseBase:
    """Show one capture job; `?as=` saves what was wrong."""
    row = CaptureJob.objects.filter(network=place.network, number=job).first()
    if row is None:
        return refusal_page(request, JobUnknown(job=job[:40]), status=404)
    header = (_("Place in the file"), _("Code"), _("In words"))
    file = exports.offered(request, name=f"capture-{row.pk}", header=header, rows=_wrong(row))
    context = {
        "job": row,
        "running": row.finished_at is None,
        "percent": 100 * row.read // row.total if row.total else None,
        "lines": list(_wrong(row))[:SHOWN],
    }
    return file or show(request, "console/trace/capture.html", place, context, here=HERE)


def _wrong(row: CaptureJob) -> Iterator[tuple[str, str, str]]:
    for each in row.errors:
        told = sentence(each["code"], language.tag(), each["facts"])
        yield each["pointer"], each["code"], in_words(told.text, told.next)
