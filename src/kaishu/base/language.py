"""Which of the three languages a page speaks: its path, else the person's choice, else the browser.

Public pages carry the language in their path, so that a link can be sent to a grandmother and a
cache can keep it; every other page follows a cookie that the language switch sets.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.http import require_POST

COOKIE = "kaishu-language"
YEAR = 365 * 24 * 3600

# Path prefix (and Django's code) -> BCP 47 tag (and the key of a recall's texts) -> own name.
TAGS = {"ja": "ja", "zh-hans": "zh-Hans", "en": "en"}
NAMES = {"ja": "日本語", "zh-hans": "简体中文", "en": "English"}


def of_path(path: str) -> str | None:
    """Return the language code that a path starts with, or None."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in TAGS else None


def of_browser(header: str) -> str:
    """Return the best of our languages for an Accept-Language header; English when none fits."""
    for wanted, _weight in parse_accept_lang_header(header):
        if wanted == "*":
            break
        if wanted.startswith("zh"):
            return "zh-hans"
        try:
            return get_supported_language_variant(wanted)
        except LookupError:
            continue
    return "en"


def tag(code: str | None = None) -> str:
    """Return the BCP 47 tag of a code, by default of the language in force."""
    return TAGS.get(code or translation.get_language() or "en", "en")


class Language:
    """Turn the language of each request on and name it in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = of_path(request.path_info)
        chosen_by_path = code is not None
        if code is None:
            cookie = request.COOKIES.get(COOKIE, "")
            code = (
                cookie
                if cookie in TAGS
                else of_browser(request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
            )
        with translation.override(code):
            request.LANGUAGE_CODE = code
            request.lang = TAGS[code]  # type: ignore[attr-defined]  # Django requests take extra attributes
            response = self.get_response(request)
        says_itself = response.has_header("Content-Language")  # then it asked nobody's browser
        response.headers.setdefault("Content-Language", TAGS[code])
        if not chosen_by_path and not says_itself:
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the language a person chose and go back to the page they were on."""
    code, back = request.POST.get("language", ""), request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = HttpResponseRedirect(back)
    if code in TAGS:
        response.set_cookie(
            COOKIE, code, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    return response
