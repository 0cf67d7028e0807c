"""How to know our messages from false ones, and where to report a weakness of this site."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.base.clock import now
from kaishu.core.pack import Pack
from kaishu.core.recall import say
from kaishu.doors.public import site
from kaishu.notices.composing import sender_address

# RFC 9116 asks for less than a year.
VALID = timedelta(days=180)


@require_safe
@cache_control(public=True, max_age=3600)
def genuine(request: HttpRequest, tongue: str) -> HttpResponse:
    """Say how to be sure that a message is ours, and what to do with one that is not."""
    return site.show(request, "public/genuine.html", None, genuine_context(site.running()))


def genuine_context(packs: Iterable[Pack]) -> dict[str, Any]:
    """Return our address, our sender and our telephone numbers."""
    tag = language.tag()
    lines = {
        (say(pack.recall.company, tag), pack.recall.phone, say(pack.recall.phone_hours, tag))
        for pack in packs
    }
    address = settings.KAISHU_PUBLIC_URL
    return {
        "host": urlsplit(address).netloc,
        "address": f"{address}/",
        "sender": sender_address(),
        "helplines": [
            {"company": company, "phone": phone, "hours": hours}
            for company, phone, hours in sorted(lines)
        ],
    }


@require_safe
@cache_control(public=True, max_age=3600)
def security(request: HttpRequest) -> HttpResponse:
    """Say where to report a weakness (RFC 9116); nothing where no contact is set."""
    contact = settings.KAISHU_SECURITY_CONTACT
    if not contact:
        raise Http404
    until = (now() + VALID).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {contact}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: ja, zh, en",
        f"Canonical: {settings.KAISHU_PUBLIC_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
