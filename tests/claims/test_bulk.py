"""One act on many claims: what was seen is what is done, once, by two people where it costs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from kaishu.base import jobs
from kaishu.base.jobs.run import run_due
from kaishu.claims.bulk import actions
from kaishu.claims.bulk.errors import (
    BulkActUnknown,
    BulkChanged,
    BulkDecided,
    BulkNothing,
    BulkNotRun,
    BulkNotTyped,
    BulkOwn,
    BulkTooMany,
)
from kaishu.claims.bulk.models import BulkAct
from kaishu.claims.bulk.plan import MOST
from kaishu.claims.kits import keep_condition
from kaishu.claims.models import ClaimUnit, Decision
from kaishu.claims.search import keep
from kaishu.config.jobs import KINDS
from tests.claims.world import World


def unit_ids() -> list[int]:
    return list(ClaimUnit.objects.order_by("id").values_list("id", flat=True))


def run() -> None:
    run_due(at=datetime.now(UTC), kinds=KINDS, seconds=60)


def propose(world: World, act: str = "approve", reason: str = "checked", **more: str) -> BulkAct:
    """Preview and confirm for every claim there is."""
    seen = actions.preview(unit_ids=unit_ids(), act=act, reason=reason, by="mika")
    said = {"shown": seen.digest, "typed": str(len(seen.done)), "key": "k"} | more
    return actions.propose(
        unit_ids=unit_ids(), act=act, reason=reason, by="mika", at=world.now(), **said
    )


def approve(world: World, made: BulkAct, by: str = "ren", **more: str) -> BulkAct:
    said = {"shown": made.digest, "typed": str(made.count)} | more
    return actions.approve(bulk_id=made.id, by=by, at=world.now(), **said)


def test_a_preview_counts_money_and_says_why_each_other_is_left_out(world: World) -> None:
    for number in (1, 2, 3, 4):
        world.claim(f"SN000{number}")
    world.claim("SN0005", condition="swollen")
    world.claim("SN0006", order_amount=None)
    world.claim("SN0007", remedy="")
    world.claim("", order_amount=100)
    world.claim("SN0001", key="other", name="Suzuki")
    world.approve("SN0004")
    seen = actions.preview(unit_ids=unit_ids(), act="approve", reason="checked", by="mika")
    assert [line.seen for line in seen.done] == [0, 0, 0]
    assert seen.totals == {"JPY": 3 * 3990, "kit:bag": 3}
    assert seen.left_out == {
        "bulk_contested": 1,
        "decision_not_open": 1,
        "bulk_dangerous": 1,
        "amount_missing": 1,
        "remedy_not_offered": 1,
        "bulk_verdict": 1,
    }
    assert Decision.objects.count() == 1


def test_money_waits_for_a_second_person_and_is_then_done_once(world: World) -> None:
    for number in (1, 2, 3):
        world.claim(f"SN000{number}")
    made = propose(world)
    assert (made.job_id, made.needs_second, made.totals["JPY"]) == (None, True, 11970)
    run()
    assert Decision.objects.count() == 0
    with pytest.raises(BulkOwn):
        approve(world, made, by="mika")
    started = approve(world, made)
    run()
    run()
    assert started.job_id is not None
    assert jobs.counts(started.job_id) == {"done": 3}
    assert "JPY: cost -11970  owed 11970" in world.books()
    assert {(row.by, row.reason) for row in Decision.objects.all()} == {("mika", "checked")}
    with pytest.raises(BulkDecided):
        approve(world, made, by="hana")


def test_what_promises_nothing_starts_when_it_is_confirmed(world: World) -> None:
    world.claim("SN0001")
    world.claim("SN0002")
    made = propose(world, "ask", "proof_needed")
    assert made.job_id is not None
    run()
    assert set(ClaimUnit.objects.values_list("standing", flat=True)) == {"asked"}
    assert world.books().startswith("declared")


def test_the_same_form_sent_twice_is_one_act(world: World) -> None:
    world.claim("SN0001")
    first = propose(world)
    again = actions.propose(
        unit_ids=unit_ids(),
        act="approve",
        reason="checked",
        shown=first.digest,
        typed="1",
        key="k",
        by="mika",
        at=world.now(),
    )
    assert again.id == first.id
    assert BulkAct.objects.count() == 1


def test_the_same_form_sent_twice_at_once_is_one_act(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.claim("SN0001")
    first, look = propose(world), actions._sent_before
    answers = iter([None])  # the other process had not committed yet
    monkeypatch.setattr(actions, "_sent_before", lambda *asked: next(answers, look(*asked)))
    assert propose(world).id == first.id
    assert BulkAct.objects.count() == 1


def test_a_claim_that_changed_since_the_preview_stops_the_act(world: World) -> None:
    world.claim("SN0001")
    seen = actions.preview(unit_ids=unit_ids(), act="approve", reason="checked", by="mika")
    world.decide("SN0001", "asked", "proof_needed")
    with pytest.raises(BulkChanged):
        propose(world, shown=seen.digest)
    assert BulkAct.objects.count() == 0


def test_a_claim_decided_after_the_approval_keeps_what_was_decided(world: World) -> None:
    world.claim("SN0001")
    world.claim("SN0002")
    started = approve(world, propose(world))
    world.decide("SN0002", "refused", "no_answer")
    run()
    assert started.job_id is not None
    assert jobs.counts(started.job_id) == {"done": 1, "refused:decision_conflict": 1}
    assert world.unit("SN0002").standing == "refused"


@pytest.mark.parametrize("typed", ["", "3", "two", "22"])
def test_the_number_must_be_typed_right(world: World, typed: str) -> None:
    world.claim("SN0001")
    world.claim("SN0002")
    with pytest.raises(BulkNotTyped):
        propose(world, typed=typed)
    made = propose(world, typed="２ 件")
    with pytest.raises(BulkNotTyped):
        approve(world, made, typed=typed)
    assert BulkAct.objects.get().job_id is None


def test_what_cannot_be_done_is_refused_before_anything_is_kept(world: World) -> None:
    world.claim("SN0001")
    for act, reason in (("approve", "goodwill"), ("burn", "checked"), ("", "")):
        with pytest.raises(BulkActUnknown):
            actions.preview(unit_ids=unit_ids(), act=act, reason=reason, by="mika")
    with pytest.raises(BulkTooMany):
        actions.preview(unit_ids=range(MOST + 1), act="approve", reason="checked", by="mika")
    world.approve("SN0001")
    with pytest.raises(BulkNothing):
        actions.preview(unit_ids=unit_ids(), act="approve", reason="checked", by="mika")


def test_withdrawn_is_over(world: World) -> None:
    world.claim("SN0001")
    made = propose(world)
    actions.withdraw(bulk_id=made.id, by="mika", at=world.now())
    for act in (
        lambda: approve(world, made),
        lambda: actions.withdraw(bulk_id=made.id, by="mika", at=world.now()),
    ):
        with pytest.raises(BulkDecided):
            act()
    with pytest.raises(BulkNotRun):
        actions.undo(bulk_id=made.id, typed=str(made.count), by="ren", at=world.now())
    run()
    assert Decision.objects.count() == 0


def test_undo_takes_back_what_has_not_left_and_names_the_rest(world: World) -> None:
    world.claim("SN0001", remedy="credit")
    world.claim("SN0002", remedy="credit")
    started = approve(world, propose(world))
    run()
    with pytest.raises(BulkOwn):
        actions.undo(bulk_id=started.id, typed=str(started.count), by="mika", at=world.now())
    undone = actions.undo(bulk_id=started.id, typed=str(started.count), by="ren", at=world.now())
    again = actions.undo(bulk_id=started.id, typed=str(started.count), by="ren", at=world.now())
    assert again.undo_job_id == undone.undo_job_id is not None
    run()
    assert jobs.counts(undone.undo_job_id) == {"done": 2}
    assert set(ClaimUnit.objects.values_list("standing", flat=True)) == {"open"}
    assert " owed" not in world.books()


def test_the_database_itself_wants_two_people_and_keeps_the_rows(world: World) -> None:
    world.claim("SN0001")
    made = propose(world)
    rows = BulkAct.objects.filter(id=made.id)
    for changes in (
        {"approver": "mika"},
        {"job_id": 7},
        {"rows": [[1, 0], [2, 0]]},
        {"totals": {"JPY": 1}},
        {"maker": "somebody"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**changes)


def test_a_claim_that_turned_dangerous_since_is_read_by_somebody(world: World) -> None:
    for number in (1, 2):
        world.claim(f"SN000{number}")
    started = approve(world, propose(world))
    with transaction.atomic():
        unit = world.unit("SN0002")
        keep_condition(unit, "swollen", key="told", by="owner", at=world.now())
    run()
    assert started.job_id is not None
    assert jobs.counts(started.job_id) == {"done": 1, "refused:bulk_changed": 1}
    assert world.unit("SN0002").standing == "open"


def test_undo_leaves_what_somebody_decided_since(world: World) -> None:
    world.claim("SN0001", remedy="credit")
    world.claim("SN0002", remedy="credit")
    started = approve(world, propose(world))
    run()
    world.decide("SN0002", "reopened", "our_mistake")
    world.decide("SN0002", "refused", "no_answer")
    undone = actions.undo(bulk_id=started.id, typed=str(started.count), by="ren", at=world.now())
    run()
    assert undone.undo_job_id is not None
    assert jobs.counts(undone.undo_job_id) == {"done": 1, "refused:decision_conflict": 1}
    assert world.unit("SN0002").standing == "refused"


def test_a_unit_that_proves_contested_in_the_act_is_kept_as_such(world: World) -> None:
    world.claim("SN0001")
    world.claim("SN0002")
    started = approve(world, propose(world))
    # Somebody reads the second photo: it shows the first claim's serial, so books and claim differ.
    ClaimUnit.objects.filter(serial="SN0002").update(
        serial="SN0001", unit_id=None, holder_entry_id=None
    )
    keep.renew(world.unit("SN0002").claim_id)
    run()
    assert started.job_id is not None
    assert jobs.counts(started.job_id) == {"done": 1, "refused:unit_contested": 1}
    assert ClaimUnit.objects.filter(contested=True).count() == 1
