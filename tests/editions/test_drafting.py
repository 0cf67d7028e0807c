"""A recall draft keeps everything that was typed, and two people are needed to publish it."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from kaishu.claims.publication import publish_proposal
from kaishu.editions.drafting import actions, errors, folders, judging, proposals, queries
from kaishu.editions.drafting.models import Proposal, RecallDraft, Revision
from kaishu.editions.models import Edition
from kaishu.editions.recall_file import load
from tests.editions.harness import Folder

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 9, 0, tzinfo=UTC)
SLUG = "lamp-jp-2026"


def uploads(folder: Folder) -> dict[str, bytes]:
    """Return the folder as a browser sends it."""
    files = [path for path in folder.path.rglob("*") if path.is_file()]
    return {path.name: path.read_bytes() for path in files}


def draft_of(folder: Folder, by: str = "hana") -> RecallDraft:
    return actions.start_upload(uploads=uploads(folder), by=by, at=AT)


def said(draft: RecallDraft, **changes: object) -> dict[str, object]:
    """Return the identity section with some fields said anew."""
    data = judging.data(queries.newest(draft))
    return {"recall": {**data["recall"], **changes}}


def test_an_uploaded_folder_is_judged_as_the_command_judges_it(folder: Folder) -> None:
    folder.change('phone = "0120-000-000"\n', "")
    newest = queries.newest(draft_of(folder))
    judged = judging.judge(newest)
    assert [each.problem for each in judged.found] == list(load(folder.path).problems)
    assert ("recall", "phone") in [each.path for each in judged.errors]
    assert judged.to_mend()["identity"] == 1


def test_a_zip_and_its_files_start_the_same_draft(folder: Folder) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for path in folder.path.rglob("*"):
            made.write(path, f"lamp/{path.relative_to(folder.path)}")
    zipped = actions.start_upload(uploads={"lamp.zip": packed.getvalue()}, by="hana", at=AT)
    one, other = queries.newest(zipped), queries.newest(draft_of(folder))
    assert judging.judge(one).content == judging.judge(other).content != ""
    assert folders.unpacked({"again.zip": folders.zipped(one)})[0] == one.text


@pytest.mark.parametrize("name", ["a.zip", "a.csv", "recall.txt"])
def test_what_is_no_recall_folder_starts_nothing(name: str) -> None:
    with pytest.raises(errors.FolderUnreadable):
        actions.start_upload(uploads={name: b"no"}, by="hana", at=AT)
    assert not RecallDraft.objects.exists()


def test_two_people_in_two_sections_both_keep_what_they_typed(folder: Folder) -> None:
    draft = draft_of(folder)
    seen = draft.version
    actions.save_section(
        draft_id=draft.id, section="identity", said=said(draft, brand="A"), seen=seen, by="a", at=AT
    )
    notice = {"notice": {"number": "77"}}
    actions.save_section(draft_id=draft.id, section="notice", said=notice, seen=seen, by="b", at=AT)
    data = judging.data(queries.newest(queries.draft(draft.id)))
    assert (data["recall"]["brand"], data["notice"]["number"]) == ("A", "77")


def test_two_people_in_one_section_get_a_clean_conflict(folder: Folder) -> None:
    draft = draft_of(folder)
    seen = draft.version
    first, second = said(draft, brand="A"), said(draft, brand="B")
    save = actions.save_section
    save(draft_id=draft.id, section="identity", said=first, seen=seen, by="a", at=AT)
    with pytest.raises(errors.ChangedMeanwhile) as refused:
        save(draft_id=draft.id, section="identity", said=second, seen=seen, by="b", at=AT)
    assert refused.value.facts["by"] == "a"
    now = queries.draft(draft.id)
    assert judging.data(queries.newest(now))["recall"]["brand"] == "A"
    save(draft_id=draft.id, section="identity", said=second, seen=now.version, by="b", at=AT)
    assert [row.by for row in queries.revisions(now)] == ["b", "a", "hana"]


def test_saving_the_same_again_makes_no_revision(folder: Folder) -> None:
    draft = draft_of(folder)
    same = said(draft)
    for _ in range(2):
        actions.save_section(
            draft_id=draft.id, section="identity", said=same, seen=1, by="a", at=AT
        )
    assert Revision.objects.filter(draft=draft).count() == 1


def test_a_number_that_is_none_stays_as_it_was_typed(folder: Folder) -> None:
    draft = draft_of(folder)
    actions.save_section(
        draft_id=draft.id,
        section="identity",
        said=said(draft, units="many"),
        seen=1,
        by="a",
        at=AT,
    )
    newest = queries.newest(queries.draft(draft.id))
    assert judging.data(newest)["recall"]["units"] == "many"
    found = [(each.path, each.problem.code) for each in judging.judge(newest).errors]
    assert (("recall", "units"), "key_type") in found


def test_a_draft_with_errors_is_not_handed_on(folder: Folder) -> None:
    folder.change('phone = "0120-000-000"\n', "")
    draft = draft_of(folder)
    with pytest.raises(errors.DraftHasErrors):
        proposals.propose_publication(draft_id=draft.id, seen=1, by="hana", at=AT)
    assert not Proposal.objects.exists()


def proposed(folder: Folder) -> Proposal:
    draft = draft_of(folder)
    return proposals.propose_publication(draft_id=draft.id, seen=draft.version, by="hana", at=AT)


def publish(
    proposal: Proposal, *, by: str = "ren", typed: str = SLUG, content: str = ""
) -> Edition:
    return publish_proposal(
        proposal_id=proposal.id,
        typed=typed,
        content=content or proposal.content,
        by=by,
        at=AT + timedelta(hours=1),
    )


def test_a_draft_that_waits_cannot_be_changed_until_it_is_taken_back(folder: Folder) -> None:
    proposal = proposed(folder)
    assert proposal.revision is not None
    draft = proposal.revision.draft
    save: dict[str, Any] = {
        "draft_id": draft.id,
        "section": "identity",
        "seen": 1,
        "by": "a",
        "at": AT,
    }
    with pytest.raises(errors.DraftClosed):
        actions.save_section(said=said(draft, brand="B"), **save)
    proposals.withdraw(proposal_id=proposal.id, by="ren", at=AT)
    actions.save_section(said=said(draft, brand="B"), **save)
    with pytest.raises(errors.ProposalSettled):
        publish(proposal)


def test_whoever_proposed_it_cannot_publish_it(folder: Folder) -> None:
    proposal = proposed(folder)
    with pytest.raises(errors.OwnProposal):
        publish(proposal, by="hana")
    assert not Edition.objects.exists()
    rows = Proposal.objects.filter(id=proposal.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(state="done", settled_by="hana", settled_at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(proposed_by="somebody")


@pytest.mark.parametrize(
    ("typed", "content", "refusal"),
    [("lamp", "", errors.SlugNotTyped), (SLUG, "0" * 64, errors.ContentMoved)],
)
def test_a_wrong_name_or_another_content_publishes_nothing(
    folder: Folder, typed: str, content: str, refusal: type[Exception]
) -> None:
    proposal = proposed(folder)
    with pytest.raises(refusal):
        publish(proposal, typed=typed, content=content)
    assert not Edition.objects.exists()


def test_a_second_proposal_for_the_same_recall_waits_for_the_first(folder: Folder) -> None:
    proposed(folder)
    with pytest.raises(errors.ProposalWaiting):
        proposed(folder)


def test_a_revision_never_changes(folder: Folder) -> None:
    draft = draft_of(folder)
    with pytest.raises(IntegrityError), transaction.atomic():
        Revision.objects.filter(draft=draft).update(text="")
