"""Jobs: what runs in the background, how far it is, and what came of each row."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports, language, words
from kaishu.base import jobs as work
from kaishu.base.jobs.errors import JobNotFound, JobOver
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.sentences import sentence
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label

SHOWN = 100  # rows on the page; the file has all


@staff(*frame.JOBS)
@require_safe
def jobs(request: HttpRequest) -> HttpResponse:
    """List the newest jobs."""
    return frame.show(request, "console/jobs/jobs.html", {"jobs": work.recent()})


@staff(*frame.JOBS)
@require_safe
def job(request: HttpRequest, job_id: int) -> HttpResponseBase:
    """Show one job; `?as=csv|xlsx` gives the result of every row."""
    try:
        found = work.job_view(job_id)
    except JobNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    header = (_("Row"), _("What"), _("Result"), _("Reason"), _("In words"), _("Details"))
    file = exports.offered(
        request, name=f"{found.kind}-{found.id}", header=header, rows=_file_rows(job_id)
    )
    context = {**_context(found), "may_stop": frame.may(request, frame.STOP_JOBS)}
    return file or frame.show(request, "console/jobs/job.html", context)


@staff(*frame.JOBS)
@require_safe
def progress(request: HttpRequest, job_id: int) -> HttpResponse:
    """Return the part of the page that changes while a job runs."""
    try:
        found = work.job_view(job_id)
    except JobNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    return render(request, "console/jobs/progress.html", _context(found))


@staff(*frame.STOP_JOBS)
@require_POST
def stop(request: HttpRequest, job_id: int) -> HttpResponse:
    """Stop a job; what is done stays done."""
    try:
        work.stop(job_id=job_id, by=request.user.get_username(), at=clock.now())
        desk.say_next(request, _("Stopped. What was done stays done."))
    except JobNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except JobOver as refusal:
        desk.say_next(request, desk.problem_of(refusal).text, "info")
    return HttpResponseRedirect(f"/staff/jobs/{job_id}/")


def _context(found: work.JobView) -> dict[str, object]:
    counted = work.counts(found.id)
    waiting = counted.get("waiting", 0)
    not_done = [
        *_first(work.rows_of(found.id, state="refused")),
        *_first(work.rows_of(found.id, state="broken")),
    ]
    return {
        "job": found,
        "running": found.state in ("waiting", "running"),
        "percent": 100 * found.done // found.total if found.total else None,
        "done": counted.get("done", 0),
        "waiting": waiting,
        "refused": sum(number for name, number in counted.items() if name.startswith("refused")),
        "broken": sum(number for name, number in counted.items() if name.startswith("broken")),
        "has_rows": bool(counted),
        "lines": [{"row": row, "said": _said(row)} for row in not_done[:SHOWN]],
        "found": [(label("result", name), value) for name, value in found.result.items()],
        "reason": sentence(found.reason, language.tag(), found.result) if found.reason else None,
    }


def _first(rows: Iterator[work.RowView]) -> list[work.RowView]:
    return [row for row, _number in zip(rows, range(SHOWN), strict=False)]


def _said(row: work.RowView) -> str:
    if not row.reason:
        return ""
    facts = {name: str(value) for name, value in row.result.items()}
    return sentence(row.reason, language.tag(), facts).text


def _file_rows(job_id: int) -> Iterator[tuple[object, ...]]:
    for row in work.rows_of(job_id):
        state = label("job_row", row.state)
        yield row.number, row.subject, state, row.reason, _said(row), _details(row)


def _details(row: work.RowView) -> str:
    """Say what a row left behind in words; a refusal says it in its own sentence."""
    if row.reason:
        return ""
    found = {name: str(value) for name, value in row.result.items() if value != ""}
    commodity = found.pop("commodity", "")
    if "paid" in found:
        found["paid"] = words.quantity(int(found["paid"]), commodity)
    if "verdict" in found:
        found["verdict"] = words.word(found["verdict"])
    if "did" in found:
        found["did"] = label("import_did", found["did"])
    return "; ".join(f"{label('detail', name)}: {value}" for name, value in found.items())
