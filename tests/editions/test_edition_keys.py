"""Every edition is signed when it is published, and the site names the keys for ever."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client, override_settings

from kaishu.core import pack, signing
from kaishu.editions import actions, keys, queries
from kaishu.editions.models import Edition
from kaishu.editions.place import packs_folder
from tests.editions.harness import Folder

pytestmark = pytest.mark.django_db
AT = datetime(2026, 2, 1, 9, tzinfo=UTC)
SLUG = "lamp-jp-2026"


def publish(folder: Folder) -> Edition:
    return actions.publish(loaded=folder.load(), by="mori", at=AT)


def test_a_published_edition_is_trusted_by_whoever_has_the_sites_keys(folder: Folder) -> None:
    edition = publish(folder)
    listed = Client().get("/edition-keys.json")
    assert listed.headers["Content-Type"] == "application/json; charset=utf-8"
    trusted = frozenset(bytes.fromhex(each["ed25519"]) for each in listed.json())
    assert trusted == set(keys.known().values())
    assert pack.current(packs_folder(), SLUG, trusted=trusted).ref.digest == edition.digest


def test_an_edition_from_before_a_rotation_is_still_good_and_its_key_still_named(
    folder: Folder,
) -> None:
    first = publish(folder)
    old = keys.signer().public
    with override_settings(KAISHU_FIELD_KEY="77" * 32):
        second = publish(folder.serials("A0000001", "A0000003"))
        new = keys.signer().public
        assert list(keys.known().values()) == [new, old]
        trusted = frozenset(keys.known().values())
        for edition in (first, second):
            opened = pack.load(packs_folder() / edition.digest, trusted=trusted)
            assert opened.ref.number == edition.number
        with pytest.raises(signing.PackKeyUnknown):
            pack.load(packs_folder() / second.digest, trusted=frozenset({old}))


def test_an_edition_from_before_editions_were_signed_is_signed_at_the_next_swap(
    folder: Folder,
) -> None:
    edition = publish(folder)
    (packs_folder() / edition.digest / signing.SIGNATURE).unlink()
    trusted = frozenset(keys.known().values())
    with pytest.raises(signing.PackUnsigned):
        pack.load(packs_folder() / edition.digest, trusted=trusted)
    actions.let_answer(edition=queries.current_edition(SLUG) or edition)
    assert pack.load(packs_folder() / edition.digest, trusted=trusted).ref.digest == edition.digest
