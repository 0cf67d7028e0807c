"""Shops and distributors of a recall: who has answered, who is late, and what they put aside."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports, language
from kaishu.base.desk import Problem, problem_of
from kaishu.base.language import NAMES, TAGS
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.recall import say
from kaishu.doors.console import frame
from kaishu.doors.console.labels import label
from kaishu.editions import queries as editions
from kaishu.returns.trade import answers
from kaishu.returns.trade import sites as trade
from kaishu.returns.trade.errors import SiteNotFound
from kaishu.returns.trade.models import CLOSE_REASONS, CLOSED, KINDS, TradeSite
from kaishu.returns.trade.state import Reached, SiteState

COLUMNS = ("name", "account", "kind", "language", "mail")
MOST_LINES = 5000
PAGE = 200


@staff(*frame.TRADE)
@require_safe
def sites(request: HttpRequest) -> HttpResponseBase:
    """List the shops, those that are late first; each count above opens its rows."""
    now, chosen = clock.now(), request.GET.get("shown", "")
    slug = request.GET.get("recall", "")
    found = [(row, answers.state_of(row)) for row in _rows(slug)]
    counted = {
        "late": sum(state.overdue(now) for _row, state in found),
        **{
            code: sum(state.shown == code for _row, state in found)
            for code in (*(each.value for each in Reached), CLOSED)
        },
    }
    lines = [
        _line(row, state, state.overdue(now))
        for row, state in sorted(found, key=lambda each: _order(each[1]))
        if chosen in ("", state.shown) or (chosen == "late" and state.overdue(now))
    ]
    header = (
        *(_("Shop"), _("Stock account"), _("Recall"), _("State"), _("Owes next"), _("Due")),
        *(_("Put aside"), _("Sold since")),
    )
    file = exports.offered(request, name="trade", header=header, rows=_file_rows(lines))
    context = {
        "lines": lines[:PAGE],
        "total": len(lines),
        "counted": [(code, label("trade", code), n) for code, n in counted.items()],
        "chosen": chosen,
        "may": frame.may(request, frame.RUN_TRADE),
    }
    return file or frame.show(request, "console/trade/sites.html", context)


@staff(*frame.RUN_TRADE)
@desk.once
def add(request: HttpRequest) -> HttpResponse:
    """Put one shop on the list, or many by pasted or uploaded lines."""
    if request.method != "POST":
        return _ask(request, {}, [])
    lines = _lines_of(request)
    if lines is None:
        unread = Problem(_("Save the file as CSV in UTF-8 and send it again."), "", "id-file")
        return _ask(request, request.POST, [unread])
    if len(lines) > MOST_LINES:
        many = Problem(_("Add at most 5,000 lines at a time."), "", "id-lines")
        return _ask(request, request.POST, [many])
    by, at, added, problems = request.user.get_username(), clock.now(), 0, []
    for number, line in lines:
        try:
            trade.add_site(slug=request.POST.get("recall", ""), by=by, at=at, **line)
            added += 1
        except Refusal as refusal:
            said = problem_of(refusal, "id-lines" if len(lines) > 1 else "id-name")
            problems.append(Problem(_line_no(number, said.text, len(lines)), said.next, said.id))
    if problems or not lines:
        first = problems or [Problem(_("Fill in a shop, or paste lines."), "", "id-name")]
        return _ask(request, request.POST, first[:20], added=added)
    desk.say_next(
        request,
        ngettext("%(n)s shop added.", "%(n)s shops added.", added) % {"n": added},
    )
    return HttpResponseRedirect("/staff/trade/?shown=not_sent")


@staff(*frame.TRADE)
@require_safe
def site(request: HttpRequest, site_id: int) -> HttpResponse:
    """Show one shop: its link, what it answered, what it owes."""
    row = TradeSite.objects.filter(id=site_id).first()
    if row is None:
        return refusal_page(request, SiteNotFound(), status=404)
    return _site(request, row, [])


@staff(*frame.RUN_TRADE)
@require_POST
@desk.once
def do(request: HttpRequest, site_id: int) -> HttpResponse:
    """Mail the link, note that it was given, make another, close the shop or open it again."""
    by, at, what = request.user.get_username(), clock.now(), request.POST.get("do", "")
    acts: dict[str, tuple[Callable[..., object], str]] = {
        "send": (trade.send_link, _("On its way by mail.")),
        "given": (trade.mark_given, _("Noted. The time runs from now.")),
        "renew": (trade.new_link, _("The old link opens nothing any more.")),
        "close": (
            partial(trade.close_site, reason=request.POST.get("reason", "")),
            _("Closed. Nobody waits for an answer any more."),
        ),
        "open": (trade.open_again, _("Open again.")),
    }
    act, said = acts.get(what, acts["given"])
    try:
        act(site_id=site_id, by=by, at=at)
    except SiteNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        row = TradeSite.objects.get(id=site_id)
        return _site(request, row, [problem_of(refusal)])
    desk.say_next(request, said)
    return HttpResponseRedirect(f"/staff/trade/{site_id}/")


def _rows(slug: str) -> list[TradeSite]:
    rows = TradeSite.objects.prefetch_related("answers").order_by("name", "id")
    return list(rows.filter(recall_slug=slug) if slug else rows)


def _line(row: TradeSite, state: SiteState, late: bool) -> dict[str, Any]:
    return {
        "row": row,
        "state": state,
        "late": late,
        "recall": frame.recall_name(row.recall_slug),
    }


def _order(state: SiteState) -> tuple[bool, float]:
    return state.due_at is None, state.due_at.timestamp() if state.due_at else 0


def _file_rows(lines: Sequence[Mapping[str, Any]]) -> Iterator[tuple[object, ...]]:
    for each in lines:
        row, state = each["row"], each["state"]
        yield (
            *(row.name, row.party, row.recall_slug, label("trade", state.shown)),
            *(label("trade_step", state.next_step), state.due_at, state.put_aside),
            state.sold_since,
        )


def _lines_of(request: HttpRequest) -> list[tuple[int, dict[str, str]]] | None:
    """Return the shops of a form: the single fields, and each pasted or uploaded line.

    None for a file in another encoding: read as UTF-8, its names would be full of holes.
    """
    named = {"name": "name", "account": "party", "kind": "kind", "language": "language"}
    single = {field: request.POST.get(name, "") for name, field in named.items()}
    found: list[tuple[int, dict[str, str]]] = []
    if single["name"].strip():
        found.append((0, {**single, "mail": request.POST.get("mail", "")}))
    text = request.POST.get("lines", "")
    if (file := request.FILES.get("file")) is not None:
        try:
            text += "\n" + file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            return None
    rows = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text else ",")
    for number, cells in enumerate(rows, start=1):
        if not any(cell.strip() for cell in cells) or cells[0].strip().lower() == COLUMNS[0]:
            continue
        padded = [*(cell.strip() for cell in cells), *[""] * len(COLUMNS)]
        name, party, kind, spoken, mail = padded[: len(COLUMNS)]
        line = {"name": name, "party": party, "kind": kind or single["kind"], "mail": mail}
        found.append((number, line | {"language": spoken or single["language"]}))
    return found


def _line_no(number: int, text: str, lines: int) -> str:
    return _("Line %(number)s: %(what)s") % {"number": number, "what": text} if lines > 1 else text


def _ask(
    request: HttpRequest, typed: Mapping[str, str], problems: list[Problem], *, added: int = 0
) -> HttpResponse:
    tag = language.tag()
    packs = editions.current_packs()
    accounts = {
        party.code: say(party.name, tag)
        for pack in packs
        for party in pack.recall.parties
        if party.role in KINDS
    }
    context = {
        "typed": typed,
        "recalls": [(pack.recall.slug, frame.recall_name(pack.recall.slug)) for pack in packs],
        "accounts": sorted(accounts.items(), key=lambda each: each[1]),
        "kinds": [(kind, label("trade_kind", kind)) for kind in KINDS],
        "tongues": [(TAGS[code], name) for code, name in NAMES.items()],
        "columns": ", ".join(COLUMNS),
        "added": added,
    }
    status = 422 if problems else 200
    return frame.show(request, "console/trade/add.html", context, problems=problems, status=status)


def _site(request: HttpRequest, row: TradeSite, problems: list[Problem]) -> HttpResponse:
    state = answers.state_of(row)
    may = frame.may(request, frame.RUN_TRADE)
    context = {
        "row": row,
        "state": state,
        "late": state.overdue(clock.now()),
        "recall_title": frame.recall_name(row.recall_slug),
        "answers": row.answers.all(),
        "steps": row.steps.all(),
        "close_reasons": CLOSE_REASONS,
        "link": trade.link(row) if may else "",
        "may": may,
        "has_mail": row.mail is not None,
    }
    status = 422 if problems else 200
    return frame.show(request, "console/trade/site.html", context, problems=problems, status=status)
