"""What both staff doors need: one answer to a form sent twice, and a word after an act."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase

from kaishu.base import idempotency, language
from kaishu.base.refusals import refusal_page
from kaishu.core.errors import Refusal
from kaishu.core.sentences import sentence

_KEY = re.compile(r"[0-9a-f]{32}")
_SAID, _ANSWERED = "desk-said", "desk-answered"
KEPT = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of a page's summary; `id` names the control it is about."""

    text: str
    next: str = ""
    id: str = ""


def problem_of(refusal: Refusal, id: str = "") -> Problem:  # noqa: A002 (the template's name)
    """Return a refusal as its sentence and next step in the language in force."""
    said = sentence(refusal.code, language.tag(), refusal.facts)
    return Problem(said.text, said.next, id)


def key_of(request: HttpRequest) -> str:
    """Return the key that came with a form; a form without one is its own."""
    key = request.POST.get("key", "")
    return key if _KEY.fullmatch(key) else idempotency.new_key()


def once(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer the same form sent again with where its first answer led.

    The same key with other content goes on to the action, which knows better.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        key, asked = key_of(request), _hash(request)
        first = request.session.get(_ANSWERED, {}).get(key)
        if first and first[0] == asked:
            return HttpResponseRedirect(first[1])
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseRedirect):
            known = [*request.session.get(_ANSWERED, {}).items()][1 - KEPT :]
            request.session[_ANSWERED] = {**dict(known), key: [asked, response.url]}
        return response

    return answer


def carry_out(
    request: HttpRequest,
    do: Callable[[], object],
    *,
    again: Callable[[list[Problem]], HttpResponseBase],
    to: str,
    said: str = "",
    about: str = "",
    missing: tuple[type[Refusal], ...] = (),
) -> HttpResponseBase:
    """Do one act of a form; then go to `to` with a sentence, or show the form `again`.

    The sentence is `said`, or what the act itself returns.
    What was typed stays: `again` shows it with the refusal, which concerns the control `about`.
    A refusal of the kinds `missing` says that what the address names does not exist (404).
    """
    try:
        done = do()
    except missing as refusal:
        return refusal_page(request, refusal, status=404)
    except Refusal as refusal:
        return again([problem_of(refusal, about)])
    say_next(request, said or str(done))
    return HttpResponseRedirect(to)


def say_next(request: HttpRequest, text: str, tone: str = "ok") -> None:
    """Keep a sentence for the page that the person sees next."""
    request.session[_SAID] = {"text": text, "tone": tone}


def take_said(request: HttpRequest) -> dict[str, str] | None:
    """Return the kept sentence, once."""
    found: dict[str, str] | None = request.session.pop(_SAID, None)
    return found


def _hash(request: HttpRequest) -> str:
    fields = [
        [name, values]
        for name, values in sorted(request.POST.lists())
        if name != "csrfmiddlewaretoken"
    ]
    return idempotency.request_hash([request.path, fields])
