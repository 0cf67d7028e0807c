"""Ask for a publication, a close or a reopening; a second person carries it out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import IntegrityError, transaction

from kaishu.editions import actions as editions
from kaishu.editions.drafting import judging, queries
from kaishu.editions.drafting.errors import (
    ContentMoved,
    DraftClosed,
    DraftHasErrors,
    EditionMoved,
    NothingChanged,
    OwnProposal,
    ProposalSettled,
    ProposalWaiting,
    ReasonMissing,
    SlugNotTyped,
)
from kaishu.editions.drafting.models import Act, Proposal, ProposalState, RecallDraft
from kaishu.editions.errors import RecallStateClosedToThis
from kaishu.editions.figures import content_digest
from kaishu.editions.models import Edition, RecallState
from kaishu.editions.queries import current_edition, recall_row
from kaishu.editions.recall_file import Loaded

CLOSE_REASONS = ("target_reached", "authority_agreed", "merged", "published_in_error")
REOPEN_REASONS = ("new_units", "new_incidents", "authority_asked", "closed_in_error")
REASONS = {Act.CLOSE: CLOSE_REASONS, Act.REOPEN: REOPEN_REASONS}
FITTING = {
    Act.CLOSE: (RecallState.PUBLISHED, RecallState.REOPENED),
    Act.REOPEN: (RecallState.CLOSED,),
}
SHORTEST_WORDS = 10
Within = Callable[[Edition, Loaded], None]


def propose_publication(*, draft_id: int, seen: int, by: str, at: datetime) -> Proposal:
    """Hand a draft to a second person, as it was seen: its content is pinned by digest.

    Raises DraftClosed where it waits already, DraftHasErrors, NothingChanged, EditionMoved,
    ContentMoved where somebody saved since, and ProposalWaiting.
    """
    with transaction.atomic():
        draft = queries.draft(draft_id, lock=True)
        if not draft.open or queries.waiting_of(draft) is not None:
            raise DraftClosed(draft=draft.slug or str(draft.id))
        if draft.version != seen:
            raise ContentMoved(recall=draft.slug)
        revision = queries.newest(draft)
        judged = judging.judge(revision)
        if judged.errors or not judged.content:
            raise DraftHasErrors(count=len(judged.errors))
        _refuse_stale(draft, judged.content)
        return _propose(
            Proposal(
                act=Act.PUBLISH,
                slug=draft.slug,
                revision=revision,
                content=judged.content,
                proposed_by=by,
                proposed_at=at,
            )
        )


def propose_state(
    *, slug: str, act: str, reason: str, words: str, by: str, at: datetime
) -> Proposal:
    """Ask to close or reopen a recall. Raises ReasonMissing or RecallStateClosedToThis."""
    wanted = Act(act)
    if reason not in REASONS[wanted] or len(words.strip()) < SHORTEST_WORDS:
        raise ReasonMissing(shortest=SHORTEST_WORDS)
    with transaction.atomic():
        row = recall_row(slug)
        if row.state not in FITTING[wanted]:
            raise RecallStateClosedToThis(recall=slug, state=row.state)
        return _propose(
            Proposal(
                act=wanted,
                slug=slug,
                reason=reason,
                words=words.strip(),
                proposed_by=by,
                proposed_at=at,
            )
        )


def withdraw(*, proposal_id: int, by: str, at: datetime) -> Proposal:
    """Take a proposal back, or send it back: its draft can be changed again."""
    _settle(proposal_id, ProposalState.WITHDRAWN, by=by, at=at)
    return queries.proposal(proposal_id)


def publish_proposed(
    *, proposal_id: int, typed: str, content: str, by: str, at: datetime, within: Within
) -> Edition:
    """Publish what a proposal pinned, as another person than proposed it.

    `typed` is the recall's name as the publisher wrote it, `content` the digest on the page they
    read. `within` runs in the transaction of the edition's row: what must be true together with it
    (the books open) fails together with it. Doing it again finishes what a crash left open. Raises
    OwnProposal, SlugNotTyped, ContentMoved, EditionMoved, ProposalSettled and what `publish`
    raises.
    """
    proposal = queries.proposal(proposal_id)
    revision = proposal.revision
    if proposal.act != Act.PUBLISH or revision is None:
        raise ProposalSettled(recall=proposal.slug)
    if proposal.edition is not None and proposal.settled_by == by:
        editions.let_answer(edition=proposal.edition)
        return proposal.edition
    _refuse_hand(proposal, typed=typed, by=by)
    loaded = judging.load(revision)
    if content != proposal.content or content_digest(loaded) != proposal.content:
        raise ContentMoved(recall=proposal.slug)
    _refuse_stale(revision.draft, proposal.content)

    def settle(edition: Edition) -> None:
        _settle(proposal.id, ProposalState.DONE, by=by, at=at, edition=edition)
        RecallDraft.objects.filter(id=revision.draft_id).update(open=False)
        within(edition, loaded)

    return editions.publish(loaded=loaded, by=by, at=at, within=settle)


def settle_state(*, proposal_id: int, typed: str, by: str, at: datetime) -> Proposal:
    """Close or reopen a recall as proposed, as another person than proposed it."""
    proposal = queries.proposal(proposal_id)
    if proposal.act == Act.PUBLISH:
        raise ProposalSettled(recall=proposal.slug)
    _refuse_hand(proposal, typed=typed, by=by)
    change = editions.close if proposal.act == Act.CLOSE else editions.reopen
    with transaction.atomic():
        _settle(proposal.id, ProposalState.DONE, by=by, at=at)
        change(slug=proposal.slug, reason=proposal.reason, by=by, at=at)
    return queries.proposal(proposal_id)


def _refuse_hand(proposal: Proposal, *, typed: str, by: str) -> None:
    if proposal.state != ProposalState.WAITING:
        raise ProposalSettled(recall=proposal.slug)
    if proposal.proposed_by == by:
        raise OwnProposal(recall=proposal.slug)
    if typed.strip() != proposal.slug:
        raise SlugNotTyped(recall=proposal.slug)


def _refuse_stale(draft: RecallDraft, content: str) -> None:
    newest = current_edition(draft.slug)
    if (newest.id if newest else None) != draft.based_on_id:
        raise EditionMoved(recall=draft.slug, number=newest.number if newest else 0)
    if newest is not None and newest.content == content:
        raise NothingChanged(recall=draft.slug, number=newest.number)


def _propose(proposal: Proposal) -> Proposal:
    try:
        with transaction.atomic():
            proposal.save()
    except IntegrityError:
        raise ProposalWaiting(recall=proposal.slug) from None
    return proposal


def _settle(
    proposal_id: int,
    state: ProposalState,
    *,
    by: str,
    at: datetime,
    edition: Edition | None = None,
) -> None:
    """waiting -> done | withdrawn, once."""
    rows = Proposal.objects.filter(id=proposal_id, state=ProposalState.WAITING)
    if not rows.update(state=state, settled_by=by, settled_at=at, edition=edition):
        raise ProposalSettled(recall=queries.proposal(proposal_id).slug)


def act_of(said: str) -> Act:
    """Return the change of state that a form names; anything else asks for a reason again."""
    if said not in (Act.CLOSE, Act.REOPEN):
        raise ReasonMissing(shortest=SHORTEST_WORDS)
    return Act(said)
