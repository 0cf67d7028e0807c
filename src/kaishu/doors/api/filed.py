"""Reports as they were filed: a list, and the files byte for byte."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from kaishu.connections import own
from kaishu.doors.api import errors
from kaishu.doors.api.common import MOST_ON_PAGE, Bearer, PageOf, Text, answer, caller, page
from kaishu.reports.files import MEDIA
from kaishu.reports.filing import stored
from kaishu.reports.models import Filed

router = Router(tags=["Reports"])


BINARY = {"type": "string", "format": "binary"}
FILES = {
    "responses": {
        200: {
            "description": "The file.",
            "content": {
                media.partition(";")[0]: {"schema": {} if kind == "json" else BINARY}
                for kind, media in MEDIA.items()
            },
        }
    }
}


class ReportFileOut(Schema):
    """One file of a report."""

    kind: str = Field(description="json, pdf, xlsx or csv")
    sha256: str


class ReportOut(Schema):
    """One report as it was filed. It never changes; a correction is a new report."""

    report: int
    recall: str
    form: str
    version: int
    subject: str = Field(description="number of the incident that it is about; else empty")
    as_of: datetime
    known_at: datetime
    filed_at: datetime
    addressee: str
    reference: str
    sha256: str = Field(description="of its canonical JSON")
    files: list[ReportFileOut]


class ReportPage(PageOf):
    """Filed reports, oldest first."""

    items: list[ReportOut]


@router.get(
    "/reports", auth=Bearer("reports:read"), response=ReportPage, operation_id="listReports"
)
def list_reports(
    request: HttpRequest,
    recall: Text = Query("", max_length=80),
    cursor: Text = Query("", max_length=80),
    limit: int = Query(50, ge=1, le=MOST_ON_PAGE),
) -> HttpResponse:
    """List the reports that were filed, of one recall or of all that the token works in."""
    rows = own.reports(caller(request), recall).defer("content")
    found, following = page(rows, cursor=cursor, limit=limit, name="reports")
    kinds = own.files_of(found)
    items = [_report(row, kinds.get(row.pk, ())) for row in found]
    return answer(ReportPage(items=items, next=following))


@router.get(
    "/reports/{report}/files/{kind}",
    auth=Bearer("reports:read"),
    openapi_extra=FILES,
    response={200: None},
    operation_id="readReportFile",
)
def read_report_file(
    request: HttpRequest, report: int, kind: Literal["json", "pdf", "xlsx", "csv"]
) -> HttpResponse:
    """Read one file of a filed report, byte for byte as it was sent."""
    if not 0 < report < 2**63:
        raise errors.NotFound
    row = own.report(caller(request), report)
    data = stored(row, kind)
    response = HttpResponse(data, content_type=MEDIA[kind])
    response["Content-Disposition"] = f'attachment; filename="{row.form}-{row.pk}.{kind}"'
    return response


def _report(row: Filed, files: tuple[tuple[str, str], ...]) -> ReportOut:
    return ReportOut(
        report=row.pk,
        recall=row.recall_slug,
        form=row.form,
        version=row.version,
        subject=row.subject,
        as_of=row.as_of,
        known_at=row.known_at,
        filed_at=row.at,
        addressee=row.addressee,
        reference=row.reference,
        sha256=row.sha256,
        files=[ReportFileOut(kind=kind, sha256=digest) for kind, digest in files],
    )
