"""Another company in a test: a key of its own, and the letters about lots that it writes."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaishu.core.genealogy import things
from kaishu.core.lot_alert import COUNTS, Alert, Answer, Company, Withdrawal
from kaishu.core.lot_alert_file import Sent, sign
from kaishu.core.lot_alert_ids import hidden, key_check
from kaishu.core.signing import Signer

CELL = things.item("CELL-18650")


@dataclass
class Stranger:
    """A company whose whole installation is its key."""

    name: str
    seed: int
    code: str = field(init=False)
    signer: Signer = field(init=False)

    def __post_init__(self) -> None:
        self.code = things.own("party", self.name)
        key = Ed25519PrivateKey.from_private_bytes(bytes([self.seed]) * 32)
        self.signer = Signer(public=key.public_key().public_bytes_raw(), sign=key.sign)

    @property
    def company(self) -> Company:
        """Return how the company signs."""
        return Company(code=self.code, name=self.name, key=self.signer.public)

    def alert(self, *lots: str, at: datetime, hide: bool = False, **said: Any) -> Sent:
        """Write an alert about lots and units of an item, else of the cell, by their numbers."""
        item = said.pop("item", CELL)
        codes = sorted(things.lot(item, lot) for lot in lots)
        units = sorted(things.unit(item, unit) for unit in said.pop("units", ()))
        number = said.pop("number", secrets.token_hex(16))
        key = secrets.token_bytes(32) if hide else b""
        told = {"kind": "alert", "item_name": "Cell 18650", "defect": "foreign_particles"}
        letter = Alert(
            number=number,
            issued_at=at,
            issuer=self.company,
            item=item,
            lots=tuple(sorted(hidden(key, codes))) if hide else tuple(codes),
            units=tuple(sorted(hidden(key, units))) if hide else tuple(units),
            hidden=hide,
            key_check=key_check(key, number) if hide else "",
            **{**told, "severity": "fire", "act": "stop_and_hold", **said},
        )
        return sign(letter, self.signer, key=key)

    def answer(self, number: str, *, at: datetime, step: str = "counted", **counts: int) -> Sent:
        """Answer an alert or a question."""
        letter = Answer(
            number=secrets.token_hex(16),
            issued_at=at,
            issuer=self.company,
            answers=number,
            step=step,
            counts={**dict.fromkeys(COUNTS, 0), **counts},
        )
        return sign(letter, self.signer)

    def withdrawal(self, number: str, *, at: datetime, reason: str = "mistake") -> Sent:
        """Take a letter back."""
        letter = Withdrawal(
            number=secrets.token_hex(16),
            issued_at=at,
            issuer=self.company,
            withdraws=number,
            reason=reason,
        )
        return sign(letter, self.signer)
