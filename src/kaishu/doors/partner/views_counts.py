"""Counting a site: blind while it goes on, the difference afterwards, posted by another person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kaishu.base import clock, desk, exports
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.claims import queries as claims
from kaishu.core.errors import Refusal
from kaishu.doors.partner import frame
from kaishu.doors.partner.codes import LabelUnreadable, read_label
from kaishu.doors.partner.labels import label
from kaishu.returns import actions as returns
from kaishu.returns import numbers, stocktakes
from kaishu.returns.errors import StocktakeNotOpen, StocktakeNumberWrong, StocktakeUnitUnknown
from kaishu.returns.found import look_up
from kaishu.returns.models import Container, Stocktake


@staff(*frame.STOCK)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def counts(request: HttpRequest) -> HttpResponseBase:
    """List the site's counts; the POST begins one."""
    recalls = frame.running()
    site = frame.site_of(request, frame.sites_of(request, recalls))
    problems: list[Problem] = []
    if request.method == "POST":
        slug = request.POST.get("recall", "")
        chosen = next((each for each in recalls if each.recall.slug == slug), None)
        if site is None:
            problems.append(Problem(_("Choose the site first."), "", "id-site"))
        if chosen is None:
            problems.append(Problem(_("Choose the recall."), "", "id-recall"))
        if site is not None and chosen is not None:
            try:
                begun = returns.open_stocktake(
                    recall_id=chosen.row.id,
                    site=site.code,
                    by=request.user.get_username(),
                    at=clock.now(),
                )
                return HttpResponseRedirect(f"/depot/counts/{begun.id}/")
            except Refusal as refusal:
                problems.append(problem_of(refusal, "id-recall"))
    rows = list(Stocktake.objects.filter(site=site.code).order_by("-id")) if site else []
    titles = {each.row.id: each.title for each in recalls}
    header = (_("Begun"), _("Recall"), _("State"), _("Counted by"), _("Posted by"))
    lines = (
        (
            row.opened_at.isoformat(),
            titles.get(row.recall_id, ""),
            label("count", state_of(row)),
            row.counted_by,
            row.posted_by,
        )
        for row in rows
    )
    file = exports.offered(request, name="counts", header=header, rows=lines)
    if file is not None:
        return file
    context = {
        "sites": frame.sites_of(request, recalls),
        "site": site,
        "acts": frame.may(request, frame.SCAN),
        "recalls": recalls,
        "counts": [
            {
                "row": row,
                "title": titles.get(row.recall_id, ""),
                "state": label("count", state_of(row)),
            }
            for row in rows
        ],
    }
    return frame.show(request, "partner/counts.html", context, problems=problems)


@staff(*frame.STOCK)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def count(request: HttpRequest, stocktake_id: int) -> HttpResponseBase:
    """Show one count; the POST counts, closes, posts or drops it."""
    sites = {site.code: site for site in frame.sites_of(request, frame.running())}
    row = Stocktake.objects.filter(id=stocktake_id).first()
    if row is None or row.site not in sites:
        return refusal_page(request, StocktakeNotOpen(), status=404)
    if request.method != "POST":
        return _show(request, row, sites[row.site])
    act = _ACTS.get(request.POST.get("do", ""), _scan)
    try:
        act(request, row)
    except Refusal as refusal:
        typed = request.POST.get("code", "")
        problem = problem_of(refusal, "id-code" if act is _scan else "")
        return _show(request, row, sites[row.site], typed=typed, problems=[problem])
    return HttpResponseRedirect(f"/depot/counts/{row.id}/")


def state_of(row: Stocktake) -> str:
    """Return going, counted, posted or dropped."""
    if row.dropped_at is not None:
        return "dropped"
    if row.posted_at is not None:
        return "posted"
    return "counted" if row.counted_at is not None else "going"


def _who(request: HttpRequest, row: Stocktake) -> dict[str, Any]:
    return {"stocktake_id": row.id, "by": request.user.get_username(), "at": clock.now()}


def _scan(request: HttpRequest, row: Stocktake) -> None:
    typed = request.POST.get("code", "")
    box = Container.objects.filter(number=numbers.tidy(typed), site=row.site).exclude(seal_no="")
    if numbers.tidy(typed) and box.exists():
        added = returns.count_sealed(number=numbers.tidy(typed), **_who(request, row))
        desk.say_next(request, _("A sealed container: %(n)s units counted.") % {"n": added})
        return
    try:
        case_no, unit_no = read_label(typed)
        unit_id = claims.claim_unit(case_no=case_no, unit_no=unit_no).unit_id
    except LabelUnreadable:
        named = look_up(typed)
        unit_id = named.unit.id if named is not None and named.unit is not None else None
    if unit_id is None:
        raise StocktakeUnitUnknown(unit=typed[:40])
    new = returns.count_unit(unit_id=unit_id, **_who(request, row))
    desk.say_next(request, _("Counted.") if new else _("Already counted."), "ok" if new else "info")


def _numbers(request: HttpRequest, row: Stocktake) -> None:
    for product, pool in stocktakes.countable(row):
        typed = request.POST.get(f"n-{product}-{pool}", "").strip()
        if not typed:
            continue
        if not (typed.isascii() and typed.isdigit() and len(typed) < 8):
            raise StocktakeNumberWrong(number=typed[:20])
        returns.count_number(
            stocktake_id=row.id,
            product=product,
            pool=pool,
            counted=int(typed),
            by=request.user.get_username(),
        )
    desk.say_next(request, _("The numbers are kept."))


def _close(request: HttpRequest, row: Stocktake) -> None:
    returns.close_count(**_who(request, row))


def _post(request: HttpRequest, row: Stocktake) -> None:
    returns.post_count(**_who(request, row))
    desk.say_next(request, _("The difference is in the books."))


def _drop(request: HttpRequest, row: Stocktake) -> None:
    returns.drop_count(**_who(request, row))
    desk.say_next(request, _("Dropped. Nothing was posted."))


_ACTS: Mapping[str, Callable[[HttpRequest, Stocktake], None]] = {
    "scan": _scan,
    "numbers": _numbers,
    "close": _close,
    "post": _post,
    "drop": _drop,
}


def _show(
    request: HttpRequest,
    row: Stocktake,
    site: frame.Party,
    *,
    typed: str = "",
    problems: Sequence[Problem] = (),
) -> HttpResponseBase:
    state = state_of(row)
    closed = row.counted_at is not None
    found = stocktakes.differences(row) if closed else []
    kept = {(line.product, line.pool): line.counted for line in row.lines.all()}
    context: dict[str, Any] = {
        "count": row,
        "site": site,
        "state": state,
        "state_word": label("count", state),
        "acts": frame.may(request, frame.SCAN),
        "typed": typed,
        "seen": row.seen.count(),
        "kinds": [
            {
                "name": f"n-{product}-{pool}",
                "product": product,
                "pool": label("pool", pool),
                "counted": kept.get((product, pool), ""),
            }
            for product, pool in (stocktakes.countable(row) if not closed else [])
        ],
        "differences": [{"line": each, "pool": label("pool", each.line.pool)} for each in found],
        "strangers": stocktakes.strangers(row) if closed else [],
        "ties_out": all(not each.quantity and not each.missing for each in found),
    }
    return frame.show(request, "partner/count.html", context, problems=problems)
