"""Forgetting an owner: everything that names them goes, and the books do not move."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connections

from kaishu.base.sealing import seal
from kaishu.base.storage import FileGone, evidence_store
from kaishu.books.models import Entry
from kaishu.claims import erasure, owner, queries
from kaishu.claims.facts import EvidenceRef
from kaishu.claims.models import AccessCode, ClaimUnit, Evidence, EvidenceErased, Note
from kaishu.notices.models import Message
from kaishu.payouts import batches
from kaishu.people import queries as people
from kaishu.people.contact import Contact
from kaishu.people.errors import PersonForgotten
from kaishu.returns import actions as returns
from tests.claims.world import World
from tests.support.databases import together

SECRETS = ("Satomi Kuramochi", "sato@example.test", "0312345678", "Kanda 9-9-9", "I live alone")


def photo() -> EvidenceRef:
    """Store a file and return its reference."""
    data = b"a photo of a label"
    name = evidence_store().put(data)
    return EvidenceRef(
        kind="serial_photo", name=name, sha256="0" * 64, media_type="image/png", size=len(data)
    )


def filed(world: World, serial: str = "SN0001") -> str:
    """File a claim with everything in it that can name a person; returns its case number."""
    world.claim(serial, name=SECRETS[0], order_no="250-1", shop="a shop", evidence=(photo(),))
    case_no = world.unit(serial).claim.case_no
    AccessCode.objects.create(
        claim=world.unit(serial).claim, code_hash="0" * 64, made_at=world.now()
    )
    world.decide(serial, "asked", "serial_photo_unclear")
    unit = world.unit(serial)
    assert unit.newest_decision is not None
    owner.answer(
        claim_unit_id=unit.id, words=SECRETS[4], at=world.now(), seen=unit.newest_decision.number
    )
    owner.correct_contact(
        case_no=case_no,
        contact=Contact(
            name=SECRETS[0], email=SECRETS[1], phone=SECRETS[2], city="Kanda", street=SECRETS[3]
        ),
        at=world.now(),
        key="moved",
    )
    return case_no


def test_nothing_that_names_the_owner_is_left(world: World) -> None:
    case_no = filed(world)
    claim = world.unit("SN0001").claim
    done = erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    assert (done.claims, done.files, done.notes) == (1, 1, 1)
    with pytest.raises(PersonForgotten):
        people.contact(claim.person_id)
    row = Evidence.objects.get()
    with pytest.raises(FileGone):
        evidence_store().get(row.name)
    assert EvidenceErased.objects.get().why == erasure.OWNER_ASKED
    assert [note.sealed for note in Note.objects.all()] == [None]
    assert not AccessCode.objects.exists()
    unit = ClaimUnit.objects.get()
    assert (unit.order_no, unit.shop) == ("", "")
    assert queries.case(case_no).units[0].evidence[0].erased is True


def test_the_last_mail_goes_to_the_address_that_is_gone_and_every_other_is_emptied(
    world: World,
) -> None:
    case_no = filed(world)
    erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    kept = [row for row in Message.objects.all() if row.sealed or row.sealed_to]
    assert [row.template for row in kept] == ["data_erased"]
    assert kept[0].state == "queued"
    assert kept[0].person_id == ""


def test_an_owner_without_a_mail_address_gets_no_mail(world: World) -> None:
    case_no = filed(world)
    owner.correct_contact(case_no=case_no, contact=Contact(name="S"), at=world.now(), key="no-mail")
    erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    assert not Message.objects.filter(template="data_erased").exists()


def test_decisions_and_books_stay_as_they_were(world: World) -> None:
    case_no = filed(world)
    world.approve("SN0001")
    before = (world.books(), Entry.objects.count(), queries.case(case_no).units[0].decisions)
    erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    after = (world.books(), Entry.objects.count(), queries.case(case_no).units[0].decisions)
    assert before == after


def test_what_is_owed_stays_owed_and_cannot_be_sent_any_more(world: World) -> None:
    case_no = filed(world)
    world.approve("SN0001", remedy="credit")
    assert len(batches.due()) == 1
    erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    assert batches.due() == []
    books = world.books()
    with pytest.raises(PersonForgotten):
        returns.send_kit(
            claim_unit_id=world.unit("SN0001").id, tracking="T", by="mika", at=world.now(), key="k"
        )
    assert world.books() == books


def test_erasing_twice_is_the_same_as_once(world: World) -> None:
    case_no = filed(world)
    erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    again = erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    assert (again.files, again.notes, again.codes) == (0, 0, 0)
    assert Message.objects.filter(template="data_erased").count() == 1


def test_another_owner_keeps_everything_even_a_file_they_share(world: World) -> None:
    shared = photo()
    world.claim("SN0001", evidence=(shared,))
    world.claim("SN0002", evidence=(shared,))
    case_no = world.unit("SN0001").claim.case_no
    erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    other = world.unit("SN0002").claim
    assert people.contact(other.person_id).name == "Sato"
    assert evidence_store().get(shared.name) == b"a photo of a label"


def test_a_file_that_could_not_be_deleted_is_taken_by_a_later_sweep(world: World) -> None:
    from kaishu.claims import retention

    case_no = filed(world)
    erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    # A photo that was on its way in while its owner was being forgotten.
    late = photo()
    row = world.unit("SN0001")
    Evidence.objects.create(
        claim=row.claim,
        claim_unit=row,
        kind="other",
        name=late.name,
        sha256="1" * 64,
        media_type="image/png",
        size=1,
    )
    assert retention.sweep(at=world.now())["files"] == 1
    with pytest.raises(FileGone):
        evidence_store().get(late.name)


def test_no_byte_of_the_database_names_the_owner_before_or_after(real_world: World) -> None:
    if connections["default"].vendor != "sqlite":
        pytest.skip("reads the file of SQLite")
    case_no = filed(real_world)
    names = [text.encode() for text in SECRETS]
    seal(b"x", purpose="warm")

    def raw() -> bytes:
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(connections["default"].settings_dict["NAME"]).read_bytes()

    assert [name for name in names if name in raw()] == []
    erasure.erase_person(case_no=case_no, by="owner", at=real_world.now() + timedelta(minutes=1))
    assert [name for name in names if name in raw()] == []


def test_a_page_opened_before_the_erasure_brings_nothing_in_after_it(world: World) -> None:
    case_no = filed(world)
    unit = world.unit("SN0001")
    number = unit.newest_decision.number if unit.newest_decision else 0
    erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    acts = (
        lambda at: owner.answer(claim_unit_id=unit.id, words="I am Sato", at=at, seen=number),
        lambda at: owner.contest(claim_unit_id=unit.id, words="I am Sato", at=at, seen=number),
        lambda _: owner.add_evidence(claim_unit_id=unit.id, evidence=(photo(),)),
        lambda at: owner.report_danger(
            claim_unit_id=unit.id, condition="hot", words="I am Sato", at=at, key="d"
        ),
        lambda at: owner.correct_contact(
            case_no=case_no, contact=Contact(name="Sato"), at=at, key="c"
        ),
    )
    for act in acts:
        with pytest.raises(PersonForgotten):
            act(world.now())
    assert not Note.objects.filter(sealed__isnull=False).exists()
    assert Evidence.objects.filter(erased=None).count() == 0


def test_what_goes_to_an_address_given_up_is_emptied_too(world: World) -> None:
    case_no = world.claim("SN0001").case_no
    new = Contact(name="Sato", email="new@example.test")
    owner.correct_contact(case_no=case_no, contact=new, at=world.now(), key="k")
    assert Message.objects.filter(person_id="", sealed_to__isnull=False).exists()
    erasure.erase_person(case_no=case_no, by="owner", at=world.now())
    left = Message.objects.filter(sealed_to__isnull=False)
    assert [row.template for row in left] == ["data_erased"]


def test_an_erasure_beside_the_owners_own_acts_never_deadlocks_and_leaves_nothing(
    real_world: World,
) -> None:
    world = real_world
    for number in range(1, 9):
        serial = f"SN000{number}"
        case_no = world.claim(serial).case_no
        world.decide(serial, "asked", "serial_photo_unclear")
        unit, at = world.unit(serial), world.now()
        acts = [
            partial(
                owner.answer,
                claim_unit_id=unit.id,
                words="I am Sato",
                evidence=(photo(),),
                at=at,
                seen=1,
            ),
            partial(erasure.erase_person, case_no=case_no, by="owner", at=at),
            partial(
                owner.correct_contact,
                case_no=case_no,
                contact=Contact(name="Sato", email="new@example.test"),
                at=at,
                key="k",
            ),
            partial(owner.renew_link, case_no=case_no, at=at),
        ]
        done = together(acts)
        failed = [one for one in done if isinstance(one, Exception)]
        assert [one for one in failed if not isinstance(one, PersonForgotten)] == []
    connections.close_all()
    assert not Note.objects.filter(sealed__isnull=False).exists()
    assert not Evidence.objects.filter(erased=None).exists()
    left = Message.objects.exclude(sealed=None, sealed_to=None)
    assert {row.template for row in left} == {"data_erased"}
