"""Where the edition packs of this installation lie, or for one request those of a preview."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from django.conf import settings

_previewed: ContextVar[Path | None] = ContextVar("previewed_packs", default=None)


def packs_folder() -> Path:
    """Return the folder that holds every edition pack, or that of the preview in force."""
    return _previewed.get() or Path(settings.KAISHU_DATA_DIR) / "packs"


@contextmanager
def previewed(folder: Path) -> Iterator[None]:
    """Let the public pages answer from another packs folder, in this thread and request only."""
    before = _previewed.set(folder)
    try:
        yield
    finally:
        _previewed.reset(before)
