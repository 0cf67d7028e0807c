"""The page for what goes wrong before Django is asked: no view, template, cookie or database.

It stands alone, so that it can be sent while the disk is full or a body is still coming in.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kaishu.base import language
from kaishu.core.sentences import sentence

STYLES = ("kaishu/tokens.css", "kaishu/shared.css", "kaishu/owner.css")


def language_of(path: str, accepted: str) -> str:
    """Return the BCP 47 tag of a request: its path's language, else the browser's."""
    return language.tag(language.of_path(path) or language.of_browser(accepted))


def bare_page(code: str, *, tag: str, facts: Mapping[str, object] | None = None) -> SafeString:
    """Return a reason code's sentence and next step as a whole page in one language."""
    said = sentence(code, tag, {name: str(value) for name, value in (facts or {}).items()})
    styles = format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(name),) for name in STYLES)
    )
    return format_html(
        '<!doctype html>\n<html lang="{}" class="owner">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>{}</title>\n{}\n</head>\n"
        '<body>\n<main id="main" class="page">\n<h1>{}</h1>\n<p class="lede">{}</p>\n'
        "</main>\n</body>\n</html>\n",
        tag,
        said.text,
        styles,
        said.text,
        said.next,
    )
