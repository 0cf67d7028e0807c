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


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the guide in the person's language."""
    checks = [
        {"slug": JP, "model": "A1263", "serial": LISTED["A1263"][0], "affected": True},
        {"slug": JP, "model": "A1263", "serial": NOT_LISTED["A1263"][0], "affected": False},
        {"slug": CN, "model": "A1257", "serial": LISTED["A1257"][0], "affected": True},
        {"slug": CN, "model": "A1647", "serial": LISTED["A1647"][0], "affected": True},
    ]
    people = [{"name": member.name, "does": DOES[member.name]} for member in MEMBERS]
    return render(
        request,
        "demo/guide.html",
        {"checks": checks, "people": people, "password": PASSWORD, "width": "wide"},
    )
