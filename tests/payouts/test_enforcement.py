"""What the database refuses by itself, tried with plain SQL on both engines (docs/adr/0016)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

from kaishu.books import actions as books
from kaishu.books.values import Place, UnitMove
from kaishu.core.accounts import AT_LARGE, DECLARED
from kaishu.payouts import actions, pauses
from kaishu.payouts.models import Instruction, LeftUnits, Pause
from tests.claims.world import World
from tests.payouts.teller import approved_batch, make_due, rounds, transfers


def sql(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def copy_of(line: Instruction, **changes: object) -> str:
    """Return an INSERT that copies an instruction with some columns changed."""
    fields = {
        "key": "'forged'", "attempt": "attempt + 7", "promise_id": "promise_id + 1000", **changes
    }  # fmt: skip
    columns = [field.column for field in Instruction._meta.fields if field.column != "id"]
    chosen = ", ".join(str(fields.get(name, name)) for name in columns)
    return (
        f"INSERT INTO payouts_instruction ({', '.join(columns)})"
        f" SELECT {chosen} FROM payouts_instruction WHERE id = {line.id}"
    )


def test_nothing_leaves_before_a_second_person_agreed(world: World) -> None:
    make_due(world, "SN0001")
    actions.propose_batch(by="fumi", at=world.now())
    line = Instruction.objects.get()
    for statement in (
        "UPDATE payouts_instruction SET state = 'calling'",
        "UPDATE payouts_instruction SET state = 'sent'",
        "UPDATE payouts_instruction SET state = 'settled'",
        copy_of(line, state="'sent'"),
    ):
        with pytest.raises(IntegrityError, match="no second person"):
            sql(statement)
    line.refresh_from_db()
    assert (line.state, Instruction.objects.count()) == ("ready", 1)


@pytest.mark.parametrize(
    ("table", "insert", "second"),
    [
        (
            "payouts_fund",
            "INSERT INTO payouts_fund (recall_id, commodity, kind, quantity, document, maker,"
            " made_at, withdrawn_by) VALUES (1, 'JPY', 'received', 5, 'R', 'fumi', %s, '')",
            "UPDATE payouts_fund SET approver = maker, approved_at = made_at",
        ),
        (
            "payouts_payrule",
            "INSERT INTO payouts_payrule (recall_id, commodity, sample_permille, maker, made_at,"
            " withdrawn_by) VALUES (1, 'JPY', 5, 'fumi', %s, '')",
            "UPDATE payouts_payrule SET approver = maker, approved_at = made_at",
        ),
        (
            "payouts_pause",
            "INSERT INTO payouts_pause (recall_id, why, product, facts, note, begun_by, begun_at,"
            " resume_by, resume_reason) VALUES (1, 'by_hand', '', '{}', '', 'x', %s, 'fumi', 'r')",
            "UPDATE payouts_pause SET ended_by = resume_by, ended_at = begun_at",
        ),
    ],
)
def test_no_one_agrees_with_themselves(world: World, table: str, insert: str, second: str) -> None:
    sql(insert, world.now())
    with pytest.raises(IntegrityError):
        sql(second)
    with pytest.raises(IntegrityError):
        sql(second.replace("resume_by", "''").replace("= maker", "= ''"))


def test_what_was_agreed_to_stays_as_it_was(world: World) -> None:
    fund = actions.propose_fund(
        recall_id=world.recall_id, commodity="JPY", quantity=5, document="R", by="a", at=world.now()
    )
    actions.approve_fund(fund_id=fund.id, by="b", at=world.now())
    with pytest.raises(IntegrityError, match="fixed columns"):
        sql("UPDATE payouts_fund SET quantity = 5000000")


def test_one_remedy_a_claim_unit_whatever_the_code_does(world: World) -> None:
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)
    line = Instruction.objects.get()
    with pytest.raises(IntegrityError, match="second remedy"):
        sql(copy_of(line, state="'ready'", terms="'credit'", commodity="'coupon:JPY'"))
    sql(copy_of(line, state="'void'", terms="'credit'", sent_entry_id="NULL"))
    with pytest.raises(IntegrityError, match="second remedy"):
        sql("UPDATE payouts_instruction SET state = 'ready' WHERE key = 'forged'")
    # The audit would name the forged row; it is none of the world's.
    Instruction.objects.filter(key="forged").delete()


def test_parts_of_one_remedy_are_several_promises_of_one_unit(world: World) -> None:
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)
    line = Instruction.objects.get()
    sql(copy_of(line, state="'ready'"))
    sql("UPDATE payouts_instruction SET state = 'sent' WHERE key = 'forged'")
    assert LeftUnits.objects.get().units == 1
    sql("UPDATE payouts_instruction SET state = 'bounced' WHERE key = 'forged'")
    assert LeftUnits.objects.get().units == 1
    Instruction.objects.filter(key="forged").delete()


def test_one_unit_is_paid_to_one_claim(world: World) -> None:
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)
    line = Instruction.objects.get()
    assert line.unit_id is not None
    for change in ({"case_no": "'999999999999'"}, {"unit_no": "2"}):
        with pytest.raises(IntegrityError, match="another claim"):
            sql(copy_of(line, state="'ready'", **change))


def test_no_more_units_are_paid_for_than_were_made(world: World) -> None:
    make_due(world, "SN0001", "SN0002")
    approved_batch(world)
    _correct_population(world, to=1)
    assert actions.send_due(at=world.now()).paused == 1
    _go_on(world)
    tally = actions.send_due(at=world.now())
    assert (tally.sent, tally.paused, transfers()) == (1, 1, 1)
    assert LeftUnits.objects.get().units == 1
    assert "owed 3990" in world.books()
    pause = Pause.objects.get(why="paid_over_population")
    assert pause.facts == {"count": 2, "population": 1}
    assert actions.send_due(at=world.now()).sent == 0
    with pytest.raises(IntegrityError, match="past the population"):
        sql("UPDATE payouts_instruction SET state = 'sent' WHERE state = 'ready'")


def test_two_people_and_a_corrected_population_let_the_rest_go(world: World) -> None:
    make_due(world, "SN0001", "SN0002")
    approved_batch(world)
    _correct_population(world, to=1)
    rounds(world, 1)
    _go_on(world)
    rounds(world, 1)
    assert "owed 3990" in world.books()
    _correct_population(world, to=1000)
    _go_on(world)
    rounds(world, 1)
    assert "JPY: cost -7980  paid 7980" in world.books()


def test_more_claims_than_units_stop_the_money_and_nothing_else(world: World) -> None:
    make_due(world, "SN0001")
    approved_batch(world)
    _correct_population(world, to=3)
    for number in range(2, 5):
        world.claim(f"SN000{number}", key=f"bot {number}")
    assert actions.send_due(at=world.now()).paused == 1
    assert (transfers(), pauses.paused_recalls()) == (0, {world.recall_id})
    pause = Pause.objects.get()
    assert (pause.why, pause.facts) == ("claims_over_population", {"count": 4, "population": 3})
    world.claim("SN0009", key="still open")
    _go_on(world)
    rounds(world, 1)
    assert transfers() == 1
    world.claim("SN0010", key="one more")
    assert actions.send_due(at=world.now()).paused == 1


def test_claims_are_counted_anew_only_where_the_count_could_matter(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    count = pauses.claim_counts
    monkeypatch.setattr(pauses, "_seen", {})
    monkeypatch.setattr(pauses, "claim_counts", lambda: looks.append(1) or count())
    world.claim("SN0001")
    for _round in range(3):
        world.claim("SN0002", key=f"again {_round}")
        assert pauses.watch(at=world.now()) == 0
    assert len(looks) == 1
    _correct_population(world, to=3)
    assert pauses.watch(at=world.now()) == 1
    assert len(looks) == 2


def test_a_unit_that_comes_back_makes_room_again(world: World) -> None:
    make_due(world, "SN0001")
    approved_batch(world)
    rounds(world, 1)
    assert LeftUnits.objects.get().units == 1
    sql("UPDATE payouts_instruction SET state = 'returned'")
    assert LeftUnits.objects.get().units == 0
    sql("UPDATE payouts_instruction SET state = 'settled'")
    assert LeftUnits.objects.get().units == 1


def _go_on(world: World) -> None:
    for pause in pauses.open_pauses():
        actions.propose_resume(
            pause_id=pause.id, reason="recounted", ceiling=5, by="fumi", at=world.now()
        )
        actions.agree_resume(pause_id=pause.id, by="goro", at=world.now())


def _correct_population(world: World, *, to: int) -> None:
    declared = pauses.populations()[world.recall_id, "M100"]
    out, home = Place(AT_LARGE), Place(DECLARED)
    books.post(
        kind="population.corrected",
        moves=[
            UnitMove(
                product="M100",
                pool="consumer",
                quantity=abs(declared - to),
                source=out if declared > to else home,
                target=home if declared > to else out,
            )
        ],
        recall_id=world.recall_id,
        key=f"correct to {to}",
        door="cli",
        by="mika",
        at=world.now(),
    )
