"""A trace goes into a draft that is open: it adds, touches nothing, and never narrows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kaishu.claims.publication import publish_proposal
from kaishu.core.answer import Inspection, judge, tell
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import lot
from kaishu.editions import queries as editions
from kaishu.editions.drafting import actions as drafting
from kaishu.editions.drafting import judging, proposals, queries
from kaishu.editions.drafting.errors import DraftClosed, DraftMoved
from kaishu.editions.drafting.models import RecallDraft, Revision
from kaishu.supply.models import Network
from kaishu.supply.to_recall.actions import Wish, make_draft, plan
from kaishu.supply.to_recall.errors import (
    DraftUnreadable,
    FormatOfDraftMissing,
    NeverNarrows,
    NothingNew,
)
from kaishu.supply.to_recall.pools import Share
from kaishu.supply.to_recall.rules import Question
from tests.doors import kumo
from tests.support import trace_world as world

pytestmark = pytest.mark.django_db
OTHER = lot(world.CELL, "L76")
WISH = Wish(
    question=Question(network=world.SLUG, suspects=(world.SUSPECT,), graph="abc"),
    models=("K100",),
    slug=kumo.SLUG,
)


def into(draft: RecallDraft, *suspects: str, **more: object) -> Wish:
    asked = replace(WISH.question, suspects=suspects or WISH.question.suspects)
    return replace(WISH, question=asked, draft=draft.id, seen=draft.version, **more)


def data_of(draft: RecallDraft) -> dict[str, object]:
    return judging.data(queries.newest(queries.draft(draft.id)))


def test_a_second_lot_widens_the_draft_and_leaves_every_word_of_it(
    graph: Graph, network: Network, published: None
) -> None:
    draft = make_draft(graph=graph, network=network, wish=WISH, by="hana", at=world.AT)
    was = data_of(draft)
    wish = into(draft, OTHER)
    (part,) = plan(graph=graph, network=network, wish=wish, at=world.AT)
    assert (len(part.change.added), part.change.kept, part.change.removed) == (160, 42, ())
    same = make_draft(graph=graph, network=network, wish=wish, by="toma", at=world.AT)
    now = data_of(same)
    assert same.id == draft.id and RecallDraft.objects.count() == 1
    assert now["rules"][: len(was["rules"])] == was["rules"]
    (rule,) = now["rules"][len(was["rules"]) :]
    assert (rule["head"], rule["first"], rule["last"]) == (
        "AK", "20250301000001", "20250301000160",
    )  # fmt: skip
    assert {name: now[name] for name in ("texts", "remedies", "serials")} == {
        name: was[name] for name in ("texts", "remedies", "serials")
    }
    assert judging.judge(queries.newest(same)).errors == ()
    units = [
        {row["model"]: row["units"] for row in each["products"]}["K100"] for each in (was, now)
    ]
    assert units == [1040, 1200]


def test_the_same_trace_again_changes_nothing(
    graph: Graph, network: Network, published: None
) -> None:
    draft = make_draft(graph=graph, network=network, wish=WISH, by="hana", at=world.AT)
    later = replace(into(draft), question=replace(WISH.question, graph="a newer graph"))
    for wish in (into(draft), later):
        (part,) = plan(graph=graph, network=network, wish=wish, at=world.AT)
        assert (part.known, part.made.rules, part.change.added) == (2, (), ())
        again = make_draft(graph=graph, network=network, wish=wish, by="toma", at=world.AT)
        assert again.version == draft.version
    assert not Revision.objects.filter(by="toma").exists()


def test_of_two_managers_at_once_one_is_told_who_was_first(
    graph: Graph, network: Network, published: None
) -> None:
    draft = make_draft(graph=graph, network=network, wish=WISH, by="hana", at=world.AT)
    first, second = into(draft, OTHER), into(draft, lot(world.CELL, "L78"))
    make_draft(graph=graph, network=network, wish=first, by="toma", at=world.AT)
    was = data_of(draft)
    with pytest.raises(DraftMoved) as refused:
        make_draft(graph=graph, network=network, wish=second, by="hana", at=world.AT)
    assert refused.value.facts == {"by": "toma", "draft": kumo.SLUG}
    assert data_of(draft) == was


def test_a_draft_that_waits_or_would_be_narrowed_is_left_alone(
    graph: Graph, network: Network, published: None
) -> None:
    draft = make_draft(graph=graph, network=network, wish=WISH, by="hana", at=world.AT)
    with pytest.raises(NeverNarrows):
        make_draft(
            graph=graph, network=network, wish=into(draft, replaces=True), by="h", at=world.AT
        )
    proposals.propose_publication(draft_id=draft.id, seen=draft.version, by="hana", at=world.AT)
    with pytest.raises(DraftClosed):
        make_draft(graph=graph, network=network, wish=into(draft, OTHER), by="h", at=world.AT)
    assert queries.draft(draft.id).version == draft.version


def test_a_list_that_somebody_changed_by_hand_keeps_its_name_and_its_rows(
    graph: Graph, network: Network, published: None
) -> None:
    wish = replace(WISH, slug="", market="jp", models=("S900",))
    draft = make_draft(graph=graph, network=network, wish=wish, by="hana", at=world.AT)
    (name,) = [each for each in queries.newest(draft).files if each.startswith("serials/")]
    drafting.add_files(draft_id=draft.id, uploads={name: b"serial\nS90001\n"}, by="h", at=world.AT)
    draft = queries.draft(draft.id)
    wish = into(draft, models=("S900",))
    (part,) = plan(graph=graph, network=network, wish=wish, at=world.AT)
    assert (len(part.change.added), part.change.kept) == (9, 1)
    draft = make_draft(graph=graph, network=network, wish=wish, by="hana", at=world.AT)
    files = {each: kept["rows"] for each, kept in queries.newest(draft).files.items()}
    assert (files[name], files[name.replace(".csv", "-2.csv")]) == (1, 10)
    assert [row["file"] for row in data_of(draft)["rules"]] == [
        name, name.replace(".csv", "-2.csv"),
    ]  # fmt: skip


def test_a_new_recall_that_lacks_all_else_takes_a_second_model(
    graph: Graph, network: Network
) -> None:
    wish = replace(WISH, slug="", market="jp", models=("S900",))
    draft = make_draft(graph=graph, network=network, wish=wish, by="hana", at=world.AT)
    draft = make_draft(graph=graph, network=network, wish=into(draft), by="hana", at=world.AT)
    now = data_of(draft)
    assert [(row["model"], row["units"]) for row in now["products"]] == [("S900", 10), ("K100", 40)]
    assert now["recall"]["units"] == 50
    assert [row["product"] for row in now["rules"]] == ["S900", "K100", "K100"]
    assert Share("distributor", "unsold", "nagare") in {
        Share(row["pool"], row["account"], row.get("party", "")) for row in now["population"]
    }


def test_units_are_added_to_whatever_a_person_typed(graph: Graph, network: Network) -> None:
    draft = drafting.start_empty(market="jp", by="hana", at=world.AT)
    form = {"k": {"alphabet": "0123456789AK", "lengths": [16]}}
    product = {"model": "K100", "units": 5_000, "serial_format": "k"}
    for section, said in (
        ("formats", {"serials": form}),
        ("products", {"products": [product]}),
        ("rules", {"rules": [{"product": "K100", "kind": "range", "first": "AK", "last": ""}]}),
    ):
        seen = queries.draft(draft.id).version
        drafting.save_section(
            draft_id=draft.id, section=section, said=said, seen=seen, by="hana", at=world.AT
        )
    draft = queries.draft(draft.id)
    now = data_of(
        make_draft(graph=graph, network=network, wish=into(draft), by="hana", at=world.AT)
    )
    assert now["products"] == [{**product, "units": 5_040}]
    assert len(now["rules"]) == 3 and now["recall"]["units"] == 5_040


def test_what_cannot_be_joined_is_said(graph: Graph, network: Network, published: None) -> None:
    draft = drafting.start_empty(market="jp", by="hana", at=world.AT)
    product = {"model": "K100", "units": 1, "serial_format": "k"}
    drafting.save_section(
        draft_id=draft.id, section="products", said={"products": [product]}, seen=1, by="h",
        at=world.AT,
    )  # fmt: skip
    with pytest.raises(FormatOfDraftMissing):
        plan(graph=graph, network=network, wish=into(draft), at=world.AT)
    broken = drafting.start_upload(uploads={"recall.toml": b"[recall"}, by="hana", at=world.AT)
    with pytest.raises(DraftUnreadable):
        plan(graph=graph, network=network, wish=into(broken), at=world.AT)


def test_a_trace_that_is_published_already_makes_no_draft(
    graph: Graph, network: Network, published: None
) -> None:
    draft = make_draft(graph=graph, network=network, wish=WISH, by="hana", at=world.AT)
    asked = proposals.propose_publication(
        draft_id=draft.id, seen=draft.version, by="hana", at=world.AT
    )
    publish_proposal(
        proposal_id=asked.id, typed=kumo.SLUG, content=asked.content, by="ren", at=world.AT
    )
    with pytest.raises(NothingNew):
        make_draft(graph=graph, network=network, wish=WISH, by="hana", at=world.AT)
    assert RecallDraft.objects.count() == 1
    told = tell(
        editions.current_pack(kumo.SLUG),
        judge(editions.current_pack(kumo.SLUG), Inspection(model="K100", serial=world.serial(190))),
        "ja",
    )
    assert told.sentence.endswith("外から見分けられないため、対象としています。")
