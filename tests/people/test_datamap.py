"""The data map is whole: a field that nobody thought about fails here."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Field

from kaishu.base.roles import Role
from kaishu.core.recall import LANGUAGES
from kaishu.people import datamap, retention

OURS = ("kaishu.",)
THEIRS = {"auth.User", "sessions.Session"}


def stored_fields() -> Iterator[str]:
    """Yield "app.Model.field" of every column that this project or its people fill."""
    for model in apps.get_models():
        label = model._meta.label
        if not model.__module__.startswith(OURS) and label not in THEIRS:
            continue
        for field in (*model._meta.fields, *model._meta.many_to_many):
            if not _is_a_row_number(field):
                yield f"{label}.{field.name}"


def _is_a_row_number(field: Field) -> bool:  # type: ignore[type-arg]  (any column will do)
    return field.primary_key and field.get_internal_type().endswith("AutoField")


def test_every_stored_field_is_in_the_map_or_holds_nothing_about_people() -> None:
    mapped = [name for row in datamap.rows() for name in row.fields]
    stored = set(stored_fields())
    known = {*mapped, *datamap.nothing_personal()}
    assert sorted(stored - known) == [], "add it to people/datamap.toml"
    assert sorted(known - stored) == [], "no model has this field"
    assert len(mapped) == len(set(mapped))
    assert sorted(set(mapped) & datamap.nothing_personal()) == []


def test_a_row_that_owners_read_is_written_in_three_languages() -> None:
    for row in datamap.rows():
        texts = [row.basis.text, row.until.text, *([row.what, row.why] if row.shown else [])]
        for text in texts:
            assert set(text) == set(LANGUAGES), row.fields
            assert all(words.strip() for words in text.values()), row.fields


def test_who_and_until_are_closed_words() -> None:
    allowed = {*(role.value for role in Role), datamap.OWNER, datamap.NOBODY}
    for row in datamap.rows():
        assert set(row.who) <= allowed, row.fields
        assert row.who
        if row.until.rule:
            assert row.until.rule in retention.rules()
        else:
            assert not row.until.erasable


def test_every_rule_of_retention_is_told_somewhere() -> None:
    told = {row.until.rule for row in datamap.rows()}
    inside = {"orphan_file", "watch_unconfirmed", "incident"}  # shorter than what is told
    assert set(retention.rules()) - told <= inside


def test_no_basis_is_named_as_law_while_none_was_read_in_its_own_text() -> None:
    assert all(row.basis.house for row in datamap.rows())


def test_account_data_needs_a_consent_of_its_own_where_a_market_says_so() -> None:
    agreed = [row.basis for row in datamap.rows() if row.basis.word == "agreed"]
    assert agreed
    assert all("cn" in basis.separate_consent for basis in agreed)


def test_rules_are_whole_days_after_a_known_event() -> None:
    for rule in retention.rules().values():
        assert rule.days >= 0
        assert rule.after in retention.AFTER
