"""Letters about lots: the list, taking one in, and the companies whose keys are trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kaishu.base import clock, desk, exports, language
from kaishu.base.desk import Problem, problem_of
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.lot_alert_errors import AlertNotJson
from kaishu.core.receipts import fingerprint
from kaishu.core.sentences import sentence
from kaishu.doors.console import frame
from kaishu.doors.console.trace import views_alerts_words as words
from kaishu.supply.alerts import known, own, state
from kaishu.supply.alerts.arrive import Arrived, arrive
from kaishu.supply.alerts.known import Known, Standing
from kaishu.supply.alerts.state import State
from kaishu.supply.models import RefusedLetter

HOME = "/staff/trace/alerts/"
KEYS = f"{HOME}keys/"
LATELY = 20


@staff(*frame.TRACE)
@require_safe
def alerts(request: HttpRequest) -> HttpResponseBase:
    """List alerts and questions; what waits for us is counted above."""
    return show_list(request)


@staff(*frame.WRITE_TRACE)
@require_POST
@desk.once
def take(request: HttpRequest) -> HttpResponseBase:
    """Take in a letter that came by mail: its file, or its text."""
    file = request.FILES.get("file")
    data = file.read() if file is not None else request.POST.get("text", "").strip().encode()
    try:
        if getattr(file, "too_big", False) or not data:
            raise AlertNotJson
        by = request.user.get_username()
        came = arrive(data, door="console", by=by, at=clock.now())
    except Refusal as refusal:
        return show_list(request, [problem_of(refusal, "id-file")])
    desk.say_next(request, _said(came))
    about = came.taken.row
    number = about.number if about.kind in ("alert", "question") else about.about
    return HttpResponseRedirect(f"{HOME}{number}/" if state.is_here(number) else HOME)


@staff(*frame.TRACE)
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest) -> HttpResponseBase:
    """List the companies whose keys are trusted, and ours; the POST adds one or ends one."""
    if request.method == "POST":
        return _change_key(request)
    return _keys(request, {}, [])


@desk.once
def _change_key(request: HttpRequest) -> HttpResponseBase:
    typed = request.POST
    said = {"public": typed.get("public", ""), "code": typed.get("code", "").strip()}
    by, at = request.user.get_username(), clock.now()
    try:
        if typed.get("do") == "end":
            row = known.end(**said, by=by, at=at)
            desk.say_next(
                request, _("The key of %(name)s is not trusted any more.") % {"name": row.name}
            )
        else:
            row = known.trust(**said, name=typed.get("name", ""), by=by, at=at)
            desk.say_next(
                request, _("Letters of %(name)s are verified from now on.") % {"name": row.name}
            )
    except Refusal as refusal:
        return _keys(request, typed, [words.problem(refusal, "id-public")])
    back = typed.get("letter", "")
    return HttpResponseRedirect(f"{HOME}{back}/" if state.is_here(back) else KEYS)


def show_list(request: HttpRequest, problems: Sequence[Problem] = ()) -> HttpResponseBase:
    """Show the list, with what is wrong with a file that was just sent."""
    found = state.states()
    chosen = request.GET.get("shown", "")
    counted = {
        "waits": sum(each.waits for each in found),
        **{code.value: sum(each.word is code for each in found) for code in state.Word},
    }
    shown = [
        line(each)
        for each in found
        if chosen in ("", each.word.value) or (chosen == "waits" and each.waits)
    ]
    header = (
        *(
            _("Letter"),
            _("Number"),
            pgettext("letter", "From"),
            _("Key"),
            _("State"),
            pgettext("letter", "Issued"),
        ),
        *(_("Answer wanted by"), _("Found here"), _("Lots in the letter")),
    )
    file = exports.offered(request, name="lot-alerts", header=header, rows=map(_cells, shown))
    if file is not None and not problems:
        return file
    names = {code.value: words.state(code)[0] for code in state.Word}
    context = {
        "lines": shown,
        "total": len(shown),
        "counted": [
            (code, names.get(code) or _("Waiting for us"), n) for code, n in counted.items() if n
        ],
        "chosen": chosen,
        "refused": [_refused(row) for row in RefusedLetter.objects.order_by("-id")[:LATELY]],
        "may": frame.may(request, frame.WRITE_TRACE),
    }
    status = 422 if problems else 200
    template = "console/alerts/list.html"
    return frame.show(request, template, context, problems=problems, status=status)


def line(each: State) -> dict[str, Any]:
    """Return a letter as a row of a list."""
    row = each.row
    what = words.word("kind", row.kind)
    if row.kind == "alert":
        what = words.word("defect", row.defect)
    name, tone = words.state(each.word)
    newest = state.replaced([one for one, _how in each.answers])
    return {
        "state": each,
        "row": row,
        "what": what,
        "word": name,
        "tone": tone,
        "standing": words.standing(each.standing),
        "hits": words.hits(each),
        "late": each.waits and row.answer_by is not None and row.answer_by < clock.now().date(),
        "passed_on": [words.passed_on(step.key) for step in each.passed_on],
        "answers": sum(
            1 for one, _how in each.answers if one.direction == "in" and one.number not in newest
        ),
    }


def _cells(said: Mapping[str, Any]) -> tuple[object, ...]:
    row = said["row"]
    return (
        *(said["what"], row.number, row.issuer_name, said["standing"][0], said["word"]),
        *(row.issued_at, row.answer_by or "", said["hits"], row.lots),
    )


def _refused(row: RefusedLetter) -> dict[str, Any]:
    said = sentence(row.reason, language.tag(), row.facts)
    return {"row": row, "text": said.text, "next": said.next}


def _said(came: Arrived) -> str:
    row, kind = came.taken.row, words.word("kind", came.taken.row.kind)
    if came.taken.known:
        return _("This letter was here already. Nothing changed.")
    if came.taken.standing is not Standing.VERIFIED:
        return _("%(kind)s of %(name)s: kept. Check its key before you rely on it.") % {
            "kind": kind,
            "name": row.issuer_name,
        }
    return _("%(kind)s of %(name)s: kept.") % {"kind": kind, "name": row.issuer_name}


def _keys(
    request: HttpRequest, typed: Mapping[str, Any], problems: Sequence[Problem]
) -> HttpResponse:
    ours = own.signer().public
    context = {
        "issuers": Known().issuers(),
        "ours": ours.hex(),
        "our_print": fingerprint(ours),
        "typed": typed,
        "may": frame.may(request, frame.WRITE_TRACE),
    }
    status = 422 if problems else 200
    template = "console/alerts/keys.html"
    return frame.show(request, template, context, problems=problems, status=status)
