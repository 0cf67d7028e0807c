"""By telephone: two facts first, a code and a day of waiting before anything that money follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from kaishu.base.sealing import unseal
from kaishu.claims import access, erasure, notes, owner
from kaishu.claims.actions import submit_claim
from kaishu.claims.errors import CodeWrong
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.claims.hotline import caller, changes
from kaishu.claims.hotline.errors import (
    CallerLocked,
    CallerUnknown,
    CallerWrong,
    ChangeWaits,
    NothingWaits,
    OwnChange,
    SameCall,
)
from kaishu.claims.hotline.models import CallerCheck, ContactChange
from kaishu.claims.models import Claim
from kaishu.notices.models import CallBack, Message
from kaishu.notices.rendering import secrets_of
from kaishu.people import queries as people
from kaishu.people.contact import Contact
from tests.claims.world import SLUG, World

HANAKO = Contact(
    name="佐藤 花子",
    email="hanako@example.jp",
    phone="03-1234-5678",
    postcode="105-0001",
    region="東京都",
    city="港区",
    street="1-2-3",
)
RIGHT = {"phone": "＋８１ ３ 1234 ５６７８", "postcode": "1050001"}
MOVED = replace(HANAKO, postcode="150-0043", city="渋谷区", street="9-9")
NEW_MAIL = replace(HANAKO, email="new@example.jp")


def file(world: World, contact: Contact = HANAKO, *, door: str = "public", by: str = "o") -> str:
    """File a claim and return its case number."""
    facts = ClaimFacts(
        recall=SLUG,
        language="ja",
        contact=contact,
        units=(UnitFacts(model="M100", serial="SN0042", remedy="refund"),),
    )
    sent = submit_claim(facts=facts, key=f"{door}-{by}", door=door, by=by, at=world.now())
    return sent.case_no


def known(world: World, case_no: str, by: str = "mio") -> datetime:
    """Show that the caller is the owner; returns when."""
    at = world.now()
    caller.check_caller(case_no=case_no, said=RIGHT, by=by, at=at)
    return at


def mailed_code(template: str = "change_code") -> str:
    """Return the digits of the newest mail of a kind."""
    return secrets_of(Message.objects.filter(template=template).latest("id"))["code"]


def contact_of(case_no: str) -> Contact:
    """Return the details that hold now."""
    return people.contact(Claim.objects.get(case_no=case_no).person_id)


def change(
    case_no: str, contact: Contact, *, at: datetime, by: str = "mio", code: str = ""
) -> None:
    """Ask for a change by telephone."""
    changes.change_contact(
        case_no=case_no, contact=contact, code=code, by=by, at=at, key=f"{by}-{at}"
    )


def test_two_facts_that_agree_make_a_caller_known_for_one_call_of_one_operator(
    world: World,
) -> None:
    case_no = file(world)
    at = known(world, case_no)
    claim = Claim.objects.get()
    assert caller.is_known(claim=claim, by="mio", at=at)
    assert not caller.is_known(claim=claim, by="ken", at=at)
    assert not caller.is_known(claim=claim, by="mio", at=at + caller.A_CALL)
    row = CallerCheck.objects.get()
    assert (row.facts, row.passed, row.by) == ("phone,postcode", True, "mio")


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        ({"phone": "03-1234-5678"}, CallerUnknown),
        ({"phone": "03-1234-5678", "postcode": " "}, CallerUnknown),
        ({"serial": "0042", "order": "250"}, CallerUnknown),
        ({"phone": "03-1234-5678", "postcode": "105-0002"}, CallerWrong),
        ({"phone": "5678", "postcode": "105-0001"}, CallerWrong),
        ({"order": "", "serial": "0042", "name": "鈴木"}, CallerWrong),
    ],
)
def test_too_few_or_wrong_facts_are_refused(
    world: World, said: dict[str, str], refusal: type[Exception]
) -> None:
    case_no = file(world)
    with pytest.raises(refusal):
        caller.check_caller(case_no=case_no, said=said, by="mio", at=world.now())
    with pytest.raises(CallerUnknown):
        change(case_no, MOVED, at=world.now())
    assert contact_of(case_no) == HANAKO


def test_five_wrong_answers_close_the_questions_for_an_hour(world: World) -> None:
    case_no = file(world)
    for _ in range(5):
        with pytest.raises(CallerWrong):
            caller.check_caller(
                case_no=case_no, said={**RIGHT, "phone": "0000"}, by="mio", at=world.now()
            )
    at = world.now()
    with pytest.raises(CallerLocked):
        caller.check_caller(case_no=case_no, said=RIGHT, by="ken", at=at)
    caller.check_caller(case_no=case_no, said=RIGHT, by="ken", at=at + timedelta(hours=1))


def test_an_address_changes_at_once(world: World) -> None:
    case_no = file(world)
    at = known(world, case_no)
    change(case_no, MOVED, at=at)
    assert contact_of(case_no) == MOVED
    assert not ContactChange.objects.exists()


def test_without_an_old_mail_a_second_person_must_agree(world: World) -> None:
    case_no = file(world, replace(HANAKO, email=""))
    at = known(world, case_no)
    change(case_no, NEW_MAIL, at=at)
    call = CallBack.objects.get()
    assert (call.case_no, call.due_at) == (case_no, at + changes.HOLD)
    late = at + timedelta(days=3)
    assert changes.apply_due(at=late) == {"changes": 0}
    with pytest.raises(OwnChange):
        changes.agree(case_no=case_no, by="mio", at=late)
    assert contact_of(case_no).email == ""
    changes.agree(case_no=case_no, by="ken", at=late)
    with pytest.raises(NothingWaits):
        changes.agree(case_no=case_no, by="ken", at=late)
    assert changes.apply_due(at=late) == {"changes": 1}
    assert contact_of(case_no) == NEW_MAIL


def test_a_new_mail_needs_the_code_from_the_old_one_and_waits_a_day(world: World) -> None:
    case_no = file(world)
    at = known(world, case_no)
    assert access.send_change_code(case_no=case_no, at=at)
    code = mailed_code()
    with pytest.raises(CodeWrong):
        change(case_no, NEW_MAIL, at=at, code="000000" if code != "000000" else "111111")
    change(case_no, NEW_MAIL, at=at, code=code)
    assert contact_of(case_no) == HANAKO
    told = Message.objects.get(template="change_waits")
    assert told.person_id == Claim.objects.get().person_id
    due = at + timedelta(hours=24)
    assert changes.apply_due(at=due - timedelta(seconds=1)) == {"changes": 0}
    assert contact_of(case_no) == HANAKO
    assert changes.apply_due(at=due) == {"changes": 1}
    assert contact_of(case_no) == NEW_MAIL
    assert changes.apply_due(at=due) == {"changes": 0}
    row = ContactChange.objects.get()
    assert (row.outcome, row.sealed) == ("applied", None)


def test_the_code_for_a_change_does_not_open_the_claim(world: World) -> None:
    case_no = file(world)
    at = known(world, case_no)
    access.send_change_code(case_no=case_no, at=at)
    with pytest.raises(CodeWrong):
        access.enter(case_no=case_no, code=mailed_code(), opened_at=at, at=at)
    with pytest.raises(CodeWrong):
        change(case_no, NEW_MAIL, at=at, code=mailed_code("claim_received"))


def test_a_waiting_change_can_be_stopped_and_only_one_waits(world: World) -> None:
    case_no = file(world, replace(HANAKO, email=""))
    at = known(world, case_no)
    change(case_no, replace(NEW_MAIL), at=at)
    with pytest.raises(ChangeWaits):
        change(case_no, replace(HANAKO, email="x@example.jp"), at=at)
    changes.stop(case_no=case_no, by="ken", at=at)
    with pytest.raises(NothingWaits):
        changes.stop(case_no=case_no, by="ken", at=at)
    assert changes.apply_due(at=at + timedelta(days=2)) == {"changes": 0}
    assert contact_of(case_no).email == ""


def test_whoever_opened_the_claim_cannot_change_who_is_paid_in_that_call(world: World) -> None:
    case_no = file(world, replace(HANAKO, email=""), door="console", by="mio")
    at = known(world, case_no)
    with pytest.raises(SameCall):
        change(case_no, replace(HANAKO, email="", name="鈴木 一郎"), at=at)
    change(case_no, replace(MOVED, email=""), at=at)
    said = {**RIGHT, "postcode": MOVED.postcode}
    caller.check_caller(case_no=case_no, said=said, by="ken", at=world.now())
    change(case_no, replace(MOVED, email="", name="佐藤 はな"), at=world.now(), by="ken")
    assert contact_of(case_no) == replace(MOVED, email="")
    assert ContactChange.objects.get().fields == "name"


def test_an_erased_owner_leaves_no_waiting_change(world: World) -> None:
    case_no = file(world, replace(HANAKO, email=""))
    at = known(world, case_no)
    change(case_no, NEW_MAIL, at=at)
    erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    row = ContactChange.objects.get()
    assert (row.sealed, row.outcome) == (None, "stopped")
    assert changes.apply_due(at=at + timedelta(days=2)) == {"changes": 0}


def test_an_operator_answers_withdraws_and_notes_in_their_own_name(world: World) -> None:
    case_no = file(world)
    unit = Claim.objects.get().units.get()
    owner.withdraw(claim_unit_id=unit.id, at=world.now(), seen=None, by="mio")
    assert unit.decisions.get().by == "mio"
    notes.note_call(case_no=case_no, words="Calls back on Monday.", by="mio", at=world.now())
    kept = notes.read([unit.id])
    assert [(note.kind, note.words, note.by) for note in kept] == [
        ("call", "Calls back on Monday.", "mio")
    ]
    row = unit.notes.get()
    assert b"Monday" not in bytes(row.sealed or b"")
    assert unseal(bytes(row.sealed or b""), purpose=f"claims:note:{row.id}")
