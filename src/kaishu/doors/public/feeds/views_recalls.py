"""`GET /RestWebServices/Recall`: recalls for programs, at the address and in the shape of CPSC's.

Public and without a key. The answer is computed once an edition and query, then comes from memory;
only new questions are counted, all askers together: no address of anybody is kept. A program that
polls the whole list is never refused.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse

from kaishu.core.pack import Pack
from kaishu.doors.public import site
from kaishu.doors.public.feeds import asked, cpsc
from kaishu.doors.public.feeds.answering import open_data, whole
from kaishu.editions import queries as editions
from kaishu.editions.place import packs_folder

JSON = "application/json; charset=utf-8"
KEPT_ANSWERS = 200
NEW_QUESTIONS_A_MINUTE = 300
MINUTE = 60

_Key = tuple[str, asked.Asked]
_asked_in = [0, 0]  # the minute, and how many new questions it has seen
_answers: OrderedDict[_Key, bytes] = OrderedDict()
_ids: dict[tuple[str, str], int] = {}


@open_data
def recalls(request: HttpRequest) -> HttpResponse:
    """Answer which recalls a query means, as a JSON array."""
    try:
        wanted = asked.read(
            (name, value) for name, values in request.GET.lists() for value in values
        )
    except asked.NotUnderstood as problem:
        return _said(str(problem), status=400)
    packs = site.running()
    key = (_edition_mark(packs), wanted)
    body = _answers.get(key)
    if body is None:
        if wanted.filters and not _may_ask():
            return _said("Too many different questions. Try again in a minute.", status=429)
        body = _answers[key] = _answer(packs, wanted)
        while len(_answers) > KEPT_ANSWERS:
            _answers.popitem(last=False)
    newest = max((pack.published_at for pack in packs), default=None)
    return whole(request, body, media_type=JSON, language=wanted.tag, changed=newest)


def _answer(packs: Sequence[Pack], wanted: asked.Asked) -> bytes:
    ids = _recall_ids([pack.recall.slug for pack in packs])
    rows = [
        cpsc.row(pack, ids[pack.recall.slug], wanted.tag)
        for pack in packs
        if pack.recall.slug in ids  # a publication that never ended has no row
    ]
    found = asked.those(rows, wanted)
    return json.dumps(found, ensure_ascii=False, indent=1).encode() + b"\n"


def _recall_ids(slugs: Sequence[str]) -> dict[str, int]:
    """Return each recall's number, which never changes: one query when a recall joins."""
    house = str(packs_folder())
    if any((house, slug) not in _ids for slug in slugs):
        _ids.update({(house, row.slug): row.id for row in editions.recall_rows()})
    return {slug: _ids[house, slug] for slug in slugs if (house, slug) in _ids}


def _edition_mark(packs: Sequence[Pack]) -> str:
    digests = " ".join(pack.ref.digest for pack in packs)
    return hashlib.sha256(f"{packs_folder()} {digests}".encode()).hexdigest()


def _may_ask() -> bool:
    """Count a new question of this minute, in this process: it costs work here and nowhere else."""
    minute = int(time.monotonic() // MINUTE)
    if _asked_in[0] != minute:
        _asked_in[:] = [minute, 0]
    _asked_in[1] += 1
    return _asked_in[1] <= NEW_QUESTIONS_A_MINUTE


def _said(words: str, *, status: int) -> HttpResponse:
    response = HttpResponse(
        json.dumps({"Message": words}),
        status=status,
        content_type=JSON,
        headers={"Cache-Control": "no-store"},
    )
    if status == 429:
        response["Retry-After"] = str(MINUTE)
    return response
