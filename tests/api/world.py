"""A recall with depots and shops, and callers with the scopes that a test names."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.test import Client

from kaishu.base import clock
from kaishu.connections import tokens
from kaishu.connections.models import Connection
from kaishu.connections.tokens import SCOPES
from tests.doors import kumo

ROOT = "/api/v1/"
MAKERS = tuple(scope for scope in SCOPES if scope not in tokens.NEEDS_PARTY)
SITES = tuple(scope for scope in SCOPES if scope not in tokens.ONLY_MAKER)
CLAIM: dict[str, Any] = {
    "recall": kumo.SLUG,
    "language": "ja",
    "contact": {"name": "佐藤 花子", "email": "hanako@example.jp"},
    "units": [{"model": "K100", "serial": kumo.LISTED, "condition": "intact", "remedy": "refund"}],
}


@dataclass
class Caller:
    """Another system: a token, and a client that speaks like one (no cookies are kept)."""

    token: str
    connection: Connection

    def get(self, path: str, language: str = "en", **headers: str) -> Any:
        """Ask for something."""
        return Client().get(ROOT + path, headers=self._headers(language, headers))

    def delete(self, path: str) -> Any:
        """Take something away."""
        return Client().delete(ROOT + path, headers=self._headers("en", {}))

    def post(
        self, path: str, body: Any, *, key: str = "", language: str = "en", **headers: str
    ) -> Any:
        """Send JSON under a key, a new one unless the test names it."""
        sent = self._headers(language, {"Idempotency-Key": key or str(uuid.uuid4()), **headers})
        text = body if isinstance(body, bytes | str) else json.dumps(body)
        return Client().post(ROOT + path, text, content_type="application/json", headers=sent)

    def send_file(self, data: bytes, *, kind: str = "serial_photo", key: str = "") -> Any:
        """Send a file."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        headers = self._headers("en", {"Idempotency-Key": key or str(uuid.uuid4())})
        file = SimpleUploadedFile("photo.png", data, "image/png")
        return Client().post(f"{ROOT}evidence/files", {"kind": kind, "file": file}, headers=headers)

    def _headers(self, language: str, more: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept-Language": language, **more}


def connect(
    *scopes: str, party: str = "", recall: str = "", name: str = "A shop's own system"
) -> Caller:
    """Make a connection with one token; without scopes it gets all that fit."""
    at = clock.now()
    connection = tokens.make_connection(
        name=name, party=party, recall_slug=recall, key=uuid.uuid4().hex, by="ada", at=at
    )
    wanted = scopes or (SITES if party else MAKERS)
    issued = tokens.issue(
        connection=connection, scopes=wanted, days=30, key=uuid.uuid4().hex, by="ada", at=at
    )
    return Caller(issued.token, connection)
