"""Submitting: a claim is always saved, once a form, and a unit has one holder."""

from __future__ import annotations

import pytest

from kaishu.claims import actions, queries
from kaishu.claims.errors import ClaimIncomplete, ClaimKeyReused, ClaimNotFound
from kaishu.claims.facts import ClaimFacts, EvidenceRef, UnitFacts
from kaishu.claims.models import Claim, ClaimUnit
from kaishu.people.models import Person
from tests.claims.world import START, World
from tests.support.databases import together

UNTOUCHED = "declared -1000  unsold 100  at_large 900"
ONE_OWNER = "declared -1000  unsold 100  at_large 899  owner 1"


def test_an_affected_unit_gets_its_owner(world: World) -> None:
    world.claim("SN0001")
    unit = world.unit("SN0001")
    assert (unit.verdict_answer, unit.verdict_reason) == ("affected", "in_range")
    assert (unit.contested, unit.holder_entry_id is not None) == (False, True)
    assert world.books() == ONE_OWNER
    assert world.stage("SN0001") == "in_review"


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"serial": ""}, "ask"),
        ({"serial": "SN1"}, "ask"),
        ({"serial": "SN5000"}, "not_affected"),
        ({"serial": "SN0001", "model": "X9"}, "no_such_model"),
        ({"serial": "L05", "model": "L100"}, "affected"),
        ({"serial": "SN5000", "remedy": "a castle"}, "not_affected"),
    ],
)
def test_whatever_the_verdict_the_claim_is_saved_and_nothing_moves_without_a_named_unit(
    world: World, facts: dict[str, str], answer: str
) -> None:
    world.claim(**facts)
    unit = ClaimUnit.objects.get()
    assert (unit.verdict_answer, unit.unit_id, unit.contested) == (answer, None, False)
    assert world.books() == UNTOUCHED


def test_the_second_claim_on_a_serial_is_saved_as_contested(world: World) -> None:
    world.claim("SN0001")
    second = world.claim("SN0001", name="Suzuki")
    assert world.unit(second.case_no).contested
    assert world.stage("SN0001") == "contested"
    assert world.books() == ONE_OWNER


def test_two_units_of_one_claim_with_one_serial_have_one_holder(world: World) -> None:
    unit = UnitFacts(model="M100", serial="SN0001")
    facts = world.facts("SN0001")
    facts = ClaimFacts(
        recall=facts.recall, language="ja", contact=facts.contact, units=(unit, unit)
    )
    actions.submit_claim(facts=facts, key="k", door="web", by="", at=START)
    assert [row.contested for row in ClaimUnit.objects.order_by("unit_no")] == [False, True]
    assert world.books() == ONE_OWNER


def test_the_same_form_twice_is_one_claim_with_the_same_link(world: World) -> None:
    first = world.claim("SN0001", key="form")
    again = world.claim("SN0001", key="form")
    assert (again.case_no, again.token, again.repeated) == (first.case_no, first.token, True)
    assert (Claim.objects.count(), Person.objects.count()) == (1, 1)
    assert world.books() == ONE_OWNER


def test_a_key_with_other_answers_is_refused_and_shows_nothing(world: World) -> None:
    first = world.claim("SN0001", key="form")
    with pytest.raises(ClaimKeyReused) as refused:
        world.claim("SN0002", key="form", name="Suzuki")
    assert first.case_no not in str(refused.value)
    assert refused.value.facts == {}
    assert world.books() == ONE_OWNER


def test_the_link_opens_its_claim_and_the_database_does_not_know_it(world: World) -> None:
    done = world.claim("SN0001")
    claim = queries.claim_by_token(done.token)
    assert claim.case_no == done.case_no
    assert done.token not in str(Claim.objects.values())
    with pytest.raises(ClaimNotFound):
        queries.claim_by_token(claim.token_hash)


def test_a_claim_keeps_its_evidence_as_it_came(world: World) -> None:
    photo = EvidenceRef(
        kind="serial_photo", name="ab" * 16, sha256="0" * 64, media_type="image/jpeg", size=9
    )
    done = world.claim("SN0001", evidence=(photo,))
    seen = queries.case(done.case_no).units[0].evidence
    assert [(item.kind, item.name, item.size) for item in seen] == [("serial_photo", "ab" * 16, 9)]


def test_only_what_cannot_be_stored_is_refused(world: World) -> None:
    with pytest.raises(ClaimIncomplete):
        world.claim("SN0001", order_amount=-1)
    assert (Claim.objects.count(), Person.objects.count()) == (0, 0)
    assert world.books() == UNTOUCHED


def test_fifty_people_claim_one_serial_at_once(real_world: World) -> None:
    def file(number: int) -> None:
        facts = real_world.facts("SN0001", name=f"owner {number}")
        actions.submit_claim(facts=facts, key=f"form {number}", door="web", by="", at=START)

    results = together([lambda number=number: file(number) for number in range(50)])
    assert results == [None] * 50
    assert Claim.objects.count() == 50
    assert ClaimUnit.objects.filter(contested=False).count() == 1
    assert ClaimUnit.objects.filter(contested=True).count() == 49
    assert real_world.books() == ONE_OWNER


def test_one_form_sent_twenty_times_at_once_is_one_claim(real_world: World) -> None:
    def file() -> str:
        facts = real_world.facts("SN0001")
        return actions.submit_claim(facts=facts, key="form", door="web", by="", at=START).token

    results = together([file] * 20)
    assert len(set(results)) == 1
    assert (Claim.objects.count(), Person.objects.count()) == (1, 1)
    assert real_world.books() == ONE_OWNER


def test_claims_over_the_same_units_in_another_order_do_not_wait_for_each_other(
    real_world: World,
) -> None:
    serials = [f"SN{number:04d}" for number in range(1, 9)]

    def file(number: int) -> None:
        order = serials if number % 2 else serials[::-1]
        plain = real_world.facts("SN0001", name=f"owner {number}")
        facts = ClaimFacts(
            recall=plain.recall,
            language="ja",
            contact=plain.contact,
            units=tuple(UnitFacts(model="M100", serial=serial) for serial in order),
        )
        actions.submit_claim(facts=facts, key=f"form {number}", door="web", by="", at=START)

    assert together([lambda number=number: file(number) for number in range(8)]) == [None] * 8
    assert ClaimUnit.objects.filter(contested=False).count() == 8
    assert real_world.books() == "declared -1000  unsold 100  at_large 892  owner 8"
