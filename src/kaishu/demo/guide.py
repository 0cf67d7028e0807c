"""What there is to try in the demo: serials that answer, and who can sign in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from kaishu.demo.lives import CN, JP
from kaishu.demo.serials import LISTED, NOT_LISTED
from kaishu.demo.staff import MEMBERS, PASSWORD

DOES = {
    "mika": _("judges claims and sends return bags"),
    "jun": _("judges claims too: two reviewers at once"),
    "yuki": _("proposes payment batches"),
    "ren": _("approves batches that somebody else proposed"),
    "sora": _("scans parcels and packs containers at a depot"),
    "mori": _("certifies what the recycler disposed of"),
    "hana": _("runs the recalls"),
    "toma": _("runs recalls too: publishes what another manager proposed"),
    "kei": _("reads everything, changes nothing"),
    "rika": _("reads the figures of recalls, no person's details"),
    "aki": _("invites staff, gives roles, resets second steps"),
}

# What is worth opening first, one page for each; the roles of its person may open it.
SEE = {
    "mika": ("/staff/claims/", _("Claims that wait, the swollen one first")),
    "jun": ("/staff/hotline/", _("Take a call and file a claim for the caller")),
    "yuki": ("/staff/payouts/due/", _("What may be paid now, and why the rest waits")),
    "ren": ("/staff/payouts/", _("A batch that waits for a second person")),
    "sora": ("/depot/containers/", _("Units on the shelf, and a sealed container")),
    "mori": ("/depot/take/", _("A container to take over")),
    "hana": (f"/staff/recalls/{JP}/dashboard/", _("A recall on any day, with its forecast")),
    "toma": ("/staff/recalls/", _("Editions, and two that are being written")),
    "kei": (f"/staff/recalls/{JP}/entries/", _("The entries behind every figure")),
    "rika": (f"/staff/recalls/{JP}/reports/", _("Reports as they were filed, day by day")),
    "aki": ("/staff/connections/", _("Software that may call us, and what it was told")),
}


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the guide in the person's language."""
    checks = [
        {"slug": JP, "model": "A1263", "serial": LISTED["A1263"][0], "affected": True},
        {"slug": JP, "model": "A1263", "serial": NOT_LISTED["A1263"][0], "affected": False},
        {"slug": CN, "model": "A1257", "serial": LISTED["A1257"][0], "affected": True},
        {"slug": CN, "model": "A1647", "serial": LISTED["A1647"][0], "affected": True},
    ]
    people = [
        {
            "name": each.name,
            "does": DOES[each.name],
            "to": SEE[each.name][0],
            "see": SEE[each.name][1],
        }
        for each in MEMBERS
    ]
    return render(
        request,
        "demo/guide.html",
        {"checks": checks, "people": people, "slug": JP, "password": PASSWORD, "width": "wide"},
    )
