"""What happens to your data: the data map and the consent texts as everybody can read them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import pgettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from kaishu.base import language
from kaishu.core.recall import say
from kaishu.doors.public import site
from kaishu.people import consent, datamap
from kaishu.people.datamap import Row

# Roles as owners know them: who they meet, not how the company is organised.
WORDS = {
    "owner": "you",
    "reviewer": "the people who check claims",
    "operator": "the people on the telephone",
    "manager": "the people who check claims",
    "finance": "the people who pay",
    "approver": "the people who pay",
    "collector": "the depot",
    "recycler": "the recycler",
    "auditor": "the auditor",
    "nobody": "no person, only our machines",
}


@require_safe
@cache_control(public=True, max_age=3600)
def privacy(request: HttpRequest, tongue: str) -> HttpResponse:
    """Say for each thing that is asked: why, who sees it, until when."""
    return site.show(request, "public/privacy/privacy.html", None, privacy_context())


def privacy_context() -> dict[str, Any]:
    """Return the data map and the consent texts in the language in force."""
    return {
        "rows": [_row(row) for row in datamap.shown()],
        "consents": [_consent(purpose) for purpose in ("claim", "safety_watch")],
    }


def _row(row: Row) -> dict[str, Any]:
    tag = language.tag()
    who = dict.fromkeys(pgettext("word", WORDS[role]) for role in row.who)
    return {
        "what": say(row.what, tag),
        "why": say(row.why, tag),
        "basis": say(row.basis.text, tag),
        "who": (", " if tag == "en" else "、").join(who),
        "until": say(row.until.text, tag),
        "sealed": row.sealed,
    }


def _consent(purpose: str) -> dict[str, Any]:
    text = consent.current(purpose)
    return {"text": say(text.text, language.tag()), "version": text.version, "of": text.from_date}
