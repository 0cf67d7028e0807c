"""Read recall drafts, their revisions, and what waits for a second person."""

from __future__ import annotations

from kaishu.editions.drafting.errors import DraftNotFound, ProposalNotFound
from kaishu.editions.drafting.models import Proposal, ProposalState, RecallDraft, Revision


def draft(draft_id: int, *, lock: bool = False) -> RecallDraft:
    """Return a draft; raise DraftNotFound."""
    rows = RecallDraft.objects.select_for_update() if lock else RecallDraft.objects
    found = rows.filter(id=draft_id).first()
    if found is None:
        raise DraftNotFound(draft=draft_id)
    return found


def drafts() -> list[RecallDraft]:
    """Return the drafts on the desk, the newest first."""
    return list(RecallDraft.objects.filter(open=True).select_related("based_on"))


def revision(of: RecallDraft, number: int) -> Revision:
    """Return one revision of a draft; raise DraftNotFound."""
    found = Revision.objects.filter(draft=of, number=number).select_related("draft").first()
    if found is None:
        raise DraftNotFound(draft=f"{of.id}/{number}")
    return found


def newest(of: RecallDraft) -> Revision:
    """Return a draft as it is now."""
    return revision(of, of.version)


def revisions(of: RecallDraft) -> list[Revision]:
    """Return who saved what, the newest first, without the texts."""
    rows = Revision.objects.filter(draft=of).order_by("-number")
    return list(rows.defer("text", "files"))


def waiting_of(of: RecallDraft) -> Proposal | None:
    """Return the proposal to publish this draft that waits for a second person."""
    return Proposal.objects.filter(revision__draft=of, state=ProposalState.WAITING).first()


def proposal(proposal_id: int) -> Proposal:
    """Return a proposal with its revision and draft; raise ProposalNotFound."""
    rows = Proposal.objects.select_related("revision__draft", "edition")
    found = rows.filter(id=proposal_id).first()
    if found is None:
        raise ProposalNotFound(proposal=proposal_id)
    return found


def waiting(slug: str = "") -> list[Proposal]:
    """Return what waits for a second person, the oldest first; of one recall if it is named."""
    rows = Proposal.objects.filter(state=ProposalState.WAITING).select_related("revision")
    return list((rows.filter(slug=slug) if slug else rows).order_by("id"))


def proposals_of(slug: str) -> list[Proposal]:
    """Return every proposal of a recall, the newest first."""
    return list(Proposal.objects.filter(slug=slug).order_by("-id"))
