"""Issue a letter about lots: pick lots, choose what to say, look at it, sign it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk
from kaishu.base.desk import Problem
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.things import Kind, item_of, kind_of, name_of
from kaishu.core.lot_alert import Alert
from kaishu.core.lot_alert_words import (
    ACTS,
    ALERT,
    CONTACTS,
    DEFECTS,
    QUESTION,
    SEVERITIES,
)
from kaishu.core.receipts import fingerprint
from kaishu.doors.console import frame
from kaishu.doors.console.trace import views_alerts_words as words
from kaishu.doors.console.trace.views_alerts import HOME
from kaishu.supply.alerts import own, write
from kaishu.supply.alerts.write import Draft
from kaishu.supply.models import Item
from kaishu.supply.network import queries as networks

INBOX = "/api/v1/alerts/answers"
DAYS = ("made_from", "made_until", "answer_by", "valid_until")
SHOWN = 50
_APART = re.compile(r"[\s,;]+")


class DayWrong(Exception):
    """A day that was typed is none; the field's name is the argument."""


@staff(*frame.WRITE_TRACE)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def new(request: HttpRequest) -> HttpResponseBase:
    """Ask what the letter says; the POST shows it once more, and the next one signs it."""
    if request.method != "POST":
        return _form(request, _from_trace(request.GET), [])
    typed, at = request.POST, clock.now()
    try:
        draft = _draft(typed)
        if typed.get("sure") != "1" or typed.get("do") == "back":
            letter = write.checked(draft, at=at)
            if typed.get("do") == "back":
                return _form(request, typed, [])
            return _look(request, draft, letter)
        by = request.user.get_username()
        row = write.issue(draft, key=desk.key_of(request), by=by, at=at, door="console")
    except DayWrong as wrong:
        said = Problem(_("Write the day like this: 2025-06-30."), "", f"id-{wrong}")
        return _form(request, typed, [said])
    except Refusal as refusal:
        return _form(request, typed, [words.problem(refusal, "id-lots")])
    desk.say_next(request, _("Signed. Send the file to those who may have the lots."))
    return HttpResponseRedirect(f"{HOME}{row.number}/")


def _draft(typed: Mapping[str, Any]) -> Draft:
    days = {name: _day(typed.get(name, ""), name) for name in DAYS}
    return Draft(
        network=typed.get("network", ""),
        item=typed.get("item", ""),
        lots=_lots(typed.get("lots", "")),
        units=_lots(typed.get("units", "")),
        reply_to=reply_to(typed),
        kind=QUESTION if typed.get("kind") == QUESTION else ALERT,
        us=typed.get("us", ""),
        item_name=_item_name(typed.get("network", ""), typed.get("item", "")),
        made=(days["made_from"], days["made_until"]),
        answer_by=days["answer_by"],
        valid_until=days["valid_until"],
        supersedes=typed.get("supersedes", "").strip(),
        hide=typed.get("form") != "codes",
        key_apart=typed.get("form") == "apart",
        **{name: typed.get(name, "") for name in ("defect", "severity", "act", "contact")},
    )


def _lots(text: str) -> tuple[str, ...]:
    """Return one lot a line; a lot number may have spaces, so only line ends part them."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _from_trace(given: Mapping[str, Any]) -> dict[str, str]:
    """Return a form for the lots that a trace was asked about; those of its first item."""
    codes = [code for code in _APART.split(given.get("lots", "")) if _is_lot(code)]
    item = item_of(codes[0]) if codes else ""
    lots = "\n".join(name_of(code) for code in codes if item_of(code) == item)
    return {"network": given.get("network", ""), "item": item, "lots": lots}


def _is_lot(code: str) -> bool:
    try:
        return kind_of(code) is Kind.LOT
    except ValueError:
        return False


def _item_name(network: str, code: str) -> str:
    row = Item.objects.filter(network__slug=network, code=code).first()
    return row.name if row else ""


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        raise DayWrong(name) from None


def _form(
    request: HttpRequest, typed: Mapping[str, Any], problems: Sequence[Problem]
) -> HttpResponseBase:
    places = networks.networks()
    items = Item.objects.exclude(kind="box").select_related("network").order_by("name", "id")
    context = {
        "typed": typed,
        "networks": places,
        "items": items[:500],
        "companies": [one for place in places for one in own.choices(place)],
        "defects": words.choices("defect", DEFECTS),
        "severities": words.choices("severity", SEVERITIES),
        "acts": words.choices("act", ACTS),
        "contacts": words.choices("contact", CONTACTS),
    }
    status = 422 if problems else 200
    template = "console/alerts/new.html"
    return frame.show(request, template, context, problems=problems, status=status)


def reply_to(typed: Mapping[str, Any]) -> str:
    """Return where answers are wanted: here, at another address, or nowhere (a file)."""
    if typed.get("reply") == "here":
        return f"{settings.KAISHU_PUBLIC_URL}{INBOX}"
    return typed.get("reply_to", "").strip() if typed.get("reply") == "other" else ""


def _look(request: HttpRequest, draft: Draft, letter: Alert) -> HttpResponseBase:
    context = {
        "draft": draft,
        "typed": request.POST,
        "name": letter.issuer.name,
        "print": fingerprint(own.signer().public),
        "kind": words.word("kind", draft.kind),
        "count": len(letter.lots),
        "lots": draft.lots[:SHOWN],
        "more": max(0, len(draft.lots) - SHOWN),
        "units": draft.units[:SHOWN],
        "more_units": max(0, len(draft.units) - SHOWN),
        "runs": bool(letter.runs),
        "window_only": not (letter.lots or letter.units or letter.runs),
        "facts": [
            (_("What is wrong"), words.word("defect", draft.defect)),
            (_("Danger"), words.word("severity", draft.severity)),
            (pgettext("letter", "What to do now"), words.word("act", draft.act)),
            (_("Whom to ask"), words.word("contact", draft.contact)),
        ],
        "fields": [
            (field, request.POST.get(field, ""))
            for field in (
                *("network", "item", "lots", "units", "kind", "us", "supersedes", "form"),
                *("defect", "reply", "reply_to"),
                *("severity", "act", "contact", *DAYS),
            )
        ],
    }
    return frame.show(request, "console/alerts/look_new.html", context)
