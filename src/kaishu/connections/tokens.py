"""Make, find and end the tokens of a connection. The token itself is shown once and never kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from django.db import IntegrityError, transaction
from django.db.models import Q

from kaishu.connections.errors import (
    ConnectionIncomplete,
    ConnectionUnknown,
    OtherParty,
    OtherRecall,
    PartyNeeded,
    ScopeMissing,
    TokenIncomplete,
    TokenWrong,
)
from kaishu.connections.models import Connection, Token
from kaishu.editions import queries as editions

SCOPES = (
    "check",
    "claims:write",
    "claims:read",
    "evidence:write",
    "scans:write",
    "trade:write",
    "promises:read",
    "reports:read",
    "alerts:write",
    "alerts:read",
    "webhooks",
    "epcis:write",
    "epcis:read",
    "trace:read",
)
# What only somebody at a site can do, and what only the maker's own system may see.
NEEDS_PARTY = frozenset({"scans:write", "trade:write"})
ONLY_MAKER = frozenset({"promises:read", "reports:read", "trace:read"})
LONGEST_LIFE = timedelta(days=400)
USED_EVERY = timedelta(minutes=1)
_SHAPE = re.compile(r"kaishu_([0-9a-z]{10})_[0-9A-Za-z_-]{43}")
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True)
class Issued:
    """A token's row, and the token itself: "" where the same form was sent before."""

    row: Token
    token: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: a connection by one of its tokens."""

    connection: Connection
    token: Token

    @property
    def actor(self) -> str:
        """Return how the books, claims and scans name the caller."""
        return self.connection.actor

    def require(self, scope: str) -> None:
        """Raise ScopeMissing unless the token has a scope."""
        if scope not in self.token.scopes:
            raise ScopeMissing(scope=scope)

    def require_party(self, party: str) -> None:
        """Raise OtherParty unless the connection works for this site."""
        if not self.connection.party or self.connection.party != party:
            raise OtherParty(party=party[:40])

    def require_recall(self, slug: str) -> None:
        """Raise OtherRecall where the connection works in another recall."""
        if self.connection.recall_slug and self.connection.recall_slug != slug:
            raise OtherRecall(recall=slug[:80])


def make_connection(
    *, name: str, party: str, recall_slug: str, key: str, by: str, at: datetime
) -> Connection:
    """Keep a new connection; a repeat of the form gives the first. Raises ConnectionIncomplete."""
    parties = {party.code for pack in editions.current_packs() for party in pack.recall.parties}
    slugs = {row.slug for row in editions.recall_rows()}
    wanted = (0 < len(name.strip()) <= 80, party in {"", *parties}, recall_slug in {"", *slugs})
    if not all(wanted):
        raise ConnectionIncomplete
    try:
        with transaction.atomic():
            return Connection.objects.create(
                code=_some_letters(8),
                name=name.strip(),
                party=party,
                recall_slug=recall_slug,
                made_by=by,
                made_at=at,
                form_key=key,
            )
    except IntegrityError:
        return Connection.objects.get(made_by=by, form_key=key)


def find_connection(code: str) -> Connection:
    """Return a connection by its code. Raises ConnectionUnknown."""
    found = Connection.objects.filter(code=code).first()
    if found is None:
        raise ConnectionUnknown
    return found


def issue(
    *, connection: Connection, scopes: Collection[str], days: int, key: str, by: str, at: datetime
) -> Issued:
    """Make a token. Raises TokenIncomplete, PartyNeeded, and ScopeMissing for a site's token that
    asks for what only the maker may see."""
    wanted = [scope for scope in SCOPES if scope in set(scopes)]
    if not wanted or set(scopes) - set(SCOPES) or not 0 < days <= LONGEST_LIFE.days:
        raise TokenIncomplete(most=LONGEST_LIFE.days)
    if not connection.party and NEEDS_PARTY & set(wanted):
        raise PartyNeeded
    if connection.party and (beyond := ONLY_MAKER & set(wanted)):
        raise ScopeMissing(scope=", ".join(sorted(beyond)))
    prefix = _some_letters(10)
    token = f"kaishu_{prefix}_{secrets.token_urlsafe(32)}"
    try:
        with transaction.atomic():
            row = Token.objects.create(
                connection=connection,
                prefix=prefix,
                token_hash=_hash(token),
                scopes=wanted,
                made_by=by,
                made_at=at,
                form_key=key,
                expires_at=at + timedelta(days=days),
            )
    except IntegrityError:
        return Issued(Token.objects.get(made_by=by, form_key=key), "")
    return Issued(row, token)


def revoke(*, connection: Connection, token_id: int, by: str, at: datetime) -> None:
    """End a token now; twice is once."""
    rows = Token.objects.filter(connection=connection, id=token_id, revoked_at=None)
    rows.update(revoked_at=at, revoked_by=by)


def caller_of(token: str, *, at: datetime) -> Caller:
    """Return who calls with a token, and note that it was used. Raises TokenWrong.

    The hash needs no salt: a token has 256 random bits.
    """
    shape = _SHAPE.fullmatch(token)
    rows = Token.objects.select_related("connection")
    row = rows.filter(prefix=shape[1]).first() if shape else None
    if row is None or not compare_digest(row.token_hash, _hash(token)):
        raise TokenWrong
    if row.revoked_at is not None or row.expires_at <= at:
        raise TokenWrong
    if row.last_used_at is None or row.last_used_at <= at - USED_EVERY:
        unseen = Q(last_used_at=None) | Q(last_used_at__lte=at - USED_EVERY)
        Token.objects.filter(unseen, id=row.id).update(last_used_at=at)
    return Caller(row.connection, row)


def _some_letters(count: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(count))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
