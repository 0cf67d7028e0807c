"""Second opinions: drawn by a digest, judged blind by another person, settled by a third."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from kaishu.base.roles import Role
from kaishu.claims import owner
from kaishu.claims.bulk.models import BulkAct
from kaishu.claims.imports.plan import DOOR
from kaishu.claims.models import Decision, Evidence, SecondOpinion
from kaishu.claims.opinions import actions, queries
from kaishu.claims.opinions.errors import (
    OpinionNotYours,
    OpinionSettled,
    OpinionTaken,
    OpinionWithoutAnswer,
)
from kaishu.core.share import likely_range
from tests.doors import desk_world, kumo
from tests.doors.desk_world import START, DeskWorld, member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
LATER = START + timedelta(days=1)
DESK = "/staff/opinions/"


@pytest.fixture
def world(db: None, data_dir: Path, settings: Settings) -> DeskWorld:
    """Open a recall in which every first decision is drawn."""
    settings.KAISHU_SECOND_OPINIONS = 100
    return desk_world.open_world(data_dir)


def drawn(world: DeskWorld, name: str, *, serial: str = kumo.LISTED) -> SecondOpinion:
    """Let mika approve a claim, and return what was drawn."""
    world.claim(name, serial=serial)
    world.decide(name, by="mika")
    return SecondOpinion.objects.latest("id")


def answered(row: SecondOpinion, answer: str, reason: str, by: str = "jun") -> SecondOpinion:
    """Give the second opinion."""
    return actions.answer(opinion_id=row.id, answer=answer, reason=reason, by=by, at=LATER)


def settled(row: SecondOpinion, by: str = "hana") -> SecondOpinion:
    """Say that the second was right."""
    return actions.settle(opinion_id=row.id, outcome="second", by=by, at=LATER)


def test_only_the_first_judgement_by_a_person_is_drawn(world: DeskWorld) -> None:
    row = drawn(world, "one")
    assert (row.first, row.first_by, row.answer) == ("approved", "mika", "")
    world.decide("one", "reopened", "our_mistake", by="jun")
    world.decide("one", "refused", "proof_does_not_match", by="jun")
    world.claim("two", serial="AK20230001000043", model="K200", colour="grey")
    world.decide("two", "asked", "proof_needed")
    world.decide("two", "withdrawn", "owner_withdrew", by="owner")
    world.claim("three", serial=kumo.LISTED)  # the same unit again: contested
    world.decide("three", "refused", "contested_other_owner")
    world.claim("four", serial="AK20230001000050", door=DOOR)
    world.decide("four", by="hana")  # what another system approved
    assert [each.id for each in SecondOpinion.objects.all()] == [row.id]


def test_an_import_is_known_by_its_door() -> None:
    assert actions.IMPORTED == DOOR


def test_about_two_in_a_hundred_are_drawn_and_always_the_same(settings: Settings) -> None:
    from types import SimpleNamespace

    def takes(share: int) -> set[int]:
        settings.KAISHU_SECOND_OPINIONS = share
        units = (
            SimpleNamespace(recall_id=1, claim=SimpleNamespace(case_no=f"{each:012d}"), unit_no=1)
            for each in range(10_000)
        )
        first = Decision(number=1)
        return {each for each, unit in enumerate(units) if actions._is_drawn(unit, first)}  # type: ignore[arg-type]

    two = takes(2)
    assert 150 < len(two) < 250
    assert takes(2) == two < takes(20)
    assert takes(0) == set()


def test_nobody_judges_what_they_decided_and_the_database_refuses_it_too(
    world: DeskWorld,
) -> None:
    row = drawn(world, "one")
    assert not queries.waiting(by="mika").exists()
    with pytest.raises(OpinionNotYours):
        answered(row, "approved", "checked", by="mika")
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondOpinion.objects.filter(id=row.id).update(
            answer="approved", by="mika", answered_at=LATER
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondOpinion.objects.filter(id=row.id).update(first_by="jun")
    assert queries.waiting(by="jun").get() == row


def test_whoever_let_an_act_on_many_claims_go_through_judges_none_of_them(
    world: DeskWorld,
) -> None:
    row = drawn(world, "one")
    BulkAct.objects.create(
        key="many", act="approve", reason="checked", maker="mika", made_at=START, count=1,
        rows=[[row.claim_unit_id, 0]], digest="0" * 64, needs_second=True, approver="jun",
        approved_at=START, job_id=1,
    )  # fmt: skip
    assert not queries.waiting(by="jun").exists()
    with pytest.raises(OpinionNotYours):
        answered(row, "approved", "checked", by="jun")
    assert queries.waiting(by="rei").get() == row


def test_an_opinion_is_given_once_and_a_difference_settled_by_a_third(world: DeskWorld) -> None:
    row = drawn(world, "one")
    with pytest.raises(OpinionWithoutAnswer):
        answered(row, "refused", "checked")
    given = answered(row, "refused", "proof_does_not_match")
    assert answered(row, "refused", "proof_does_not_match") == given
    with pytest.raises(OpinionTaken):
        answered(row, "approved", "checked", by="rei")
    assert queries.differing().get() == row
    for own in ("mika", "jun"):
        with pytest.raises(OpinionNotYours):
            settled(row, by=own)
    assert settled(row).outcome == settled(row).outcome == "second"
    with pytest.raises(OpinionSettled):
        settled(row, by="toma")
    assert not queries.differing().exists()
    standing = world.unit("one").standing
    assert standing == "approved"  # an opinion changes no decision


def test_what_agrees_or_was_passed_is_no_difference(world: DeskWorld) -> None:
    same = answered(drawn(world, "one"), "approved", "goodwill")
    second = {"serial": "AK20230001000043"}
    passed = answered(drawn(world, "two", **second), "passed", "")
    assert not queries.differing().exists()
    assert [each.id for each in queries.given(recall_id=world.recall_id, as_of=LATER)] == [same.id]
    for row in (same, passed):
        with pytest.raises(OpinionSettled):
            settled(row)


def test_the_page_shows_neither_the_decision_nor_the_case(world: DeskWorld) -> None:
    row = drawn(world, "one")
    client = member("jun", Role.REVIEWER)
    home = parsed(client.get(DESK))
    assert find(home, "a.button")[0].get("href") == f"{DESK}{row.id}/"
    body = client.get(f"{DESK}{row.id}/").content.decode()
    page = text(parsed(client.get(f"{DESK}{row.id}/")).find(".//main"))
    assert kumo.LISTED in body
    assert "To review" in text(find(parsed(client.get(f"{DESK}{row.id}/")), "nav.queues")[0])
    for told in (world.cases["one"], "mika", "Approved", "佐藤", "owed"):
        assert told not in page
    assert world.cases["one"] not in body
    answer = client.post(f"{DESK}{row.id}/", {"choice": ""})
    assert answer.status_code == 422
    client.post(f"{DESK}{row.id}/", {"choice": "asked:proof_needed"})
    row.refresh_from_db()
    assert (row.answer, row.reason, row.by) == ("asked", "proof_needed", "jun")
    assert client.get(f"{DESK}{row.id}/").status_code == 409


def test_what_an_owner_sends_after_a_refusal_tells_the_second_reviewer_nothing(
    world: DeskWorld,
) -> None:
    world.claim("one", serial=kumo.LISTED, evidence=(desk_world.photo(),))
    world.decide("one", "refused", "proof_does_not_match", by="mika")
    row, unit = SecondOpinion.objects.get(), world.unit("one")
    late = replace(desk_world.photo(), sha256="1" * 64)
    owner.contest(claim_unit_id=unit.id, words="", at=LATER, seen=1, evidence=(late,))
    first, second = Evidence.objects.order_by("id")
    body = member("jun", Role.REVIEWER).get(f"{DESK}{row.id}/").content.decode()
    assert f"/staff/evidence/{first.id}/" in body
    assert f"/staff/evidence/{second.id}/" not in body
    with pytest.raises(IntegrityError), transaction.atomic():
        SecondOpinion.objects.filter(id=row.id).update(newest_file=second.id)


def test_a_difference_is_a_line_on_the_managers_desk_until_it_is_settled(
    world: DeskWorld,
) -> None:
    row = answered(drawn(world, "one"), "refused", "proof_does_not_match")
    manager, reviewer = member("hana", Role.MANAGER), member("rei-2", Role.REVIEWER)
    assert "Two differ" in text(parsed(manager.get(DESK)).find(".//nav"))
    assert world.cases["one"] not in reviewer.get(DESK).content.decode()
    assert reviewer.post(f"{DESK}{row.id}/settle/", {"outcome": "both"}).status_code == 403
    manager.post(f"{DESK}{row.id}/settle/", {"outcome": "both"})
    row.refresh_from_db()
    assert (row.outcome, row.settled_by) == ("both", "hana")
    assert "Two differ" not in text(parsed(manager.get(DESK)).find(".//nav"))


def test_the_dashboard_says_how_often_they_agree_and_how_sure_that_is(world: DeskWorld) -> None:
    answered(drawn(world, "one"), "approved", "checked")
    answered(drawn(world, "two", serial="AK20230001000043"), "asked", "proof_needed")
    client = member("rei-g", Role.REGULATOR)
    board = f"/staff/recalls/{kumo.SLUG}/dashboard/"
    shown = text(parsed(client.get(board)))
    assert "Same answer: 50.0 %. By chance alone it could lie between 9 % and 91 %." in shown
    assert "No decision was judged by a second person yet." in shown  # these are counted apart
    page = parsed(client.get(f"{board}second-opinions/"))
    assert text(find(page, ".says")[0]) == "2"
    rows = find(page, "table.rows tbody tr")
    assert sorted(text(find(row, "td")[4]) for row in rows) == ["No", "Yes"]


def test_the_interval_is_wilsons() -> None:
    assert likely_range(0, 0) == (0.0, 1.0)
    assert likely_range(18, 18) == (pytest.approx(0.8241, abs=1e-4), 1.0)
    assert likely_range(17, 18) == pytest.approx((0.7424, 0.9901), abs=1e-4)
    assert likely_range(0, 3) == (0.0, pytest.approx(0.5615, abs=1e-4))
