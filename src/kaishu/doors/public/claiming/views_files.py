"""The pages that take photos. Every photo is kept at once; a refused one says exactly why.

The upload form may go to another process of this installation (base/uploads.py), so every POST is
answered with a redirect by path; why a file was refused travels in the address as a code.
"""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.base.clock import now
from kaishu.base.storage import evidence_store
from kaishu.base.uploads import upload_base
from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence
from kaishu.doors.public.claiming import frame, keep_files, path, store
from kaishu.doors.public.claiming.file_questions import FileQuestion
from kaishu.doors.public.claiming.keep_files import FileNotKept
from kaishu.doors.public.claiming.path import Step
from kaishu.doors.public.claiming.questions import Visit
from kaishu.doors.public.problems import Problem

MISSING = "missing"


def ask_files(request: HttpRequest, root: str, step: Step) -> HttpResponse:
    """Show the photos of one question, or do what was pressed."""
    if request.method == "POST":
        return _post(request, root, step)
    question = _question(step)
    problems = list(_problems(request.GET.get("error", ""), step))
    context = {
        "heading": question.heading(step.visit),
        "why": question.why(step.visit),
        "back": _back(request, root, step),
        "changing": "change" in request.GET,
        "action": f"{upload_base(request)}{request.path}",
        "position": step.visit.answers.position(step.visit.one)
        if len(step.visit.answers.units) > 1
        else 0,
        "how_many": len(step.visit.answers.units),
        "product": step.visit.product,
        "unit_id": step.visit.one.id,
        "limit": settings.KAISHU_UPLOAD_LIMIT,
        **question.more(step.visit),
    }
    # The reason stands in the address: a page that is only looked at.
    return frame.show(request, root, question.template, step.visit, context, problems, status=200)


@cache_control(no_store=True, private=True)
@require_safe
def kept_file(request: HttpRequest, tongue: str, token: str, unit: int, name: str) -> HttpResponse:
    """Show a photo of a draft: only under its own secret address, and only our own safe copy."""
    draft = store.find(token, at=now())
    of_unit = draft and draft.answers.unit(unit)
    file = keep_files.find(of_unit, name) if of_unit else None
    if file is None:
        raise Http404("no such photo")
    response = HttpResponse(evidence_store().get(file.name), content_type=file.media_type)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Content-Disposition"] = 'inline; filename="photo.jpg"'
    return response


def _post(request: HttpRequest, root: str, step: Step) -> HttpResponse:
    try:
        files = keep_files.uploads(request)
    except FileNotKept as refusal:
        return _again(root, step, error=refusal.code)
    changing = "change" in request.POST
    do, _, name = request.POST.get("do", "").partition("-")
    try:
        for upload in files:
            _keep(step, upload)
        if do in ("turn", "remove"):
            _rework(step, do, name)
    except Refusal as refusal:
        return _again(root, step, error=refusal.code, changing=changing)
    if files or do in ("turn", "remove"):
        return _again(root, step, changing=changing)
    return _continue(root, step, changing=changing, sending=do == "send")


def _keep(step: Step, upload: keep_files.Upload) -> None:
    file = keep_files.keep(upload, kind=_question(step).kind)
    unit_id = step.visit.one.id
    try:
        store.change(step.visit.draft, lambda a: keep_files.add(a, unit_id, file), at=now())
    except Refusal:
        evidence_store().delete(file.name)
        raise


def _rework(step: Step, do: str, name: str) -> None:
    old = keep_files.find(step.visit.one, name)
    if old is None:
        return
    new = keep_files.turned(old) if do == "turn" else None
    unit_id = step.visit.one.id
    draft = store.change(
        step.visit.draft, lambda a: keep_files.swap(a, unit_id, old.name, new), at=now()
    )
    if not draft.link:  # once it is sent, the file belongs to the claim
        evidence_store().delete(old.name)


def _continue(root: str, step: Step, *, changing: bool, sending: bool) -> HttpResponse:
    question, visit = _question(step), step.visit
    empty = not visit.one.of_kind(question.kind)
    if empty and (sending or question.must(visit)):
        return _again(root, step, error=MISSING, changing=changing)
    draft = store.change(visit.draft, lambda a: path.mark_done(a, step), at=now())
    if draft.link:
        return HttpResponseRedirect(f"{root}check/")
    newest = Visit(pack=visit.pack, draft=draft, at=visit.at)
    following = path.open_step(newest, None if changing else step)
    return HttpResponseRedirect(root + (following.address if following else "check/"))


def _again(root: str, step: Step, *, error: str = "", changing: bool = False) -> HttpResponse:
    words = [f"error={error}"] * bool(error) + ["change=1"] * changing
    query = f"?{'&'.join(words)}" if words else ""
    return HttpResponseRedirect(f"{root}{step.address}{query}")


def _problems(code: str, step: Step) -> list[Problem]:
    if code == MISSING and not step.visit.one.of_kind(_question(step).kind):
        return [Problem("id-camera", _question(step).missing(step.visit))]
    facts = keep_files.facts_of(code)
    if facts is None:
        return []
    said = sentence(code, language.tag(), facts)
    return [Problem("id-camera", said.text, said.next)]


def _back(request: HttpRequest, root: str, step: Step) -> str:
    if "change" in request.GET:
        return f"{root}check/"
    previous = path.before(step.visit, step)
    return root + previous.address if previous else ""


def _question(step: Step) -> FileQuestion:
    if not isinstance(step.question, FileQuestion):
        raise TypeError(step.question.name)
    return step.question
