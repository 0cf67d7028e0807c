"""Mark kits as sent by a carrier's file: read, tried out row by row, then a job."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk, language
from kaishu.base.desk import Problem, problem_of
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence
from kaishu.doors.console import frame
from kaishu.doors.console.kits import words
from kaishu.returns import kit_jobs
from kaishu.returns.kit_file import MOST_ROWS, NEW, RowFound, as_text, dry_run, read_rows

LARGEST = 1_000_000  # bytes; 5,000 rows of a carrier are a quarter of it
SHOWN = 200


@staff(*frame.KITS)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def file(request: HttpRequest) -> HttpResponse:
    """Ask for the file, show what would become of each row, and start the job on a second yes."""
    if request.method != "POST":
        return _show(request)
    try:
        rows = read_rows(_data(request))
    except Refusal as refusal:
        return _show(request, problems=[problem_of(refusal, "id-file")])
    found = dry_run(rows)
    new = sum(each.outcome == NEW for each in found)
    if request.POST.get("do") != "mark":
        return _show(request, found=found)
    if request.POST.get("confirm", "").strip() != str(new) or not new:
        text = _("Type the number %(number)s to mark these kits.") % {"number": new}
        return _show(request, found=found, problems=[Problem(text, "", "id-confirm")])
    job = kit_jobs.start_from_file(
        found=found, by=request.user.get_username(), at=clock.now(), key=desk.key_of(request)
    )
    return HttpResponseRedirect(f"/staff/jobs/{job.id}/")


def _data(request: HttpRequest) -> bytes:
    upload = request.FILES.get("file")
    if upload is not None and upload.size:
        return upload.read(LARGEST)
    return request.POST.get("rows", "").encode()


def _show(
    request: HttpRequest, *, found: Sequence[RowFound] = (), problems: Sequence[Problem] = ()
) -> HttpResponse:
    counted = Counter(each.outcome for each in found)
    # What was refused is read first: it needs somebody's hand.
    order = sorted(found, key=lambda each: (each.refusal is None, each.row.line))
    context = {
        "rows": [_row(each) for each in order[:SHOWN]],
        "hidden": max(len(found) - SHOWN, 0),
        "counts": [(words.word(code), counted[code]) for code in ("new", "repeat", "refused")],
        "new": counted[NEW],
        "tried": bool(found),
        "text": as_text(each.row for each in found) if found else "",
        "most": MOST_ROWS,
    }
    status = 422 if problems else 200
    return words.show(request, "file.html", context, problems=problems, status=status)


def _row(each: RowFound) -> dict[str, Any]:
    refusal = each.refusal
    said = sentence(refusal.code, language.tag(), refusal.facts) if refusal else None
    return {
        "row": each.row,
        "case_no": each.case_no,
        "unit_no": each.unit_no,
        "outcome": words.word(each.outcome),
        "refused": refusal is not None,
        "why": said.text if said else "",
        "next": said.next if said else "",
    }
