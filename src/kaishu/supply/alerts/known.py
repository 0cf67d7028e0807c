"""Whose key is whose: a manager compares a fingerprint and writes the key down."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kaishu.core.genealogy.things import Kind, kind_of
from kaishu.core.lot_alert import LONGEST_NAME
from kaishu.core.lot_alert_json import plain
from kaishu.core.lot_alert_named import LONGEST_CODE
from kaishu.core.receipts import fingerprint
from kaishu.supply.alerts.errors import AlertIncomplete, IssuerKeyWrong, IssuerUnknown
from kaishu.supply.models import KnownKey

_KEY = re.compile(r"[0-9a-f]{64}")


class Standing(StrEnum):
    """How far the writer of a letter is known: its key is trusted for its code; another key is
    trusted for that code; this key was, and is no more; nobody knows it; or it is us."""

    VERIFIED = "verified"
    KEY_CHANGED = "key_changed"
    KEY_ENDED = "key_ended"
    UNKNOWN = "unknown"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Issuer:
    """One known company with one of its keys."""

    row: KnownKey
    fingerprint: str


class Known:
    """The keys as they stand now, read once for a whole list of letters."""

    def __init__(self, rows: Iterable[KnownKey] | None = None) -> None:
        found = KnownKey.objects.order_by("id") if rows is None else rows
        self._newest: Mapping[tuple[str, str], KnownKey] = {
            (row.code, row.public): row for row in found
        }

    def standing(self, code: str, public: str) -> Standing:
        """Say how far a company with this code and key is known."""
        row = self._newest.get((code, public))
        if row is not None:
            return Standing.VERIFIED if row.trusted else Standing.KEY_ENDED
        others = any(each.code == code and each.trusted for each in self._newest.values())
        return Standing.KEY_CHANGED if others else Standing.UNKNOWN

    def issuers(self) -> list[Issuer]:
        """Return the trusted keys by the names of their companies."""
        rows = sorted(
            (row for row in self._newest.values() if row.trusted),
            key=lambda row: (row.name, row.id),
        )
        return [Issuer(row, fingerprint(bytes.fromhex(row.public))) for row in rows]


def trust(*, code: str, name: str, public: str, by: str, at: datetime) -> KnownKey:
    """Write down that a key is a company's; twice is once.

    Raises IssuerKeyWrong, AlertIncomplete.
    """
    key = "".join(public.split()).lower()
    if not _KEY.fullmatch(key):
        raise IssuerKeyWrong
    if not (0 < len(name.strip()) <= LONGEST_NAME and plain(name.strip())):
        raise AlertIncomplete(field="name")
    if not _is_party(code):
        raise AlertIncomplete(field="code")
    return _say(code, name.strip(), key, True, by, at)


def end(*, code: str, public: str, by: str, at: datetime) -> KnownKey:
    """Trust a company's key no more; twice is once. Raises IssuerUnknown."""
    newest = KnownKey.objects.filter(code=code, public=public).order_by("-id").first()
    if newest is None:
        raise IssuerUnknown
    return _say(code, newest.name, public, False, by, at)


def _is_party(code: str) -> bool:
    try:
        return len(code) <= LONGEST_CODE and code.isascii() and kind_of(code) is Kind.PARTY
    except ValueError:
        return False


def _say(code: str, name: str, public: str, trusted: bool, by: str, at: datetime) -> KnownKey:
    newest = KnownKey.objects.filter(code=code, public=public).order_by("-id").first()
    if newest is not None and newest.trusted == trusted:
        return newest
    return KnownKey.objects.create(
        code=code, name=name, public=public, trusted=trusted, by=by, at=at
    )
