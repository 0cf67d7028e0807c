"""How far the recall has come: the trial balance in plain words, for anybody to see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.books.queries import trial_balance, units_made_whole
from kaishu.core.accounts import DECLARED, STRAY, UNIT_ACCOUNTS
from kaishu.core.recall import say
from kaishu.core.tally import UnitLine
from kaishu.doors.public import figures, site
from kaishu.editions import queries as editions
from kaishu.editions.errors import RecallUnknown
from kaishu.editions.models import Recall as RecallRow


@require_safe
@cache_control(public=True, max_age=60)
def progress(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Show where every unit stands, whole and by product."""
    pack = site.pack_of(slug)
    row = _row(slug)
    now = timezone.now()
    balance = trial_balance(recall_id=row.id, as_of=now)
    made_whole = units_made_whole(recall_ids=[row.id]).get(row.id, 0)
    lines = [line for line in balance.units if line.account != DECLARED and line.pool != STRAY]
    tables = [_table(_("The whole recall"), lines)]
    for product in pack.recall.products:
        title = f"{product.model} {say(product.name, language.tag())}"
        tables.append(_table(title, (line for line in lines if line.product == product.model)))
    context = {
        "tables": tables[:1] if len(tables) == 2 else tables,
        "as_of": now,
        "so_far": figures.numbers(balance, made_whole, now) if lines else None,
    }
    return site.show(request, "public/progress.html", pack.recall, context)


def _row(slug: str) -> RecallRow:
    try:
        return editions.recall_row(slug)
    except RecallUnknown:
        raise Http404(slug) from None


def _table(title: str, lines: Iterable[UnitLine]) -> dict[str, Any]:
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.account] += line.quantity
    shown = [{"account": a, "quantity": sums[a]} for a in UNIT_ACCOUNTS if sums[a]]
    return {"title": title, "lines": shown, "total": sum(sums.values())}
