"""The other end of a webhook, for the demo: a company's own software that keeps what it is told.

It is the demo's server itself, so nothing leaves the machine. What is not signed is not kept.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

LONGEST = 100_000
SHOWN = 100
SECRET = "secret.txt"  # noqa: S105 (a file's name)


def folder() -> Path:
    """Name the folder of what came in."""
    return Path(settings.KAISHU_DATA_DIR) / "hook"


def keep_secret(secret: str) -> None:
    """Give the receiving end the secret that it was shown once."""
    folder().mkdir(parents=True, exist_ok=True)
    file = folder() / SECRET
    file.touch(mode=0o600)
    file.write_text(secret)


@csrf_exempt  # called by a server, with a signature of its own
@require_http_methods(["GET", "HEAD", "POST"])
def hook(request: HttpRequest) -> HttpResponse:
    """Take one signed event; shown to people, list the newest."""
    if request.method == "POST":
        return _take(request)
    names = sorted(folder().glob("*.json"), reverse=True)[:SHOWN]
    rows = [json.loads(name.read_text()) for name in names]
    return render(request, "demo/hooks.html", {"rows": rows, "width": "wide"})


def _take(request: HttpRequest) -> HttpResponse:
    body = request.body
    if len(body) > LONGEST or not _signed(request, body):
        return HttpResponse(status=400)
    event: dict[str, Any] = json.loads(body)
    name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
    draft = folder() / f"{name}.part"
    draft.write_text(json.dumps({**event, "text": json.dumps(event, indent=1)}))
    draft.replace(folder() / f"{name}.json")
    return HttpResponse(status=204)


def _signed(request: HttpRequest, body: bytes) -> bool:
    """Check a signature as any receiver would, by the Standard Webhooks specification."""
    file = folder() / SECRET
    if not file.is_file():
        return False
    number, moment = (request.headers.get(f"webhook-{name}", "") for name in ("id", "timestamp"))
    key = base64.b64decode(file.read_text().removeprefix("whsec_"))
    wanted = hmac.new(key, f"{number}.{moment}.".encode() + body, hashlib.sha256).digest()
    given = request.headers.get("webhook-signature", "").split()
    return any(
        hmac.compare_digest(each, f"v1,{base64.b64encode(wanted).decode()}") for each in given
    )
