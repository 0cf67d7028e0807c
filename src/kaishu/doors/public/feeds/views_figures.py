"""`progress.json`, `progress.csv` and `/roots.json`: the public figures and their proof."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from kaishu.base.exports import csv_lines
from kaishu.books import roots
from kaishu.core.pack import Pack
from kaishu.doors.public import site
from kaishu.doors.public.feeds import progress_data
from kaishu.doors.public.feeds.answering import open_data, whole
from kaishu.doors.public.figures import Counted
from kaishu.doors.public.views_progress import DayNotCounted, counted_on, row_of

JSON = "application/json; charset=utf-8"
ROOTS = 400  # more than a year of days
_SAID = {
    "unreadable": "on is a day such as 2026-01-07.",
    "too_early": "on is before the recall was announced.",
    "to_come": "on has not come yet.",
}


@open_data
def progress_json(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer how far a recall has come, now or at the end of the day `on`."""
    found = _found(request, slug)
    if isinstance(found, HttpResponse):
        return found
    root = next(iter(roots.newest(1)), None)
    return _as_json(request, progress_data.record(*found, root))


@open_data
def progress_csv(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer the same as rows: the whole recall, then each model."""
    found = _found(request, slug)
    if isinstance(found, HttpResponse):
        return found
    body = "".join(csv_lines(progress_data.HEADER, progress_data.rows(*found))).encode()
    response = whole(request, body, media_type="text/csv; charset=utf-8", language="en")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{found[1].day}.csv"'
    return response


@open_data
def roots_json(request: HttpRequest) -> HttpResponse:
    """List the daily roots, the newest first."""
    return _as_json(request, [progress_data.root_record(row) for row in roots.newest(ROOTS)])


def _found(request: HttpRequest, slug: str) -> tuple[Pack, Counted] | HttpResponse:
    pack, row = site.pack_of(slug), row_of(slug)
    try:
        return pack, counted_on(pack, row, request.GET.get("on", "").strip())
    except DayNotCounted as wrong:
        said = json.dumps({"Message": _SAID[wrong.code]})
        return HttpResponse(
            said, status=400, content_type=JSON, headers={"Cache-Control": "no-store"}
        )


def _as_json(request: HttpRequest, value: Any) -> HttpResponse:
    body = json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
    return whole(request, body, media_type=JSON, language="en")
