"""A claim's link stays the same when the field key is rotated, and differs between installations."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from django.conf import settings
from pytest_django import Settings

from kaishu.claims import lookups, owner
from kaishu.claims.messages import link_token
from kaishu.claims.models import Claim
from kaishu.claims.tokens import request_hash, token, token_hash
from kaishu.core.canonical import canonical
from tests.claims.world import World

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


def test_a_claim_of_the_first_version_keeps_the_link_that_was_mailed(world: World) -> None:
    claim = lookups.claim(world.claim("SN0001").case_no)
    plain = hmac.new(
        bytes.fromhex(settings.KAISHU_FIELD_KEY),
        b"claim-token\0" + canonical([claim.door, claim.key, claim.case_no]),
        hashlib.sha256,
    ).digest()
    mailed = base64.urlsafe_b64encode(plain[:24]).decode()
    Claim.objects.filter(id=claim.id).update(token_hash=token_hash(mailed))
    assert link_token(lookups.claim(claim.case_no)) == mailed
    fresh = owner.renew_link(case_no=claim.case_no, at=world.now())
    assert link_token(lookups.claim(claim.case_no)) == fresh != mailed
