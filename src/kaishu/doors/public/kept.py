"""Keep the check's first questions as they were made: the same bytes for everybody.

Which model, and which serial: what a whole country opens first rests on the edition and the
language alone, so each is rendered once a process. Only the address that our own forms lead to is
kept; then there are as many pages as models and languages, however somebody spells an address.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_plus, urlencode

from django.http import HttpRequest, HttpResponse

from kaishu.base.compress import asked_often
from kaishu.core.pack import Pack

_kept: dict[tuple[str, str], tuple[str, bytes]] = {}  # (path, query): the edition, the page


def question(request: HttpRequest, pack: Pack, make: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the page that `make` renders, from memory where it was made for this edition."""
    query = request.META.get("QUERY_STRING", "")
    if not _is_first(pack, query):
        return make()
    known = _kept.get((request.path, query))
    if known is None or known[0] != pack.ref.digest:
        known = _kept[request.path, query] = (pack.ref.digest, make().content)
    return asked_often(HttpResponse(known[1]))


def _is_first(pack: Pack, query: str) -> bool:
    """Say whether a query names nothing, or one of the recall's models and nothing else."""
    model = unquote_plus(query.removeprefix("model="))
    return not query or (model in pack.scopes and query == urlencode({"model": model}))
