"""What can go wrong with a recall draft or a proposal."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class DraftNotFound(Refusal):
    """There is no such draft."""

    code = "draft_not_found"


class DraftClosed(Refusal):
    """The draft waits for a second person, was published or was put away."""

    code = "draft_closed"


class ChangedMeanwhile(Refusal):
    """Somebody else saved the same section since this page was opened."""

    code = "draft_changed_meanwhile"


class DraftMoved(Refusal):
    """Somebody changed the draft since it was compared with what should go into it."""

    code = "draft_moved"


class FolderUnreadable(Refusal):
    """What was uploaded is no recall folder."""

    code = "draft_folder_unreadable"


class FileNameWrong(Refusal):
    """Only serial lists and drawings stand beside a recall file."""

    code = "draft_file_wrong"


class DraftHasErrors(Refusal):
    """A draft with errors cannot be handed to a second person."""

    code = "draft_has_errors"


class NothingChanged(Refusal):
    """The draft says what the published edition says already."""

    code = "draft_nothing_changed"


class EditionMoved(Refusal):
    """Another edition came out after this draft was copied."""

    code = "draft_edition_moved"


class ProposalWaiting(Refusal):
    """Another proposal for this recall waits already."""

    code = "proposal_waiting"


class ProposalNotFound(Refusal):
    """There is no such proposal."""

    code = "proposal_not_found"


class ProposalSettled(Refusal):
    """The proposal was carried out or withdrawn before."""

    code = "proposal_settled"


class OwnProposal(Refusal):
    """Whoever proposed it cannot carry it out."""

    code = "proposal_own"


class SlugNotTyped(Refusal):
    """The recall's name was not typed as it is."""

    code = "proposal_slug_not_typed"


class ContentMoved(Refusal):
    """What would be published is not what was reviewed."""

    code = "proposal_content_moved"


class ReasonMissing(Refusal):
    """A close or a reopening needs a reason and words."""

    code = "proposal_reason_missing"


class FileMissing(Refusal):
    """No file was chosen."""

    code = "draft_file_missing"


class FileTooBig(Refusal):
    """The file is larger than one upload may be."""

    code = "draft_file_too_big"
