"""How far the recall has come: three rates side by side, where every unit is, and the proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.base.templatetags.kaishu import when
from kaishu.books import roots
from kaishu.claims import typed
from kaishu.core.accounts import DECLARED, STRAY, UNIT_ACCOUNTS
from kaishu.core.pack import Pack
from kaishu.core.progress import Progress, percent
from kaishu.core.recall import say
from kaishu.core.tally import UnitLine
from kaishu.doors.public import figures, site
from kaishu.doors.public.figures import Counted
from kaishu.doors.public.problems import Problem
from kaishu.editions import queries as editions
from kaishu.editions.errors import RecallUnknown
from kaishu.editions.models import Recall as RecallRow


class DayNotCounted(Exception):
    """This day cannot be shown; `code` is unreadable, too_early or to_come."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@require_safe
@cache_control(public=True, max_age=60)
def progress(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Show how far the recall has come, now or at the end of a past day, whole and by model."""
    pack, row = site.pack_of(slug), row_of(slug)
    said, problems = request.GET.get("on", "").strip(), []
    try:
        counted = counted_on(pack, row, said)
    except DayNotCounted as wrong:
        problems = [Problem("id-on", _problem(wrong.code, pack))]
        counted = counted_on(pack, row, "")
    found = counted.so_far.progress
    context = {
        "counted": counted,
        "past": bool(said) and not problems,
        "said": said[:20],
        "problems": problems,
        "first_day": pack.recall.announced,
        "rates": _rates(pack, found),
        "estimate": found.estimates,
        "tables": _tables(pack, counted),
        "root": next(iter(roots.newest(1)), None),
    }
    return site.show(request, "public/progress.html", pack.recall, context)


def counted_on(pack: Pack, row: RecallRow, said: str) -> Counted:
    """Return the figures of the day that somebody asked for; of now where they asked for none.

    Raises DayNotCounted.
    """
    if not said:
        return figures.on_day(row)
    today = figures.today(row)
    try:
        day = typed.read_date(said)
    except typed.Unreadable:
        raise DayNotCounted("unreadable") from None
    if day < pack.recall.announced:
        raise DayNotCounted("too_early")
    if day > today:
        raise DayNotCounted("to_come")
    return figures.on_day(row, None if day == today else day)


def row_of(slug: str) -> RecallRow:
    """Return a recall's row, or answer 404."""
    try:
        return editions.recall_row(slug)
    except RecallUnknown:
        raise Http404(slug) from None


def _problem(code: str, pack: Pack) -> str:
    first = when(pack.recall.announced)
    return {
        "unreadable": _("Type a day, for example 2026-01-07."),
        "too_early": _("The recall began on %(day)s. Choose that day or a later one.")
        % {"day": first},
        "to_come": _("This day has not come yet. Choose a past day."),
    }[code]


def _rates(pack: Pack, found: Progress) -> list[dict[str, Any]]:
    """Return a line for the whole recall and one for each model, where there are several."""
    lines = [_line(_("The whole recall"), "", found)]
    models = pack.recall.products
    if len(models) > 1:
        tag = language.tag()
        lines += [_line(say(each.name, tag), each.model, found.of(each.model)) for each in models]
    return lines


def _line(name: str, model: str, found: Progress) -> dict[str, Any]:
    return {
        "name": name,
        "model": model,
        "target": found.target,
        "done": found.done,
        "accounted_units": found.accounted,
        "corrected_units": found.done + found.discarded,
        "rate": percent(found.rate),
        "corrected": percent(found.corrected_rate) if found.estimates else "",
        "accounted": percent(found.accounted_rate),
    }


def _tables(pack: Pack, counted: Counted) -> list[dict[str, Any]]:
    lines = [
        line for line in counted.balance.units if line.account != DECLARED and line.pool != STRAY
    ]
    tables = [_table(_("The whole recall"), lines)]
    for product in pack.recall.products:
        title = f"{product.model} {say(product.name, language.tag())}"
        tables.append(_table(title, (line for line in lines if line.product == product.model)))
    return tables[:1] if len(tables) == 2 else tables


def _table(title: str, lines: Iterable[UnitLine]) -> dict[str, Any]:
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.account] += line.quantity
    shown = [{"account": a, "quantity": sums[a]} for a in UNIT_ACCOUNTS if sums[a]]
    return {"title": title, "lines": shown, "total": sum(sums.values())}
