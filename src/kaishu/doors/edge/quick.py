"""The quick way through a shelf: which addresses have it, and until when.

    /<language>/r/<slug>/check/?model=…&serial=…        the page
    /<language>/r/<slug>/check.json?model=…&serial=…    the same as JSON

A page names the day it was made on, so what was made for one day ends with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from kaishu.core.answer import ASKS
from kaishu.core.asking import Said
from kaishu.core.check_page import answer_page
from kaishu.core.everywhere import Hearing
from kaishu.core.pack import Pack
from kaishu.core.recall import Product
from kaishu.core.skeletons import Lane, Render, is_alone
from kaishu.core.verdict import Verdict
from kaishu.doors.edge import wording
from kaishu.doors.edge.answers import told, written
from kaishu.doors.edge.pages import Asked, rendered
from kaishu.doors.edge.replies import HTML_TYPE, JSON_TYPE, MINUTE, Headers, headers_of
from kaishu.doors.edge.shelf import Shelf

PAGE, JSON = "check/", "check.json"
_MODEL, _SERIAL = "model=", "&serial="


@dataclass(frozen=True, slots=True)
class Quick:
    """The lanes of one address by model. `until`: when the day of its recall's market ends."""

    lanes: Mapping[str, Lane]
    headers: Headers
    until: float

    def answer(self, query: str) -> list[bytes] | None:
        """Return the answer to a question of the plain form, or None for the slow way."""
        if not query.startswith(_MODEL):
            return None
        model, found, serial = query[len(_MODEL) :].partition(_SERIAL)
        lane = self.lanes.get(model)
        return None if lane is None or not found else lane.answer(serial)


def quick_ways(shelf: Shelf, *, at: datetime, main_site: str, https: bool) -> dict[str, Quick]:
    """Return the quick way of every address that has one; a model in two recalls has none."""
    return {
        f"/{code}/r/{slug}/{form}": Quick(
            {
                product.model: Lane(
                    pack, product, _render(pack, product, form, code, at=at, main_site=main_site)
                )
                for product in pack.recall.products
                if Lane.may_serve(pack, product) and is_alone(shelf.running, pack, product)
            },
            answer_headers(form, code, https=https),
            _midnight(pack, at),
        )
        for slug, pack in shelf.packs.items()
        for code in wording.TAGS
        for form in (PAGE, JSON)
    }


def answer_headers(form: str, code: str, *, https: bool) -> Headers:
    """Return the headers of an answer: the same bytes for everybody, for a minute."""
    content = JSON_TYPE if form == JSON else HTML_TYPE
    return headers_of(content, MINUTE, tag=wording.TAGS[code], https=https)


def _render(
    pack: Pack, product: Product, form: str, code: str, *, at: datetime, main_site: str
) -> Render:
    """Return what makes the answer of one product in one language and form."""
    path = f"/{code}/r/{pack.recall.slug}/{form}"

    def render(verdict: Verdict, serial: str) -> str | None:
        asked = Asked(code=code, path=path, pairs=(("model", product.model), ("serial", serial)))
        heard = [Hearing(pack, verdict)]
        if form == JSON:
            return written(told(heard, asked, main_site=main_site))
        if verdict.reason in ASKS:  # the page asks one more question first
            return None
        said = Said(product.model, serial, "", "", "")
        page = answer_page(heard, said, tag=asked.tag, code=code, at=at)
        return rendered(page, asked, main_site=main_site)

    return render


def _midnight(pack: Pack, at: datetime) -> float:
    """Return when the day on the clock of a recall's market ends, as a Unix time."""
    zone = ZoneInfo(wording.time_zone(pack.recall.market))
    tomorrow = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, zone).timestamp()
