"""One brought file: what its columns mean, what every row would do, and then its loading."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kaishu.base import clock, desk, exports, jobs, language
from kaishu.base.desk import Problem, problem_of
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import staff
from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence
from kaishu.doors.console import frame
from kaishu.doors.console.imports.views_lists import in_words
from kaishu.doors.console.trace import brought_form
from kaishu.doors.console.trace.opened import Place, moment, show, with_network
from kaishu.editions import queries as editions
from kaishu.markets import zone_of
from kaishu.supply.links import brought as bringing
from kaishu.supply.links import report, typed
from kaishu.supply.links.errors import BroughtUnknown
from kaishu.supply.links.look import Look, look, preview
from kaishu.supply.links.mapping import LinkMapping, from_text
from kaishu.supply.links.models import Brought, BroughtKind

HERE = "records/"
SHOWN = 200
ALIVE = ("waiting", "running")
COUNTED = ("rows", "good", "bad", "twice", "known")
OF_EVENTS = ("events", "kept", "known", "refused", "names")


@staff(*frame.TRACE)
@require_safe
@with_network
def brought(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    """Show one file: step by step, or what became of it. `?as=` saves its bad rows."""
    try:
        row = bringing.found(place.network, number)
    except BroughtUnknown as refusal:
        return refusal_page(request, refusal, status=404)
    header = (_("Sheet"), _("Row"), _("Text"), _("Code"), _("In words"), _("What to do"))
    name = f"{place.network.slug}-bad-rows-{row.pk}"
    file = exports.offered(request, name=name, header=header, rows=_bad(row))
    return file or _page(request, place, row)


@staff(*frame.WRITE_TRACE)
@require_POST
@desk.once
@with_network
def mean(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    """Keep what the columns mean, and show what the first rows then say."""
    said = brought_form.typed(request.POST)

    def act(row: Brought) -> None:
        bringing.mean(
            brought=row,
            mapping=typed.to_mapping(said),
            name=request.POST.get("save", ""),
            by=request.user.get_username(),
            at=clock.now(),
        )

    return _acted(request, place, number, act, to="#means", said=said)


@staff(*frame.WRITE_TRACE)
@require_POST
@desk.once
@with_network
def try_all(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    """Look at every row in the background."""

    def act(row: Brought) -> None:
        bringing.start_try(brought=row, by=request.user.get_username(), at=clock.now())

    return _acted(request, place, number, act, to="#work")


@staff(*frame.WRITE_TRACE)
@require_POST
@desk.once
@with_network
def load(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    """Load in the background what was tried."""

    def act(row: Brought) -> None:
        bringing.start_load(brought=row, by=request.user.get_username(), at=clock.now())

    return _acted(request, place, number, act, to="#work")


@staff(*frame.WRITE_TRACE)
@require_POST
@desk.once
@with_network
def away(request: HttpRequest, place: Place, number: int) -> HttpResponseBase:
    """Put a file away that is not to be loaded."""

    def act(row: Brought) -> None:
        bringing.put_away(brought=row, by=request.user.get_username(), at=clock.now())
        desk.say_next(request, _("It is put away. Nothing of it was loaded."))

    return _acted(request, place, number, act, to="")


def _acted(
    request: HttpRequest,
    place: Place,
    number: int,
    act: Callable[[Brought], None],
    *,
    to: str,
    said: Mapping[str, str] | None = None,
) -> HttpResponseBase:
    try:
        row = bringing.found(place.network, number)
        act(row)
    except BroughtUnknown as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        problems = [problem_of(refusal, brought_form.control_of(refusal) if said else "")]
        return _page(request, place, row, said=said, problems=problems)
    back = f"{place.base}{HERE}" if not to else f"{place.base}{HERE}{number}/{to}"
    return HttpResponseRedirect(back)


def _page(
    request: HttpRequest,
    place: Place,
    row: Brought,
    *,
    said: Mapping[str, str] | None = None,
    problems: list[Problem] | None = None,
) -> HttpResponseBase:
    problems = problems or []
    tried, loading = _job(row.try_job), _job(row.load_job)
    newest = max((job for job in (tried, loading) if job), key=lambda job: job.id, default=None)
    running = newest is not None and newest.state in ALIVE
    context: dict[str, Any] = {
        "row": row,
        "is_links": row.kind == BroughtKind.LINKS,
        "job": newest,
        "running": running,
        "percent": 100 * newest.done // newest.total if newest and newest.total else None,
        "tried": tried is not None and not running and bringing.is_tried(row),
        "told": _told(newest),
        "counts": _counts(newest),
        "whys": _whys(newest),
        "lines": list(islice(_lines(row), SHOWN)) if newest and not running else [],
        "save": request.POST.get("save", ""),
    }
    if row.over_at is None and not running and row.kind == BroughtKind.LINKS:
        context |= _columns(request, place, row, said, problems)
    template = "console/trace/brought.html"
    return show(request, template, place, context, here=HERE, problems=problems)


def _columns(
    request: HttpRequest,
    place: Place,
    row: Brought,
    said: Mapping[str, str] | None,
    problems: list[Problem],
) -> dict[str, Any]:
    """Return the head of the file, the form about its columns, and what its first rows mean."""
    mapping = from_text(row.mapping) if row.mapping else None
    chosen = _chosen(request, said, mapping)
    with bringing.on_disk(row, head=True) as path:
        try:
            seen = look(path, at=chosen["at"], sheet=chosen["sheet"], encoding=chosen["encoding"])
        except Refusal as refusal:
            problems.append(problem_of(refusal))
            return {"saved": bringing.saved(place.network)}
        means: list[dict[str, Any]] = []
        if mapping is not None and said is None and not request.GET:
            try:
                means = _means(place, path, mapping)
            except Refusal as refusal:
                problems.append(problem_of(refusal, brought_form.control_of(refusal)))
    values = _values(request, place, seen, said, mapping)
    return {
        "seen": seen,
        "reading": brought_form.reading(seen),
        "form": brought_form.form(seen, values),
        "means": means,
        "mapped": mapping is not None and said is None and not request.GET,
        "saved": bringing.saved(place.network),
        "chosen_saved": request.GET.get("saved", ""),
    }


def _chosen(
    request: HttpRequest, said: Mapping[str, str] | None, mapping: LinkMapping | None
) -> dict[str, Any]:
    """Return how to look at the file: as the address says, else the form, else the mapping."""
    at = request.GET.get("at", "")
    before = said or (typed.typed_of(mapping) if mapping and not request.GET else {})
    return {
        "at": int(at) if at.isdecimal() and len(at) < 6 else 0,
        "sheet": request.GET.get("sheet", before.get("sheet", "")),
        "encoding": request.GET.get("encoding", before.get("encoding", "")),
    }


def _values(
    request: HttpRequest,
    place: Place,
    seen: Look,
    said: Mapping[str, str] | None,
    mapping: LinkMapping | None,
) -> Mapping[str, str]:
    """Return what the form shows: what was typed, a saved mapping, the kept one, or guesses."""
    if said is not None:
        return said
    number = request.GET.get("saved", "")
    saved = [each for each in bringing.saved(place.network) if str(each.pk) == number]
    if saved:
        own = typed.typed_of(from_text(saved[0].mapping))
        return {**own, "sheet": seen.sheet, "encoding": seen.encoding}
    if mapping is not None and not request.GET:
        return typed.typed_of(mapping)
    zone = zone_of([row.market for row in editions.recall_rows()])
    return {"zone": str(zone or "UTC"), **typed.first(seen)}


def _means(place: Place, path: Any, mapping: LinkMapping) -> list[dict[str, Any]]:
    """Return the first rows as what they would do, or why they cannot be used."""
    checked = preview(path, mapping, clock.now())
    good = checked.good.to_dicts()
    codes = [row[word] for row in good for word in ("parent", "child", "party", "place")]
    things = place.things(code for code in codes if code)
    lines: list[dict[str, Any]] = [
        {
            "row": row["row"],
            "did": row["did"],
            "at": moment(row["at"]),
            "quantity": _plain(row["quantity"]),
            **{word: things.get(row[word]) for word in ("parent", "child", "party", "place")},
        }
        for row in good
    ]
    for number, _sheet, code, value in checked.bad.iter_rows():
        told = sentence(code, language.tag(), {"value": value or ""})
        lines.append({"row": number, "why": in_words(told.text, told.next)})
    return sorted(lines, key=lambda line: int(line["row"]))


def _job(number: int | None) -> jobs.JobView | None:
    return jobs.job_view(number) if number else None


def _told(job: jobs.JobView | None) -> Any:
    """Return why a job ended without a result, in words."""
    return sentence(job.reason, language.tag(), job.result) if job and job.reason else None


def _counts(job: jobs.JobView | None) -> list[tuple[str, int]]:
    if job is None or job.state != "done" or job.reason:
        return []
    names = OF_EVENTS if job.kind == bringing.LOAD_XML else COUNTED
    return [(name, int(str(job.result.get(name, 0)))) for name in names]


def _whys(job: jobs.JobView | None) -> list[tuple[str, int]]:
    """Return how often each reason stands, the most frequent first."""
    if job is None or job.state != "done":
        return []
    found = [
        (name.removeprefix("why:"), int(str(value)))
        for name, value in job.result.items()
        if name.startswith("why:")
    ]
    said = [(sentence(code, language.tag(), {"value": "…"}), count) for code, count in found]
    return sorted(((told.text, count) for told, count in said), key=lambda each: -each[1])


def _lines(row: Brought) -> Iterator[dict[str, Any]]:
    for sheet, number, code, facts in report.lines(row.report):
        told = sentence(code, language.tag(), dict(facts))
        words = in_words(told.text, told.next)
        yield {"sheet": sheet, "row": number, "text": facts.get("value", ""), "said": words}


def _bad(row: Brought) -> Iterator[tuple[object, ...]]:
    for sheet, number, code, facts in report.lines(row.report):
        told = sentence(code, language.tag(), dict(facts))
        yield sheet, number, facts.get("value", ""), code, told.text, told.next


def _plain(quantity: float | None) -> int | float | None:
    return int(quantity) if quantity is not None and quantity == int(quantity) else quantity
