"""A claim's link stays the same when the field key is rotated, and differs between installations."""

from __future__ import annotations

import re

from pytest_django import Settings

from kaishu.claims.tokens import request_hash, token

ONE, TWO = "aa" * 32, "bb" * 32


def _made() -> tuple[str, str]:
    return token(door="public", key="k", case_no="100000000005"), request_hash({"name": "花子"})


def test_a_rotated_key_leaves_links_and_request_hashes_as_they_are(settings: Settings) -> None:
    settings.KAISHU_FIELD_KEY = ONE
    before = _made()
    settings.KAISHU_FIELD_KEY = f"2:{TWO} 1:{ONE}"
    assert _made() == before


def test_another_installation_makes_other_links(settings: Settings) -> None:
    settings.KAISHU_FIELD_KEY = ONE
    before = _made()
    settings.KAISHU_FIELD_KEY = TWO
    assert not set(_made()) & set(before)


def test_a_link_is_32_characters_that_are_safe_in_an_address() -> None:
    made, digest = _made()
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", made)
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
