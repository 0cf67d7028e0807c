"""The keys that sign editions: derived from the installation's own, their public halves kept.

One signing key for each key of `KAISHU_FIELD_KEY`, derived for this purpose alone; the first signs.
So there is no second secret to lose, and it turns with the field key. The public half of every key
that ever signed is written down beside the packs: an edition signed before a rotation stays good.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from kaishu.base import sealing
from kaishu.core.receipts import key_id
from kaishu.core.signing import Signer

_USE = "sign editions"


def signer() -> Signer:
    """Return the key in force, once its public half is written down."""
    ours = _ours(settings.KAISHU_FIELD_KEY)
    _keep([each.public for each in ours])
    return ours[0]


def known() -> Mapping[str, bytes]:
    """Return every public key of this installation by its id, the one in force first."""
    ours = [each.public for each in _ours(settings.KAISHU_FIELD_KEY)]
    return {key_id(public): public for public in (*ours, *_kept())}


def _file() -> Path:
    return Path(settings.KAISHU_DATA_DIR) / "keys" / "editions.json"


def _kept() -> list[bytes]:
    try:
        return [bytes.fromhex(public) for public in json.loads(_file().read_bytes())]
    except FileNotFoundError:
        return []


def _keep(publics: list[bytes]) -> None:
    before = _kept()
    if set(publics) <= set(before):
        return
    file = _file()
    file.parent.mkdir(parents=True, exist_ok=True)
    listed = [public.hex() for public in dict.fromkeys((*publics, *before))]
    aside = file.with_name(f".{secrets.token_hex(8)}")
    aside.write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
    aside.replace(file)


@lru_cache(maxsize=4)
def _ours(setting: str) -> tuple[Signer, ...]:
    """Derive the signing keys; `setting` names the masters they come from."""
    keys = [Ed25519PrivateKey.from_private_bytes(seed) for seed in sealing.derived(_USE)]
    return tuple(
        Signer(public=each.public_key().public_bytes_raw(), sign=each.sign) for each in keys
    )
