"""Mark where a Japanese heading may break: between phrases, never inside one.

Only Chromium finds phrases by itself (`word-break: auto-phrase`), and by far not all phones carry
it. So the server marks the places with <wbr>, in headings only; Chinese and English stay as they
are. The model is budoux's, loaded at the first Japanese heading (2 ms).
"""

from __future__ import annotations

import html
import re
from functools import lru_cache
from typing import Any

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeData, SafeString, mark_safe

_TAG = re.compile(r"(<[^>]*>)")


def marked(text: str) -> SafeString:
    """Return the heading as HTML with its breaks marked; HTML that is safe already is kept."""
    if not isinstance(text, SafeData):
        return _wrapped(_joined(str(text)))
    parts = (
        part if part.startswith("<") else _joined(html.unescape(part)) for part in _TAG.split(text)
    )
    return _wrapped("".join(parts))


def _wrapped(inside: str) -> SafeString:
    return mark_safe(f'<span class="phrased">{inside}</span>')  # noqa: S308 (parts are escaped)


@lru_cache(maxsize=2048)
def _joined(text: str) -> str:
    if not text.strip():
        return str(escape(text))
    return str(format_html_join(mark_safe("<wbr>"), "{}", ((part,) for part in _cut(text))))


def _cut(text: str) -> list[str]:
    pieces: list[str] = _parser().parse(text)
    return pieces


@lru_cache(maxsize=1)
def _parser() -> Any:
    import budoux

    return budoux.load_default_japanese_parser()
