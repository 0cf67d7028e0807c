"""The files that pages load, looked up once in each process.

Every test client, and every served site, builds the whole chain of middleware anew; to find and to
stat the same ninety files of the package each time took twenty times as long as a small answer.
What a test has in its own STATIC_ROOT is still looked up by each of them.
"""

from __future__ import annotations

from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

_find = WhiteNoiseMiddleware.add_files_from_finders
_found: dict[tuple[object, ...], dict[str, Any]] = {}


def _find_once(middleware: WhiteNoiseMiddleware) -> None:
    decides = (middleware.static_prefix, middleware.max_age, middleware.charset)
    if decides not in _found:
        before, middleware.files = middleware.files, {}
        _find(middleware)
        _found[decides], middleware.files = middleware.files, before
    middleware.files.update(_found[decides])


def look_up_once() -> None:
    """Let every chain of middleware in this process share what the first one found."""
    WhiteNoiseMiddleware.add_files_from_finders = _find_once  # type: ignore[method-assign]
