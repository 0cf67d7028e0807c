"""The demo's mailbox: what owners would read in their mail program."""

from __future__ import annotations

import email
import email.policy
import re
from email.header import decode_header, make_header
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from kaishu.demo import post

PAGE = 50
_NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
_LINK = re.compile(r"https?://[^\s<>\"]+")
# A mail is shown like a mail program does: its own styles, no script, no form, links to the top.
SANDBOX = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'self'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-top-navigation-by-user-activation"
)


def folder() -> Path:
    """Name the folder in which the demo's mail server keeps mails."""
    return Path(settings.KAISHU_DATA_DIR) / "mail"


@require_safe
def show_list(request: HttpRequest) -> HttpResponse:
    """List the mails, newest first."""
    names = post.mails(folder())
    start = _number(request.GET.get("from", ""))
    rows = [{"name": name, "mail": _headers(_read(name))} for name in names[start : start + PAGE]]
    older = start + PAGE if start + PAGE < len(names) else 0
    context = {"rows": rows, "older": older, "width": "wide"}
    return render(request, "demo/mails.html", context)


@require_safe
def show_one(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail as HTML in a frame, and as plain text with its links."""
    mail = _read(name)
    context = {
        "name": name,
        "mail": _headers(mail),
        "text": _linked(_body(mail, "plain")),
        "width": "wide",
    }
    return render(request, "demo/mail.html", context)


@require_safe
def show_html(request: HttpRequest, name: str) -> HttpResponse:
    """Serve the HTML of one mail for the frame; its links open in the whole window."""
    page = _body(_read(name), "html").replace("<head>", '<head><base target="_top">', 1)
    response = HttpResponse(page)
    response["Content-Security-Policy"] = SANDBOX
    return response


def _read(name: str) -> EmailMessage:
    path = folder() / f"{name}.eml"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise Http404
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def _headers(mail: EmailMessage) -> dict[str, object]:
    return {
        "subject": str(mail["Subject"]),
        "sender": _sender(mail),
        "to": str(mail["To"]),
        "date": mail["Date"].datetime,
        "language": str(mail.get("Content-Language", "")),
    }


def _sender(mail: EmailMessage) -> str:
    """Return who a mail is from, as mail programs show it.

    The library puts a space between two encoded words of one name, where the standard has none.
    """
    raw = next(value for name, value in mail.raw_items() if name.lower() == "from")
    return str(make_header(decode_header(raw)))


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part is not None else ""


def _linked(words: str) -> str:
    """Return plain text as HTML, its addresses as links."""
    parts, end = [], 0
    for found in _LINK.finditer(words):
        parts.append(format_html("{}", words[end : found.start()]))
        parts.append(format_html('<a href="{}">{}</a>', found[0], found[0]))
        end = found.end()
    return format_html("{}" * (len(parts) + 1), *parts, words[end:])


def _number(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 0
