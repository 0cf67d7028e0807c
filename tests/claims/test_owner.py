"""What owners do to their own claim: each act once, on what they saw, with nothing lost."""

from __future__ import annotations

import pytest

from kaishu.base.sealing import unseal
from kaishu.books.models import Promise
from kaishu.claims import access, lookups, owner, queries
from kaishu.claims.errors import (
    ClaimIncomplete,
    ClaimNotFound,
    CodeWrong,
    DecisionConflict,
    DecisionNotOpen,
    NothingSaid,
    RemedyLeft,
    TooManyFiles,
)
from kaishu.claims.facts import EvidenceRef
from kaishu.claims.models import Claim, Decision, Evidence, Note
from kaishu.incidents.models import Incident
from kaishu.notices.models import CallBack, Message
from kaishu.notices.rendering import secrets_of
from kaishu.people import queries as people
from kaishu.people.contact import Contact
from tests.claims.test_decide import send
from tests.claims.world import World

CLAIMED = "declared -1000  unsold 100  at_large 899  owner 1"


def photo(digest: str = "a", kind: str = "serial_photo") -> EvidenceRef:
    """A stored file."""
    return EvidenceRef(
        kind=kind, name=f"file-{digest}", sha256=digest * 64, media_type="image/jpeg", size=10
    )


def words_of(note: Note) -> str:
    """Open what an owner wrote."""
    assert note.sealed is not None
    return unseal(bytes(note.sealed), purpose=f"claims:note:{note.id}").decode()


def templates() -> list[str]:
    """Name the messages in the outbox, the first one first."""
    return list(Message.objects.order_by("id").values_list("template", flat=True))


def test_an_answer_keeps_words_files_and_facts_and_reopens_the_review(world: World) -> None:
    world.claim("SN0001")
    world.decide("SN0001", "asked", "order_amount_needed")
    unit = world.unit("SN0001")
    owner.answer(
        claim_unit_id=unit.id,
        at=world.now(),
        seen=1,
        words="It was a gift from 𠮷田.",
        order_amount=3500,
        evidence=[photo()],
    )
    assert world.stage("SN0001") == "in_review"
    note = Note.objects.get()
    assert (note.kind, words_of(note)) == ("answer", "It was a gift from 𠮷田.")
    assert Evidence.objects.get().claim_unit_id == unit.id
    world.approve("SN0001")
    assert Promise.objects.get(role="remedy").quantity == 3500


def test_an_answer_sent_twice_is_one_answer(world: World) -> None:
    world.claim("SN0001")
    world.decide("SN0001", "asked", "proof_needed")
    unit = world.unit("SN0001")
    for _ in range(2):
        owner.answer(
            claim_unit_id=unit.id, at=world.now(), seen=1, words="Here", evidence=[photo()]
        )
    counts = (Decision.objects.count(), Note.objects.count(), Evidence.objects.count())
    assert counts == (2, 1, 1)


def test_an_empty_answer_is_refused_and_nothing_moves(world: World) -> None:
    world.claim("SN0001")
    world.decide("SN0001", "asked", "proof_needed")
    with pytest.raises(NothingSaid):
        owner.answer(claim_unit_id=world.unit("SN0001").id, at=world.now(), seen=1, words="  ")
    assert (Decision.objects.count(), world.books()) == (1, CLAIMED)


def test_an_answer_without_a_question_is_refused(world: World) -> None:
    world.claim("SN0001")
    with pytest.raises(DecisionNotOpen):
        owner.answer(claim_unit_id=world.unit("SN0001").id, at=world.now(), seen=None, words="Hi")
    assert Note.objects.count() == 0


def test_a_serial_read_later_is_kept_and_an_approval_binds_it(world: World) -> None:
    done = world.claim("")
    world.decide(done.case_no, "asked", "serial_needed")
    unit = world.unit(done.case_no)
    owner.answer(claim_unit_id=unit.id, at=world.now(), seen=1, serial="sn-0007")
    assert world.unit(done.case_no).serial == "SN0007"
    world.approve(done.case_no)
    assert world.books().startswith(CLAIMED)


def test_yesterdays_page_cannot_act_on_what_was_decided_this_morning(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    with pytest.raises(DecisionConflict):
        owner.withdraw(claim_unit_id=world.unit("SN0001").id, at=world.now(), seen=None)
    assert world.stage("SN0001") == "kit_due"


def test_the_remedy_changes_until_the_kit_leaves(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    unit = world.unit("SN0001")
    owner.change_remedy(claim_unit_id=unit.id, remedy="replacement", at=world.now(), seen=1)
    assert "sku:A1637: cost -1  owed 1" in world.books()
    view = queries.case(unit.claim.case_no).units[0]
    assert owner.may_change_remedy(view)
    send(world, "SN0001", "kit")
    assert not owner.may_change_remedy(queries.case(unit.claim.case_no).units[0])
    before = world.books()
    with pytest.raises(RemedyLeft):
        owner.change_remedy(claim_unit_id=unit.id, remedy="refund", at=world.now(), seen=2)
    assert world.books() == before


def test_withdrawing_waives_what_was_owed_and_the_owner_hears_of_it(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    owner.withdraw(claim_unit_id=world.unit("SN0001").id, at=world.now(), seen=1)
    assert world.books() == (
        f"{CLAIMED} | JPY: cost -3990  waived 3990 | kit:bag: cost -1  waived 1"
    )
    assert templates()[-1] == "claim_withdrawn"


@pytest.mark.parametrize("after", ["refused", "withdrawn"])
def test_a_refused_or_withdrawn_unit_is_taken_up_again_with_words_and_a_photo(
    world: World, after: str
) -> None:
    world.claim("SN0001")
    unit = world.unit("SN0001")
    if after == "refused":
        world.decide("SN0001", "refused", "proof_does_not_match")
    else:
        owner.withdraw(claim_unit_id=unit.id, at=world.now(), seen=None)
    for _ in range(2):
        owner.contest(
            claim_unit_id=unit.id, words="Look", evidence=[photo()], at=world.now(), seen=1
        )
    assert world.stage("SN0001") == "in_review"
    assert (Note.objects.count(), Evidence.objects.count()) == (1, 1)
    assert Note.objects.get().kind == "contest"


def test_the_same_file_twice_is_one_and_forty_are_enough(world: World) -> None:
    world.claim("SN0001")
    unit = world.unit("SN0001")
    add = {"claim_unit_id": unit.id}
    assert owner.add_evidence(evidence=[photo("a"), photo("b")], **add) == 2
    assert owner.add_evidence(evidence=[photo("a")], **add) == 0
    many = [photo(f"{number:02}") for number in range(39)]
    with pytest.raises(TooManyFiles):
        owner.add_evidence(evidence=many, **add)
    assert Evidence.objects.count() == 2


def test_danger_opens_an_incident_a_call_and_another_way_back(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    unit = world.unit("SN0001")
    for _ in range(2):
        owner.report_danger(claim_unit_id=unit.id, condition="swollen", at=world.now(), key="one")
    assert (Incident.objects.count(), CallBack.objects.count()) == (1, 1)
    assert world.unit("SN0001").condition == "swollen"
    assert world.books() == (
        f"{CLAIMED} | JPY: cost -3990  owed 3990 | kit:pickup: cost -1  owed 1"
    )


def test_a_dangerous_claim_opens_its_incident_and_never_promises_a_posted_bag(
    world: World,
) -> None:
    world.claim("SN0001", condition="hot")
    assert (Incident.objects.count(), CallBack.objects.count()) == (1, 1)
    world.approve("SN0001")
    assert world.books() == (
        f"{CLAIMED} | JPY: cost -3990  owed 3990 | kit:pickup: cost -1  owed 1"
    )


def test_an_owner_who_cannot_tell_is_called_and_nothing_has_happened(world: World) -> None:
    world.claim("SN0001", condition="unknown")
    call = CallBack.objects.get()
    assert (Incident.objects.count(), call.why) == (0, "danger")
    assert (call.due_at - call.opened_at).total_seconds() == 24 * 3600


def test_a_changed_mail_is_told_to_both_addresses(world: World) -> None:
    done = world.claim("SN0001")
    Claim.objects.update(mail_confirmed_at=world.now())
    new = Contact(name="Sato", email="new@example.test", phone="0312345678")
    for _ in range(2):
        owner.correct_contact(case_no=done.case_no, contact=new, at=world.now(), key="form-1")
    claim = lookups.claim(done.case_no)
    assert people.contact(claim.person_id) == new
    assert claim.mail_confirmed_at is None
    assert templates() == ["claim_received", "mail_changed", "mail_changed"]


def test_a_new_link_ends_the_old_one(world: World) -> None:
    done = world.claim("SN0001")
    fresh = owner.renew_link(case_no=done.case_no, at=world.now())
    assert fresh != done.token
    assert lookups.claim_by_token(fresh).case_no == done.case_no
    with pytest.raises(ClaimNotFound):
        lookups.claim_by_token(done.token)
    assert templates()[-1] == "link_again"


def test_a_code_from_the_old_mailbox_does_not_confirm_the_new_address(world: World) -> None:
    done = world.claim("SN0001")
    claim = lookups.claim(done.case_no)
    old = secrets_of(Message.objects.get(template="claim_received"))["code"]
    new = Contact(name="Sato", email="new@example.test", phone="0312345678")
    owner.correct_contact(case_no=done.case_no, contact=new, at=world.now(), key="form-1")
    with pytest.raises(CodeWrong):
        access.confirm_by_code(case_no=done.case_no, code=old, at=world.now())
    mails = Message.objects.filter(template="mail_changed").order_by("id")
    assert [(mail.person_id, sorted(secrets_of(mail))) for mail in mails] == [
        ("", []),
        (claim.person_id, ["code", "link"]),
    ]
    code = secrets_of(mails[1])["code"]
    access.confirm_by_code(case_no=done.case_no, code=code, at=world.now())
    assert lookups.claim(done.case_no).mail_confirmed_at is not None


def test_mail_that_waits_carries_the_new_link_once_the_old_one_is_dead(world: World) -> None:
    done = world.claim("SN0001")
    fresh = owner.renew_link(case_no=done.case_no, at=world.now())
    links = {secrets_of(mail)["link"] for mail in Message.objects.all()}
    assert links == {f"/ja/c/{fresh}/"}
    assert "code" in secrets_of(Message.objects.get(template="claim_received"))


def test_two_tabs_that_answer_differently_lose_no_word_and_no_file(world: World) -> None:
    world.claim("SN0001")
    world.decide("SN0001", "asked", "serial_photo_unclear")
    unit = world.unit("SN0001")
    for words, file in (("one", "a"), ("two", "b"), ("two", "b")):
        owner.answer(
            claim_unit_id=unit.id, at=world.now(), seen=1, words=words, evidence=[photo(file)]
        )
    assert [words_of(note) for note in Note.objects.order_by("id")] == ["one", "two"]
    assert Evidence.objects.count() == 2
    assert Decision.objects.count() == 2


def test_only_what_ended_can_be_contested(world: World) -> None:
    world.claim("SN0001")
    world.approve("SN0001")
    before = world.books()
    with pytest.raises(DecisionNotOpen):
        owner.contest(claim_unit_id=world.unit("SN0001").id, words="?", at=world.now(), seen=1)
    assert world.books() == before


def test_the_place_in_the_queue_counts_dangerous_and_older_claims(world: World) -> None:
    cases = [world.claim(f"SN000{number}").case_no for number in range(1, 4)]
    hot = world.claim("SN0009", condition="hot").case_no
    places = [owner.queue_place(case_no=each, unit_no=1) for each in (*cases, hot)]
    assert places == [1, 2, 3, 0]
    world.approve("SN0001")
    assert [owner.queue_place(case_no=each, unit_no=1) for each in cases] == [None, 1, 2]


def test_every_decision_is_told_once(world: World) -> None:
    world.claim("SN0001")
    world.decide("SN0001", "asked", "proof_needed")
    owner.answer(claim_unit_id=world.unit("SN0001").id, at=world.now(), seen=1, words="Here")
    world.approve("SN0001")
    assert templates() == ["claim_received", "question_asked", "claim_approved"]


def test_an_owner_without_mail_is_sent_nothing(world: World) -> None:
    facts = world.facts("SN0001")
    from dataclasses import replace

    from kaishu.claims import actions

    quiet = replace(facts, contact=Contact(name="Sato", phone="0312345678"))
    actions.submit_claim(facts=quiet, key="quiet", door="web", by="", at=world.now())
    assert templates() == []


def test_a_person_settles_a_condition_that_the_owner_could_not_tell(world: World) -> None:
    world.claim("SN0001", condition="unknown")
    world.approve("SN0001")
    assert world.books().endswith("kit:pickup: cost -1  owed 1")
    world.decide("SN0001", "condition_settled", "owner_told", condition="intact")
    assert world.unit("SN0001").condition == "intact"
    assert world.books().endswith("kit:bag: cost -1  owed 1")
    assert world.stage("SN0001") == "kit_due"
    assert templates() == ["claim_received", "claim_approved"]


def test_a_condition_that_is_no_word_is_refused_and_the_books_do_not_move(world: World) -> None:
    world.claim("SN0001", condition="unknown")
    world.approve("SN0001")
    before = world.books()
    for wrong in ("", "fine"):
        with pytest.raises(ClaimIncomplete):
            world.decide("SN0001", "condition_settled", "owner_told", condition=wrong)
    assert (world.books(), world.unit("SN0001").condition) == (before, "unknown")
