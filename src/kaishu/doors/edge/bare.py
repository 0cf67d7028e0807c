"""The page for what is no check: a sentence and the next step in one language."""

from __future__ import annotations

from html import escape

from kaishu.core.sentences import sentence
from kaishu.doors.edge import wording

STYLES = ("tokens.css", "shared.css", "owner.css")


def language_of(path: str, accepted: str) -> str:
    """Return the tag of a request's language: its path's, else the browser's first of ours."""
    first = path.removeprefix("/").partition("/")[0]
    if first in wording.TAGS:
        return wording.TAGS[first]
    for wanted in accepted.lower().split(","):
        code = wanted.partition(";")[0].strip()[:2]
        if code in ("ja", "zh", "en"):
            return {"ja": "ja", "zh": "zh-Hans", "en": "en"}[code]
    return "en"


def bare_page(code: str, tag: str) -> str:
    """Return a sentence and its next step as a whole page."""
    said = sentence(code, tag)
    styles = "".join(f'<link rel="stylesheet" href="/static/kaishu/{name}">' for name in STYLES)
    return (
        f'<!doctype html>\n<html lang="{tag}" class="owner">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(said.text)}</title>\n{styles}\n</head>\n"
        f'<body>\n<main id="main" class="page">\n<h1>{escape(said.text)}</h1>\n'
        f'<p class="lede">{escape(said.next)}</p>\n</main>\n</body>\n</html>\n'
    )
