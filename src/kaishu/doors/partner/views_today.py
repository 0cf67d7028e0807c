"""What a site scanned on one day, with its figures, to look at and to save."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kaishu.base import exports
from kaishu.base.roles import staff
from kaishu.doors.partner import frame
from kaishu.doors.partner.answers import TONES
from kaishu.doors.partner.labels import label
from kaishu.returns.models import Scan
from kaishu.returns.queries import scans_between


@staff(*frame.STOCK)
@require_safe
def today(request: HttpRequest) -> HttpResponseBase:
    """List one day's scans of the site, newest first."""
    recalls = frame.running()
    sites = frame.sites_of(request, recalls)
    site = frame.site_of(request, sites)
    zone = frame.zone() or timezone.get_default_timezone()
    day = _day(request.GET.get("day", "")) or timezone.localdate(timezone=zone)
    start = datetime(day.year, day.month, day.day, tzinfo=zone)
    until = start + timedelta(days=1)
    scans = scans_between(site=site.code, since=start, until=until) if site else []
    header = (_("Time"), _("Code"), _("Outcome"), _("Taken back"), _("By"))
    file = exports.offered(
        request, name=f"scans-{day}", header=header, rows=_rows(scans, zone=zone)
    )
    if file is not None:
        return file
    counted = Counter(scan.outcome for scan in scans if not hasattr(scan, "undone"))
    context = {
        "sites": sites,
        "site": site,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "figures": [
            {"name": label("outcome", code), "tone": TONES[code], "count": counted[code]}
            for code in TONES
            if counted[code]
        ],
        "total": sum(counted.values()),
        "lines": [
            {
                "scan": scan,
                "tone": TONES[scan.outcome],
                "name": label("outcome", scan.outcome),
                "undone": hasattr(scan, "undone"),
            }
            for scan in reversed(scans)
        ],
    }
    return frame.show(request, "partner/today.html", context)


def _rows(scans: list[Scan], *, zone: object) -> Iterator[tuple[object, ...]]:
    for scan in scans:
        code = f"{scan.case_no}-{scan.unit_no}" if scan.case_no else str(scan.stray_id or "")
        back = scan.undone.at.isoformat() if hasattr(scan, "undone") else ""
        at = timezone.localtime(scan.at, zone)  # type: ignore[arg-type]  # a tzinfo
        yield (at.isoformat(), code, label("outcome", scan.outcome), back, scan.by)


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None
