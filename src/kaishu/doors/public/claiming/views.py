"""The pages of a claim on its way: one question each, every answer kept before the next page."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from kaishu.base import same_site
from kaishu.base.clock import now
from kaishu.doors.public import errors, site
from kaishu.doors.public.claiming import address_questions, frame, path, store, views_files
from kaishu.doors.public.claiming.answers import Answers, first_answers
from kaishu.doors.public.claiming.file_questions import FileQuestion
from kaishu.doors.public.claiming.path import Step
from kaishu.doors.public.claiming.questions import Visit
from kaishu.doors.public.claiming.start import as_query, known_units, open_answers

page = cache_control(no_store=True, private=True)


@page
@same_site.guarded
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, tongue: str, slug: str) -> HttpResponse:
    """Say what the claim needs; the button makes the draft and asks the first question."""
    pack = site.pack_of(slug)
    if request.method != "POST":
        known = list(as_query(known_units(pack.recall, request.GET)))
        return site.show(request, "public/claiming/start.html", pack.recall, {"known": known})
    answers = open_answers(first_answers(known_units(pack.recall, request.POST)))
    token = store.make(recall_slug=slug, answers=answers, at=now())
    return HttpResponseRedirect(f"{frame.base(tongue, token)}")


@page
@same_site.guarded
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, tongue: str, token: str) -> HttpResponse:
    """Go on where the answers stop: the address to keep."""
    visit = visit_of(token)
    if visit is None:
        return errors.no_such_draft(request)
    if visit.draft.link:
        return already_sent(request, tongue, visit)
    return _to(tongue, token, path.open_step(visit))


@page
@same_site.guarded
@require_http_methods(["GET", "HEAD", "POST"])
def ask(
    request: HttpRequest, tongue: str, token: str, question: str, unit: int = 0
) -> HttpResponse:
    """Ask one question; keep its answer; go on, or back to the answers where it was changed."""
    visit = visit_of(token)
    if visit is None:
        return errors.no_such_draft(request)
    if visit.draft.link:
        return already_sent(request, tongue, visit)
    step = path.find(visit, question, unit)
    if step is None:  # taken off, or no longer needed
        return _to(tongue, token, path.open_step(visit))
    root = frame.base(tongue, token)
    if isinstance(step.question, FileQuestion):
        return views_files.ask_files(request, root, step)
    if request.method != "POST":
        form = step.question.form(step.visit, None, step.visit.said)
        return frame.show_question(request, root, step, form, changing="change" in request.GET)
    return _answer(request, tongue, token, step)


def _answer(request: HttpRequest, tongue: str, token: str, step: Step) -> HttpResponse:
    """Judge what was sent, or do what a second button asks."""
    root, question, visit = frame.base(tongue, token), step.question, step.visit
    do, changing = request.POST.get("do", ""), "change" in request.POST
    if do == "language":
        form = question.form(visit, None, _as_typed(request.POST, step))
        return frame.show_question(request, root, step, form, changing=changing)
    if do == "elsewhere" and question.name == "address":
        store.change(visit.draft, lambda a: address_questions.elsewhere(a, visit), at=now())
        return HttpResponseRedirect(f"{root}{step.address}{'?change=1' if changing else ''}")
    if do.startswith("remove-") and question.name == "products":
        return _take_off(root, visit, do.removeprefix("remove-"))
    if do == "unknown" and question.unknown(visit):
        return go_on(tongue, token, step, None, changing=changing)
    form = question.form(visit, request.POST, visit.said)
    if not form.is_valid():
        return frame.show_question(request, root, step, form, form.problems(), changing=changing)
    return go_on(tongue, token, step, form.typed(), changing=changing)


def go_on(
    tongue: str, token: str, step: Step, typed: Mapping[str, str] | None, *, changing: bool
) -> HttpResponse:
    """Keep an answer (None = the person does not know) and send the browser to the next page."""

    def edit(answers: Answers) -> Answers:
        newest = step.visit.unit and answers.unit(step.visit.unit.id)
        if step.question.of_unit and newest is None:
            return answers  # taken off on another tab
        visit = step.visit.about(newest)
        if typed is None:
            kept = step.question.forget(answers, visit)
        else:
            kept = step.question.keep(answers, visit, typed)
        if len(kept.units) > len(answers.units):
            return kept  # "another product" asks this question again afterwards
        return path.mark_done(kept, step)

    draft = store.change(step.visit.draft, edit, at=now())
    visit = visit_of(token)
    if draft.link or visit is None:
        return HttpResponseRedirect(f"{frame.base(tongue, token)}check/")
    anywhere = changing or step.question.name == "products"  # a new product stands before it
    return _to(tongue, token, path.open_step(visit, None if anywhere else step))


def visit_of(token: str) -> Visit | None:
    """Open the draft of an address; None where there is none any more."""
    at = now()
    draft = store.find(token, at=at)
    return Visit(pack=site.pack_of(draft.recall_slug), draft=draft, at=at) if draft else None


def already_sent(request: HttpRequest, tongue: str, visit: Visit) -> HttpResponse:
    """Say that this claim was sent, with its page; nothing on a draft sends a second one."""
    context = {"sent": f"/{tongue}/c/{visit.draft.link}/"}
    return site.show(request, "public/already_sent.html", visit.recall, context)


def _to(tongue: str, token: str, step: Step | None) -> HttpResponse:
    return HttpResponseRedirect(frame.base(tongue, token) + (step.address if step else "check/"))


def _take_off(root: str, visit: Visit, unit_id: str) -> HttpResponse:
    if unit_id.isascii() and unit_id.isdigit() and len(unit_id) < 4:
        store.change(visit.draft, lambda a: a.without_unit(int(unit_id)), at=now())
    return HttpResponseRedirect(f"{root}products/")


def _as_typed(data: QueryDict, step: Step) -> Mapping[str, str]:
    names = step.question.form(step.visit, None, {}).fields
    return {name: data.get(name, "") for name in names}
