"""How far the demo has been filled: one small file, shown above every page until it is full."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.html import format_html
from django.utils.translation import gettext as _

NAME = "filling.json"
EVERY = 0.25  # seconds between two writes

Told = Callable[[int, int], None]


class Filling:
    """Count what was filled in; `told` hears of it too, for the terminal."""

    def __init__(self, folder: Path, of: int, told: Told) -> None:
        self.file, self.of, self.told = folder / NAME, of, told
        self.done, self.written = 0, 0.0

    def step(self, count: int = 1) -> None:
        """Count one more; pages and terminal hear of it a few times a second."""
        self.done += count
        if time.monotonic() - self.written >= EVERY:
            self.write()

    def write(self) -> None:
        """Let the pages know how far it is."""
        self.written = time.monotonic()
        draft = self.file.with_suffix(".part")
        draft.write_text(json.dumps({"done": self.done, "of": self.of}))
        draft.replace(self.file)
        self.told(self.done, self.of)

    def end(self) -> None:
        """Say that everything is there."""
        self.file.unlink(missing_ok=True)
        self.told(self.of, self.of)


def state() -> tuple[int, int] | None:
    """Return how many of how many cases are there, or None where the demo is full."""
    try:
        said = json.loads((Path(settings.KAISHU_DATA_DIR) / NAME).read_text())
        return int(said["done"]), int(said["of"])
    except (OSError, ValueError, KeyError):
        return None


class Banner:
    """Middleware of the demo alone: a line above each page while it is still being filled."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the line where it is a page."""
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or response.streaming:
            return response
        html = response.get("Content-Type", "").startswith("text/html")
        if html and (now := state()) is not None:
            words = _("This demo is still being filled: %(done)s of %(of)s cases are here.")
            said = words % {"done": f"{now[0]:,}", "of": f"{now[1]:,}"}
            line = format_html('<p class="filling" role="status">{}</p>', said).encode()
            head, tag, rest = response.content.partition(b"<header")
            response.content = head + line + tag + rest if tag else response.content
            response["Cache-Control"] = "no-store"
            if response.has_header("ETag"):
                del response["ETag"]
            if response.has_header("Content-Length"):
                response["Content-Length"] = str(len(response.content))
        return response
