"""A sealed value opens with its key, in its place, unchanged, and in no other case."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from kaishu.base.sealing import BadFieldKey, CannotOpen, blind_index, key_id, seal, unseal

ONE, TWO = "aa" * 32, "bb" * 32


def test_a_sealed_value_opens_and_hides_its_content() -> None:
    sealed = seal(b"090-1234-5678", purpose="person:contact:1")
    assert unseal(sealed, purpose="person:contact:1") == b"090-1234-5678"
    assert b"1234" not in sealed
    assert seal(b"090-1234-5678", purpose="person:contact:1") != sealed


def test_a_sealed_value_does_not_open_for_another_purpose() -> None:
    sealed = seal(b"x", purpose="person:contact:1")
    with pytest.raises(CannotOpen):
        unseal(sealed, purpose="person:contact:2")


def test_a_sealed_value_does_not_open_with_one_bit_changed() -> None:
    sealed = seal(b"secret", purpose="p")
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(CannotOpen):
            unseal(bytes(changed), purpose="p")
    for cut in range(len(sealed)):
        with pytest.raises(CannotOpen):
            unseal(sealed[:cut], purpose="p")


def test_a_sealed_value_does_not_open_with_another_key(settings: Settings) -> None:
    settings.KAISHU_FIELD_KEY = ONE
    sealed = seal(b"x", purpose="p")
    settings.KAISHU_FIELD_KEY = TWO
    with pytest.raises(CannotOpen):
        unseal(sealed, purpose="p")


def test_a_new_key_seals_while_the_old_one_still_opens(settings: Settings) -> None:
    settings.KAISHU_FIELD_KEY = ONE
    old, index = seal(b"x", purpose="p"), blind_index("a@b.jp", purpose="email")
    settings.KAISHU_FIELD_KEY = f"2:{TWO} 1:{ONE}"
    assert unseal(old, purpose="p") == b"x"
    assert key_id(old) == 1
    assert key_id(seal(b"x", purpose="p")) == 2
    assert blind_index("a@b.jp", purpose="email") == index


@pytest.mark.parametrize(
    "setting", ["", "zz", "aa", "0:" + ONE, "256:" + ONE, "x:" + ONE, f"{ONE} 1:{TWO}"]
)
def test_a_bad_key_setting_is_refused_by_name(settings: Settings, setting: str) -> None:
    settings.KAISHU_FIELD_KEY = setting
    with pytest.raises(BadFieldKey):
        seal(b"x", purpose="p")


def test_a_blind_index_finds_equal_values_of_one_purpose_only() -> None:
    assert blind_index("a@b.jp", purpose="email") == blind_index("a@b.jp", purpose="email")
    assert blind_index("a@b.jp", purpose="email") != blind_index("a@b.jp", purpose="login")
    assert blind_index("a@b.jp", purpose="email") != blind_index("a@b.jq", purpose="email")
