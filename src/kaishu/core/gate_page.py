"""The page that stands before an answer while a device calculates or a person waits.

One for both doors, as `core.check_page`. It keeps every field of the question, says in one sentence
what happens and how long it takes, and names the telephone. It is never kept by a cache; the answer
behind it has the clean address of the question and a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from kaishu.core.check_page import CheckPage
from kaishu.core.gate import Brought, Lane, Ruling
from kaishu.core.gate.proof import TRIES
from kaishu.core.recall import Recall, say
from kaishu.core.sentences import sentence

PASS, PROOF, TICKET, SLOW = FIELDS = ("pass", "proof", "ticket", "slow")
TEMPLATE = "public/gate.html"
STATUS = 429
A_MINUTE = 60
AN_HOUR = 3600


def read_brought(query: Mapping[str, str]) -> Brought:
    """Read what an address brings for the gate."""
    return Brought(
        pass_=query.get(PASS, ""),
        proof=query.get(PROOF, ""),
        ticket=query.get(TICKET, ""),
        slow=bool(query.get(SLOW)),
    )


def clean(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the fields of the question without those of the gate."""
    return [(name, value) for name, value in pairs if name not in FIELDS]


def answer_query(ruling: Ruling, pairs: Iterable[tuple[str, str]]) -> str:
    """Return the query of the answer's own address, once a proof or a wait was accepted."""
    return urlencode([*clean(pairs), (PASS, ruling.pass_)])


def gate_page(
    ruling: Ruling, recall: Recall, pairs: Iterable[tuple[str, str]], *, path: str, tag: str
) -> CheckPage:
    """Return the page of a ruling that is not `go`."""
    asked = clean(pairs)
    slow = ruling.lane is Lane.SLOW
    more = (TICKET, ruling.ticket) if slow else (SLOW, "1")
    facts = {
        "time": _time(ruling.seconds, tag),
        "phone": recall.phone,
        "phone_hours": say(recall.phone_hours, tag),
    }
    context: dict[str, Any] = {
        "title": sentence("gate_title", tag).text,
        "words": sentence("gate_slow" if slow else "gate_prove", tag, facts).text,
        "without": "" if slow else sentence("gate_no_script", tag).text,
        "button": sentence("gate_open" if slow else "gate_wait", tag).text,
        "until": sentence("until_you_know", tag).text,
        "call": sentence("gate_call", tag, facts).text,
        "pairs": asked,
        "field": more[0],
        "worth": more[1],
        "again": f"{path}?{urlencode([*asked, more])}",
        "path": path,
        "seconds": ruling.seconds if slow else 0,
        "challenge": ruling.challenge,
        "tries": ruling.effort * TRIES,
    }
    return CheckPage(TEMPLATE, recall, context)


def _time(seconds: int, tag: str) -> str:
    """Return a time as people say it: never shorter than it is."""
    if seconds < 2 * A_MINUTE:
        return sentence("gate_seconds", tag, {"count": str(max(2, seconds))}).text
    if seconds < 2 * AN_HOUR:
        return sentence("gate_minutes", tag, {"count": str(-(-seconds // A_MINUTE))}).text
    return sentence("gate_hours", tag, {"count": str(-(-seconds // AN_HOUR))}).text
