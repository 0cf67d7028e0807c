"""Keep the check's pages as they were made: the same bytes for everybody.

Which model, and which serial: what a whole country opens first rests on the edition and the
language alone, so each is rendered once a process. Only the address that our own forms lead to is
kept; then there are as many pages as models and languages, however somebody spells an address.

An answer rests on the edition, the language, the day and the serial. It is made once for all
serials that the rules cannot tell apart, and their own serial is put in (`core.skeletons`): what
became of a unit is not known here, so claimed and unclaimed cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date
from urllib.parse import unquote_plus, urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone, translation

from kaishu.base import language
from kaishu.base.compress import asked_often
from kaishu.core.answer import ASKS
from kaishu.core.asking import Said
from kaishu.core.check_page import CheckPage, answer_page
from kaishu.core.everywhere import Hearing
from kaishu.core.pack import Pack
from kaishu.core.recall import Product
from kaishu.core.skeletons import Lane, is_alone
from kaishu.core.verdict import Verdict
from kaishu.markets import zone_of

_kept: dict[tuple[str, str], tuple[str, bytes]] = {}  # (path, query): the edition, the page
_Stamp = tuple[date, tuple[str, ...]]  # the day in the recall's market, every edition in force
_lanes: dict[tuple[str, str], tuple[_Stamp, Lane | None]] = {}  # (path, model)


def question(request: HttpRequest, pack: Pack, make: Callable[[], HttpResponse]) -> HttpResponse:
    """Return the page that `make` renders, from memory where it was made for this edition."""
    query = request.META.get("QUERY_STRING", "")
    if not _is_first(pack, query):
        return make()
    known = _kept.get((request.path, query))
    if known is None or known[0] != pack.ref.digest:
        known = _kept[request.path, query] = (pack.ref.digest, make().content)
    return asked_often(HttpResponse(known[1]))


def answer(
    request: HttpRequest,
    pack: Pack,
    running: Sequence[Pack],
    show: Callable[[HttpRequest, CheckPage], HttpResponse],
) -> HttpResponse | None:
    """Return the answer to a plain question, as `show` renders it; None for the slow way."""
    model, found, serial = _plain_question(request.META.get("QUERY_STRING", ""))
    product = pack.recall.product(model) if found else None
    if product is None or request.method != "GET":
        return None
    today = timezone.now().astimezone(zone_of([pack.recall.market]) or UTC).date()
    # `pack` too: at a publication it may have been read a moment before the others.
    stamp = (today, tuple(each.ref.digest for each in (pack, *running)))
    known = _lanes.get((request.path, model))
    if known is None or known[0] != stamp:
        known = _lanes[request.path, model] = (stamp, _lane(request, pack, product, running, show))
    pieces = known[1].answer(serial) if known[1] is not None else None
    return None if pieces is None else HttpResponse(b"".join(pieces))


def _plain_question(query: str) -> tuple[str, str, str]:
    if not query.startswith("model="):
        return "", "", ""
    return query.removeprefix("model=").partition("&serial=")


def _lane(
    request: HttpRequest,
    pack: Pack,
    product: Product,
    running: Sequence[Pack],
    show: Callable[[HttpRequest, CheckPage], HttpResponse],
) -> Lane | None:
    if not (Lane.may_serve(pack, product) and is_alone(running, pack, product)):
        return None
    path, code, tag = request.path, translation.get_language() or "en", language.tag()

    def render(verdict: Verdict, serial: str) -> str | None:
        if verdict.reason in ASKS:  # the page asks one more question first
            return None
        said = Said(product.model, serial, "", "", "")
        at = timezone.now()
        page = answer_page([Hearing(pack, verdict)], said, tag=tag, code=code, at=at)
        asked = HttpRequest()
        asked.method, asked.path, asked.path_info = "GET", path, path
        asked.META["QUERY_STRING"] = urlencode({"model": product.model, "serial": serial})
        asked.GET = QueryDict(asked.META["QUERY_STRING"])
        asked.LANGUAGE_CODE = code
        return show(asked, page).content.decode()

    return Lane(pack, product, render)


def _is_first(pack: Pack, query: str) -> bool:
    """Say whether a query names nothing, or one of the recall's models and nothing else."""
    model = unquote_plus(query.removeprefix("model="))
    return not query or (model in pack.scopes and query == urlencode({"model": model}))
