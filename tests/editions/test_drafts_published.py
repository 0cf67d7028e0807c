"""What a second person publishes is what was reviewed, with its books, and it answers at once."""

from __future__ import annotations

from typing import Any

import pytest

from kaishu.books.errors import TooLittle
from kaishu.books.models import Entry
from kaishu.books.queries import trial_balance
from kaishu.core import pack
from kaishu.editions import actions as editions
from kaishu.editions import queries as published
from kaishu.editions.drafting import actions, errors, judging, proposals, queries
from kaishu.editions.drafting.differences import differences
from kaishu.editions.errors import RecallStateClosedToThis
from kaishu.editions.models import Edition, Proposal, RecallState
from kaishu.editions.place import packs_folder
from kaishu.returns import actions as returns
from tests.editions.harness import Folder
from tests.editions.test_drafting import AT, SLUG, proposed, publish

pytestmark = pytest.mark.usefixtures("fresh_db")


def test_publishing_opens_the_books_and_answers_at_once(folder: Folder) -> None:
    proposal = proposed(folder)
    edition = publish(proposal)
    assert (edition.number, edition.content) == (1, proposal.content)
    assert published.current_pack(SLUG).ref.digest == edition.digest
    balance = trial_balance(recall_id=edition.recall_id)
    assert (balance.units_in("at_large"), balance.units_in("unsold")) == (980, 20)
    settled = queries.proposal(proposal.id)
    assert (settled.state, settled.settled_by, settled.edition_id) == ("done", "ren", edition.id)


def test_publishing_again_finishes_what_a_crash_left(folder: Folder) -> None:
    proposal = proposed(folder)
    edition = publish(proposal)
    (packs_folder() / "current" / f"{SLUG}.json").unlink()
    with pytest.raises(pack.PackMissing):
        published.current_pack(SLUG)
    assert publish(proposal) == edition
    assert published.current_pack(SLUG).ref.number == 1
    assert Edition.objects.count() == 1


def test_books_that_refuse_stop_the_edition(folder: Folder) -> None:
    edition = publish(proposed(folder))
    draft = actions.start_copy(slug=SLUG, by="hana", at=AT)
    data = judging.data(queries.newest(draft))
    rows = [data["population"][0], {**data["population"][1], "quantity": 5}]
    products = [{**data["products"][0], "units": 985}]
    _move_stock(edition)
    for section, said in (
        ("population", {"population": rows, "parties": data["parties"]}),
        ("products", {"products": products}),
        ("identity", {"recall": {**data["recall"], "units": 985}}),
    ):
        seen = queries.draft(draft.id).version
        actions.save_section(
            draft_id=draft.id, section=section, said=said, seen=seen, by="hana", at=AT
        )
    version = queries.draft(draft.id).version
    proposal = proposals.propose_publication(draft_id=draft.id, seen=version, by="hana", at=AT)
    before = Entry.objects.count()
    with pytest.raises(TooLittle):
        publish(proposal)
    assert (Edition.objects.count(), Entry.objects.count()) == (1, before)
    assert queries.proposal(proposal.id).state == "waiting"


def _move_stock(edition: Edition) -> None:
    returns.quarantine_stock(
        recall_id=edition.recall_id,
        product="L1",
        shop="shop",
        quantity=20,
        by="sora",
        at=AT,
        key="stock",
    )


def test_a_copy_differs_by_nothing_and_names_what_is_changed(folder: Folder) -> None:
    publish(proposed(folder))
    draft = actions.start_copy(slug=SLUG, by="hana", at=AT)
    found = differences(queries.newest(draft))
    assert found is not None
    assert not found.any
    with pytest.raises(errors.NothingChanged):
        proposals.propose_publication(draft_id=draft.id, seen=1, by="hana", at=AT)
    data = judging.data(queries.newest(draft))
    texts = {**data["texts"], "hazard": {**data["texts"]["hazard"], "en": "It burns."}}
    rules = [*data["rules"], {"product": "L1", "kind": "prefix", "prefix": "AF"}]
    for section, said in (("texts", {"texts": texts}), ("rules", {"rules": rules})):
        seen = queries.draft(draft.id).version
        actions.save_section(
            draft_id=draft.id, section=section, said=said, seen=seen, by="hana", at=AT
        )
    found = differences(queries.newest(queries.draft(draft.id)))
    assert found is not None
    assert found.rules_added == ["L1 · prefix · AF"]
    assert [(text.path, text.now) for text in found.texts] == [("hazard", {"en": "It burns."})]


def test_an_edition_that_came_from_the_command_line_can_be_copied(folder: Folder) -> None:
    loaded = folder.load()
    editions.publish(loaded=loaded, by="hana", at=AT)
    draft = actions.start_copy(slug=SLUG, by="hana", at=AT)
    found = differences(queries.newest(draft))
    assert found is not None
    assert not found.any


def test_a_draft_of_an_older_edition_is_not_published(folder: Folder) -> None:
    proposal = proposed(folder)
    editions.publish(loaded=folder.load(), by="cli", at=AT)
    with pytest.raises(errors.EditionMoved):
        publish(proposal)
    assert Edition.objects.count() == 1


def test_closing_and_reopening_need_a_reason_and_a_second_person(folder: Folder) -> None:
    publish(proposed(folder))
    ask: dict[str, Any] = {"slug": SLUG, "by": "hana", "at": AT}
    with pytest.raises(errors.ReasonMissing):
        proposals.propose_state(act="close", reason="target_reached", words="short", **ask)
    with pytest.raises(RecallStateClosedToThis):
        proposals.propose_state(act="reopen", reason="new_units", words="More units.", **ask)
    for act, reason, state in (
        ("close", "target_reached", RecallState.CLOSED),
        ("reopen", "new_units", RecallState.REOPENED),
    ):
        proposal = proposals.propose_state(act=act, reason=reason, words="As agreed today.", **ask)
        settle: dict[str, Any] = {"proposal_id": proposal.id, "typed": SLUG, "at": AT}
        with pytest.raises(errors.OwnProposal):
            proposals.settle_state(by="hana", **settle)
        proposals.settle_state(by="ren", **settle)
        row = published.recall_row(SLUG)
        assert (row.state, row.events.latest("id").reason) == (state, reason)
    assert Proposal.objects.filter(state="done").count() == 3
    assert published.current_pack(SLUG).ref.number == 1
