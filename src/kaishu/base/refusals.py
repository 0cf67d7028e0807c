"""The page for staff that says why something was refused and what to do next."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kaishu.base import language
from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence


def refusal_page(
    request: HttpRequest, refusal: Refusal, *, status: int, href: str = ""
) -> HttpResponse:
    """Render a refusal's sentence and next step in the page's language; `href` goes on."""
    said = sentence(refusal.code, language.tag(), refusal.facts)
    context = {"text": said.text, "next": said.next, "code": refusal.code, "href": href}
    return render(request, "base/refusal.html", context, status=status)
