"""What one manager asks and another carries out: publish, close, reopen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kaishu.base import clock, desk
from kaishu.base.desk import Problem, problem_of
from kaishu.base.fresh import fresh_sign_in
from kaishu.base.refusals import refusal_page
from kaishu.base.roles import WrongRole, staff
from kaishu.claims.publication import publish_proposal
from kaishu.core.errors import Refusal
from kaishu.core.pack import PackMissing
from kaishu.doors.console import frame
from kaishu.doors.console.recalls import views_draft
from kaishu.doors.console.recalls.opened import open_draft, show
from kaishu.editions import queries as editions
from kaishu.editions.drafting import judging, proposals, queries
from kaishu.editions.drafting.differences import differences
from kaishu.editions.drafting.errors import DraftNotFound, ProposalNotFound
from kaishu.editions.drafting.models import Act, Proposal, ProposalState
from kaishu.editions.errors import RecallUnknown
from kaishu.editions.models import RecallState


@staff(*frame.RECALLS)
@require_safe
def changes(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Say in words what publishing the draft would change."""
    try:
        opened = open_draft(draft_id)
    except DraftNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    context = {"heading": _("What changes"), "differs": differences(opened.revision)}
    return show(request, "console/recalls/changes.html", opened, context)


@staff(*frame.EDIT_RECALLS)
@require_POST
@desk.once
def submit(request: HttpRequest, draft_id: int) -> HttpResponse:
    """Hand the draft, as it was seen, to a second person."""
    seen = request.POST.get("seen", "")
    try:
        proposal = proposals.propose_publication(
            draft_id=draft_id,
            seen=int(seen) if seen.isdecimal() else 0,
            by=request.user.get_username(),
            at=clock.now(),
        )
    except DraftNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        problems = (problem_of(refusal),)
        return views_draft.show_first(request, open_draft(draft_id), problems=problems, status=409)
    desk.say_next(request, _("Sent. Another manager must publish it."))
    return HttpResponseRedirect(f"/staff/recalls/proposals/{proposal.id}/")


@staff(*frame.RECALLS)
@fresh_sign_in
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def proposal(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Show in words what a proposal does; the POST carries it out or takes it back."""
    try:
        found = queries.proposal(proposal_id)
    except ProposalNotFound as refusal:
        return refusal_page(request, refusal, status=404)
    if request.method != "POST":
        return _proposal(request, found)
    if not frame.may(request, frame.EDIT_RECALLS):
        return refusal_page(request, WrongRole(), status=403)
    try:
        said, href = _act(request, found)
    except Refusal as refusal:
        problems = [problem_of(refusal, "id-slug")]
        return _proposal(request, queries.proposal(proposal_id), problems=problems)
    desk.say_next(request, said)
    return HttpResponseRedirect(href)


def _act(request: HttpRequest, found: Proposal) -> tuple[str, str]:
    by, at = request.user.get_username(), clock.now()
    typed = request.POST.get("slug", "")
    if request.POST.get("do") == "withdraw":
        proposals.withdraw(proposal_id=found.id, by=by, at=at)
        back = f"drafts/{found.revision.draft_id}/" if found.revision else f"{found.slug}/"
        return _("Taken back. The draft can be changed again."), f"/staff/recalls/{back}"
    if found.act != Act.PUBLISH:
        proposals.settle_state(proposal_id=found.id, typed=typed, by=by, at=at)
        return _("Done."), f"/staff/recalls/{found.slug}/"
    edition = publish_proposal(
        proposal_id=found.id,
        typed=typed,
        content=request.POST.get("content", ""),
        by=by,
        at=at,
    )
    said = _("Edition %(number)d is published. Checks answer by it now.") % {
        "number": edition.number
    }
    return said, f"/staff/recalls/{found.slug}/"


def _proposal(
    request: HttpRequest, found: Proposal, *, problems: Sequence[Problem] = ()
) -> HttpResponse:
    me = request.user.get_username()
    revision = found.revision
    context: dict[str, Any] = {
        "proposal": found,
        "mine": found.proposed_by == me,
        "waits": found.state == ProposalState.WAITING,
        "acts": frame.may(request, frame.EDIT_RECALLS),
        "typed": request.POST.get("slug", ""),
    }
    if revision is not None:
        context |= {
            "draft": revision.draft,
            "differs": differences(revision) if found.state == ProposalState.WAITING else None,
            "judged": judging.judge(revision),
            "seen": revision.number,
        }
    status = 409 if problems else 200
    return frame.show(
        request, "console/recalls/proposal.html", context, problems=problems, status=status
    )


@staff(*frame.RECALLS)
@require_http_methods(["GET", "HEAD", "POST"])
@desk.once
def recall(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a recall's editions and life; the POST asks to close or reopen it, or lets it answer."""
    try:
        row = editions.recall_row(slug)
    except RecallUnknown as refusal:
        return refusal_page(request, refusal, status=404)
    problems: list[Problem] = []
    if request.method == "POST":
        if not frame.may(request, frame.EDIT_RECALLS):
            return refusal_page(request, WrongRole(), status=403)
        try:
            made = proposals.propose_state(
                slug=slug,
                act=proposals.act_of(request.POST.get("act", "")),
                reason=request.POST.get("reason", ""),
                words=request.POST.get("words", ""),
                by=request.user.get_username(),
                at=clock.now(),
            )
        except Refusal as refusal:
            problems = [problem_of(refusal, "id-reason")]
        else:
            desk.say_next(request, _("Sent. Another manager must confirm it."))
            return HttpResponseRedirect(f"/staff/recalls/proposals/{made.id}/")
    act = Act.REOPEN if row.state == RecallState.CLOSED else Act.CLOSE
    rows = editions.editions_of(slug)
    context = {
        "row": row,
        "title": frame.recall_name(slug),
        "editions": list(reversed(rows)),
        "answering": _answering(slug),
        "events": list(row.events.all()),
        "proposals": queries.proposals_of(slug),
        "act": act,
        "reasons": proposals.REASONS[act],
        "acts": frame.may(request, frame.EDIT_RECALLS) and bool(rows),
        "typed": {"reason": request.POST.get("reason", ""), "words": request.POST.get("words", "")},
    }
    status = 422 if problems else 200
    return frame.show(
        request, "console/recalls/recall.html", context, problems=problems, status=status
    )


def _answering(slug: str) -> int:
    """Return the number of the edition that checks answer by now; 0 for none."""
    try:
        return editions.current_pack(slug).ref.number
    except PackMissing:
        return 0
