"""Closed codes of the kit pages in the words of staff, and the frame around each page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kaishu.base import language
from kaishu.base.desk import Problem
from kaishu.doors.console import frame

WORDS = {
    "ready": "kit on the shelf",
    "short": "waiting for kits",
    "pickup": "pick-up, not by post",
    "new": "will be marked",
    "repeat": "marked before",
    "refused": "not marked",
    "received": "came",
    "counted": "counted",
    "spoilt": "thrown away",
}


def word(code: str) -> str:
    """Say a code of these pages."""
    return pgettext("word", WORDS[code])


def languages() -> list[tuple[str, str]]:
    """Return the tag and own name of each language."""
    return [(tag, language.NAMES[code]) for code, tag in language.TAGS.items()]


def language_name(tag: str) -> str:
    """Return a language's own name."""
    return dict(languages()).get(tag, tag)


def show(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    problems: Sequence[Problem] = (),
    status: int = 200,
) -> HttpResponse:
    """Render one of these pages with the links between them."""
    lines = (
        ("/staff/kits/", _("To send")),
        ("/staff/kits/stock/", _("Stock")),
        ("/staff/kits/file/", _("Carrier's file")),
        ("/staff/kits/reminders/", _("Reminders")),
    )
    may = frame.may(request, frame.KITS)
    tabs = [
        {"href": href, "name": name, "current": request.path == href}
        for href, name in lines
        if may or not href.endswith("file/")
    ]
    full = {"tabs": tabs, "may_act": may, **context}
    return frame.show(request, f"console/kits/{template}", full, problems=problems, status=status)
