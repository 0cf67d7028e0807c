"""A person's details are sealed, hidden, logged when shown, and can be forgotten."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from kaishu.base.sealing import CannotOpen
from kaishu.people import actions, queries
from kaishu.people.contact import Contact, mask
from kaishu.people.errors import NoSuchPerson, PersonForgotten, ReasonMissing
from kaishu.people.models import Consent, Person, RevealLog

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SATO = Contact(
    name="佐藤 花子",
    email="hanako.sato@denshi.jp",
    phone="090-1234-5678",
    postcode="150-0001",
    address="東京都渋谷区神宮前1-2-3",
)
NAMES = [
    "𠮷田 太郎",  # a character outside the basic plane
    "䶮 欣欣",  # extension A, in force in Chinese registers
    "阿卜杜拉·买买提",  # U+00B7
    "葛\U000e0100城 一",  # an ideographic variation sequence
    "神谷",  # U+FA19, which NFC would change
    "O’Brien-Ñandú",
    "が",  # decomposed kana stays decomposed
    "很" * 200,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_comes_back_exactly_as_it_was_typed(db: None, name: str) -> None:
    person_id = actions.register(contact=Contact(name=name), language="ja", at=AT)
    assert queries.contact(person_id) == Contact(name=name)


def test_the_details_are_nowhere_in_the_database_file(fresh_db: str) -> None:
    person_id = actions.register(contact=SATO, language="ja", at=AT)
    actions.reveal(person_id=person_id, by="operator-1", why="call_back", at=AT)
    dump = _every_byte(fresh_db)
    assert person_id.encode() in dump
    for value in ("佐藤", "花子", "hanako", "denshi", "1234-5678", "150-0001", "渋谷"):
        assert value.encode() not in dump
        assert value.encode().hex().encode() not in dump


def _every_byte(name: str) -> bytes:
    if connection.vendor == "sqlite":
        with sqlite3.connect(name) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return Path(name).read_bytes()
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_person::text FROM people_person")
        rows = [row[0] for row in cursor.fetchall()]
        cursor.execute("SELECT people_reveal::text FROM people_reveal")
        return "\n".join(rows + [row[0] for row in cursor.fetchall()]).encode()


def test_details_are_masked_for_a_page(db: None) -> None:
    person_id = actions.register(contact=SATO, language="ja", at=AT)
    assert queries.masked(person_id) == Contact(
        name="佐***", email="h***@d***.jp", phone="…5678", postcode="150…", address="…"
    )


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        (Contact(), Contact()),
        (Contact(name="葛\U000e0100城 一"), Contact(name="葛\U000e0100***")),
        (Contact(email="a@localhost"), Contact(email="a***@***")),
        (Contact(email="not an address"), Contact(email="***")),
        (Contact(phone="110"), Contact(phone="…")),
    ],
)
def test_a_mask_never_shows_a_whole_value(contact: Contact, shown: Contact) -> None:
    assert mask(contact) == shown


def test_a_repr_shows_nothing() -> None:
    assert repr(SATO) == "Contact(…)"


def test_showing_the_details_is_logged_with_who_and_why(db: None) -> None:
    person_id = actions.register(contact=SATO, language="ja", at=AT)
    assert actions.reveal(person_id=person_id, by="op-7", why="call_back", at=LATER) == SATO
    assert list(RevealLog.objects.values_list("person_id", "by", "why", "at")) == [
        (person_id, "op-7", "call_back", LATER)
    ]


def test_nothing_is_shown_without_a_reason(db: None) -> None:
    person_id = actions.register(contact=SATO, language="ja", at=AT)
    with pytest.raises(ReasonMissing):
        actions.reveal(person_id=person_id, by="op-7", why=" ", at=AT)
    assert RevealLog.objects.count() == 0


def test_a_correction_replaces_the_details_and_is_logged(db: None) -> None:
    person_id = actions.register(contact=SATO, language="ja", at=AT)
    moved = Contact(name="佐藤 花子", address="大阪市北区4-5")
    actions.correct(person_id=person_id, contact=moved, by="op-7", why="asked_by_person", at=LATER)
    assert queries.contact(person_id) == moved
    assert Person.objects.get(id=person_id).corrected_at == LATER
    assert RevealLog.objects.get().by == "op-7"


def test_a_forgotten_person_keeps_the_id_and_loses_every_detail(db: None) -> None:
    person_id = actions.register(contact=SATO, language="zh-Hans", at=AT)
    actions.forget(person_id=person_id, at=LATER)
    row = Person.objects.get(id=person_id)
    assert (row.sealed, row.forgotten_at) == (None, LATER)
    with pytest.raises(PersonForgotten):
        queries.contact(person_id)
    with pytest.raises(PersonForgotten):
        actions.correct(person_id=person_id, contact=SATO, by="op", why="x", at=LATER)
    assert queries.contacts([person_id]) == {}
    assert queries.language(person_id) == "zh-Hans"


def test_forgetting_twice_is_the_same_as_once(db: None) -> None:
    person_id = actions.register(contact=SATO, language="ja", at=AT)
    actions.forget(person_id=person_id, at=AT)
    actions.forget(person_id=person_id, at=LATER)
    assert Person.objects.get(id=person_id).forgotten_at == AT


def test_an_unknown_person_is_named_as_such(db: None) -> None:
    for ask in (queries.contact, queries.masked, queries.language):
        with pytest.raises(NoSuchPerson):
            ask("nobody")
    with pytest.raises(NoSuchPerson):
        actions.forget(person_id="nobody", at=AT)


def test_details_copied_into_another_row_do_not_open(db: None) -> None:
    first = actions.register(contact=SATO, language="ja", at=AT)
    second = actions.register(contact=Contact(name="B"), language="ja", at=AT)
    Person.objects.filter(id=second).update(sealed=Person.objects.get(id=first).sealed)
    with pytest.raises(CannotOpen):
        queries.contact(second)


def test_consent_and_looks_are_append_only_and_a_person_cannot_be_renumbered(db: None) -> None:
    person_id = actions.register(contact=SATO, language="ja", at=AT)
    actions.record_consent(person_id=person_id, text_version="privacy-1", given=True, at=AT)
    actions.record_consent(person_id=person_id, text_version="privacy-1", given=False, at=LATER)
    actions.reveal(person_id=person_id, by="op", why="call_back", at=AT)
    assert list(Consent.objects.values_list("given", flat=True)) == [True, False]
    for change in (
        lambda: Consent.objects.update(given=True),
        lambda: RevealLog.objects.update(by="somebody else"),
        lambda: Person.objects.update(created_at=LATER),
        lambda: Person.objects.update(sealed=None),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
