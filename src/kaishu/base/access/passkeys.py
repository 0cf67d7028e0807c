"""Passkeys (W3C Web Authentication level 2): what the browser is asked, and what it answered.

The relying party is the host of KAISHU_PUBLIC_URL, so that a page at another address, which only
looks like ours, gets nothing. A host that is a bare IP address can have no passkeys.
"""

from __future__ import annotations

import hashlib
import ipaddress
from datetime import datetime
from urllib.parse import urlsplit

import webauthn
from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from webauthn.helpers import base64url_to_bytes, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from kaishu.base.access.errors import PasskeyTaken, PasskeyWrong
from kaishu.base.access.models import Passkey
from kaishu.base.sealing import keyed_digest

NAME = "Kaishu"
LONGEST_NAME = 60
LONGEST_ANSWER = 20_000
VERIFY = UserVerificationRequirement.PREFERRED  # the password came before it


def possible() -> bool:
    """Say whether this installation's address can have passkeys at all."""
    try:
        ipaddress.ip_address(_host())
    except ValueError:
        return bool(_host())
    return False


def options_to_add(*, user: User, challenge: bytes) -> str:
    """Return what the browser needs to make a passkey, as JSON."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name=NAME,
        user_id=keyed_digest(str(user.pk).encode(), purpose="account:passkey-user"),
        user_name=user.username,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=VERIFY
        ),
        exclude_credentials=_descriptors(user),
    )
    return webauthn.options_to_json(options)


def options_to_use(*, user: User, challenge: bytes) -> str:
    """Return what the browser needs to ask for one of the account's passkeys, as JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=challenge,
        allow_credentials=_descriptors(user),
        user_verification=VERIFY,
    )
    return webauthn.options_to_json(options)


def add(*, user: User, answer: str, challenge: bytes, name: str, at: datetime) -> Passkey:
    """Keep a new passkey; raise `PasskeyWrong` or `PasskeyTaken`."""
    try:
        made = webauthn.verify_registration_response(
            credential=answer[:LONGEST_ANSWER],
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=settings.KAISHU_PUBLIC_URL,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyWrong from None
    try:
        with transaction.atomic():
            return Passkey.objects.create(
                user=user,
                digest=hashlib.sha256(made.credential_id).hexdigest(),
                credential=made.credential_id,
                public_key=made.credential_public_key,
                sign_count=made.sign_count,
                name=name.strip()[:LONGEST_NAME],
                added_at=at,
            )
    except IntegrityError:
        raise PasskeyTaken from None


def check(*, user: User, answer: str, challenge: bytes, at: datetime) -> None:
    """Take a passkey's answer to our challenge; raise `PasskeyWrong`.

    A sign count that did not grow means a copied key: refused. Keys that sync count 0 for ever.
    """
    row = _row_of(user, answer)
    if row is None:
        raise PasskeyWrong
    try:
        used = webauthn.verify_authentication_response(
            credential=answer[:LONGEST_ANSWER],
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=settings.KAISHU_PUBLIC_URL,
            credential_public_key=bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise PasskeyWrong from None
    unchanged = Passkey.objects.filter(pk=row.pk, sign_count=row.sign_count)
    if not unchanged.update(sign_count=used.new_sign_count, used_at=at):
        raise PasskeyWrong


def _row_of(user: User, answer: str) -> Passkey | None:
    try:
        credential = parse_authentication_credential_json(answer[:LONGEST_ANSWER])
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return None
    digest = hashlib.sha256(base64url_to_bytes(credential.id)).hexdigest()
    return Passkey.objects.filter(user=user, digest=digest).first()


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    rows = Passkey.objects.filter(user=user)
    return [PublicKeyCredentialDescriptor(id=bytes(row.credential)) for row in rows]


def _host() -> str:
    return urlsplit(settings.KAISHU_PUBLIC_URL).hostname or ""
