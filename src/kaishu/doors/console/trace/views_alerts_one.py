"""One letter about lots: what it says, which lots are ours, the answer, and passing it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk
from kaishu.base.desk import Problem
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.connections.replies import confirm
from kaishu.core.errors import Refusal
from kaishu.core.genealogy.things import name_of
from kaishu.core.lot_alert import COUNTS, Alert
from kaishu.core.lot_alert_words import DIRECTIONS, REASONS, STEPS
from kaishu.core.receipts import fingerprint
from kaishu.doors.console import frame
from kaishu.doors.console.trace import views_alerts_words as words
from kaishu.doors.console.trace.views_alerts import HOME, line
from kaishu.supply.alerts import own, replies, state, take, write
from kaishu.supply.alerts.errors import AlertCountWrong, AlertUnknown
from kaishu.supply.alerts.known import Standing
from kaishu.supply.alerts.match import match
from kaishu.supply.alerts.state import State
from kaishu.supply.alerts.tally import tally
from kaishu.supply.models import Letter, LetterMatch
from kaishu.supply.network import queries as networks

SHOWN = 50  # lots on the page, and in the address of the trace


@staff(*frame.TRACE)
@require_safe
def alert(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show one letter."""
    return _page(request, number, {}, [])


@staff(*frame.TRACE)
@require_safe
def file(request: HttpRequest, number: str) -> HttpResponseBase:
    """Hand out the signed file of a letter: ours, an answer, or one that we pass on."""
    to, bare = request.GET.get("to", ""), request.GET.get("key") == "apart"
    try:
        row = take.letter(number)
        data = write.file(row, to=to, with_key=False if bare else None)
    except Refusal as refusal:
        return refusal_page(request, refusal, status=404, href=HOME)
    response = HttpResponse(data, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{row.kind}-{row.number}.json"'
    response["Cache-Control"] = "no-store"
    return response


@staff(*frame.WRITE_TRACE)
@require_POST
@desk.once
def do(request: HttpRequest, number: str) -> HttpResponseBase:
    """Match a letter, put its key to it, answer it, say where answers may go, pass it on, or take
    ours back."""
    typed, at = request.POST, clock.now()
    who: dict[str, Any] = {"number": number, "by": request.user.get_username(), "at": at}
    us, what = typed.get("us", ""), typed.get("do", "")
    network, key = typed.get("network", ""), desk.key_of(request)
    try:
        if what == "match":
            anyway = typed.get("anyway") == "1"
            match(**who, network=network, item=typed.get("item", ""), us=us, anyway=anyway)
        elif what == "key":
            take.bring_key(**who, key=typed.get("opens", ""))
        elif what == "answer":
            if typed.get("sure") != "1" or not _told(number, typed):
                return _look(request, number)
            units = _units(typed)
            step = typed.get("step", "")
            write.answer(**who, key=key, us=us, step=step, units=units, door="console")
        elif what in ("reply", "no_reply"):
            confirm(**who, yes=what == "reply")
        elif what == "forward":
            write.forward(**who, key=key, network=network, us=us, to=typed.get("to", ""))
        elif what == "withdraw":
            write.withdraw(**who, key=key, reason=typed.get("reason", ""), door="console")
    except AlertUnknown as refusal:
        return refusal_page(request, refusal, status=404, href=HOME)
    except Refusal as refusal:
        return _page(request, number, typed, [words.problem(refusal, f"id-{what}")])
    desk.say_next(request, _done(what))
    return HttpResponseRedirect(f"{HOME}{number}/#{what}")


def _told(number: str, typed: Mapping[str, Any]) -> bool:
    """Say whether somebody knows of what the counts of an answer leave out."""
    if typed.get("step") != "counted":
        return True
    return not tally(take.letter(number), at=clock.now()).open or typed.get("told") == "1"


def _done(what: str) -> str:
    return {
        "match": _("Compared with our lots."),
        "key": _("The key fits. Now match it."),
        "answer": _("Signed. Send the file to whoever asked."),
        "reply": _("Our answers to this company go there from now on."),
        "no_reply": _("Nothing is sent there any more. An answer is a file again."),
        "forward": _("Signed. Send the file on."),
        "withdraw": _("Taken back. Send the withdrawal to whoever has the letter."),
    }.get(what, "")


def _units(typed: Mapping[str, Any]) -> int:
    text = str(typed.get("units", "")).strip().replace(",", "") or "0"
    if not (text.isascii() and text.isdigit() and len(text) < 11):
        raise AlertCountWrong
    return int(text)


def _look(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show an answer as it would go out: a look before it is signed."""
    typed = request.POST
    row = take.letter(number)
    found = tally(row, at=clock.now())
    step, units = typed.get("step", ""), _units(typed)
    if not found.matches or step not in STEPS:
        return _page(request, number, typed, [Problem(_("Choose an answer."), "", "id-answer")])
    counts, newest = write.counted(step, found, units), found.matches[-1]
    context = {
        "row": row,
        "company": own.company(newest.network, typed.get("us", "") or newest.us),
        "step": step,
        "answer": words.word("step", step),
        "figures": [] if step in ("acknowledged", "completed") else words.figures(counts),
        "open": words.opened(found.open) if step == "counted" else [],
        "none": step == "counted" and not found.some,
        "reply": replies.of(row),
        "units": units,
        "us": typed.get("us", ""),
    }
    return frame.show(request, "console/alerts/look.html", context)


def _page(
    request: HttpRequest, number: str, typed: Mapping[str, Any], problems: Sequence[Problem]
) -> HttpResponseBase:
    row = Letter.objects.filter(number=number, kind__in=("alert", "question")).first()
    if row is None:
        return refusal_page(request, AlertUnknown(), status=404, href=HOME)
    now = state.of([row])[0]
    sent = take.sent_of(row)
    said = sent.letter
    assert isinstance(said, Alert)
    places = networks.networks()
    context = {
        **line(now),
        "letter": said,
        "kind": words.word("kind", row.kind),
        "print": fingerprint(said.issuer.key),
        "trusted": now.standing in (Standing.VERIFIED, Standing.OWN),
        "defect": words.word("defect", said.defect),
        "severity": words.word("severity", said.severity),
        "act": words.word("act", said.act),
        "contact": words.word("contact", said.contact),
        "hops": [(hop, words.direction(hop.to), fingerprint(hop.by.key)) for hop in sent.hops],
        "locked": said.hidden and not sent.key and bool(said.lots or said.units),
        **_named(said),
        "reply_confirmed": replies.confirmed(row.issuer_code, said.reply_to),
        "found": _found(now),
        "networks": places,
        "companies": [one for place in places for one in own.choices(place)],
        "steps": words.choices("step", STEPS),
        "directions": [(code, words.direction(code)) for code in DIRECTIONS],
        "reasons": words.choices("reason", REASONS),
        "answers": _answers(now),
        "opens": sent.key.hex() if sent.key and row.key_apart else "",
        "ours": row.direction == "out",
        "typed": typed,
        "may": frame.may(request, frame.WRITE_TRACE),
    }
    status = 422 if problems else 200
    template = "console/alerts/one.html"
    return frame.show(request, template, context, problems=problems, status=status)


def _found(now: State) -> dict[str, Any] | None:
    if now.match is None:
        return None
    return {
        "figures": words.figures(now.tally.counts),
        "open": words.opened(now.tally.open),
        "nothing": not now.tally.some,
        "places": [_place(each) for each in now.tally.matches],
        "changed": now.word is state.Word.CHANGED,
    }


def _place(row: LetterMatch) -> dict[str, Any]:
    """Return what was found in one network."""
    shown, counts = row.found[:SHOWN], row.counts
    asked = urlencode({"lots": ",".join(shown)})
    return {
        "row": row,
        "lots": [name_of(code) for code in shown],
        "more": max(0, counts["lots"] + counts.get("units", 0) - len(shown)),
        "trace": f"/staff/trace/in/{row.network.slug}/?{asked}" if shown else "",
    }


def _answers(now: State) -> list[dict[str, Any]]:
    over = state.replaced([one for one, _how in now.answers])
    return [
        {
            "row": row,
            "step": words.word("step", row.step),
            "standing": words.standing(how),
            "ours": row.direction == "out",
            "figures": words.figures(row.counts) if row.step in ("counted", "sold_since") else [],
            "open": words.opened(row.counts.get("open", ())),
            "none": row.step == "counted" and not any(row.counts.get(name) for name in COUNTS),
            "over": row.number in over,
            "sent": getattr(getattr(row, "reply", None), "url", ""),
        }
        for row, how in now.answers
    ]


def _named(said: Alert) -> dict[str, Any]:
    """Return what a letter names, as far as the page shows it."""
    if said.hidden:
        return {"named": bool(said.lots or said.units or said.runs)}
    return {
        "named": bool(said.lots or said.units or said.runs),
        "lots": [name_of(code) for code in said.lots[:SHOWN]],
        "more_lots": max(0, len(said.lots) - SHOWN),
        "units": [name_of(code) for code in said.units[:SHOWN]],
        "more_units": max(0, len(said.units) - SHOWN),
    }
