"""Answers that come in by themselves, without a token: the signature says who answers.

Whoever has a letter of ours can answer it. What cannot be an answer to one of ours is not kept, so
that nobody fills our disk from outside.
"""

from __future__ import annotations

from datetime import datetime

from kaishu.base import limiter
from kaishu.core.canonical import canonical
from kaishu.core.lot_alert import Answer
from kaishu.core.lot_alert_errors import AlertTooBig
from kaishu.core.lot_alert_file import read
from kaishu.core.lot_alert_json import parse
from kaishu.supply.alerts.errors import AlertAnswerUnknown, AlertAskedTooOften, AlertOtherAnswered
from kaishu.supply.alerts.models import OUT
from kaishu.supply.alerts.take import Taken, take
from kaishu.supply.models import Letter

BY = "inbox"
MOST_ANSWER = 64 * 1024
AN_HOUR, A_DAY = 3600, 86_400
MOST_AN_HOUR, MOST_OF_ONE = 1000, 50


def take_answer(data: bytes, *, door: str, at: datetime) -> Taken:
    """Take in an answer to a letter of ours: its file, or the webhook that carries it.

    Raises what `take` raises, AlertOtherAnswered, AlertAskedTooOften.
    """
    if len(data) > MOST_ANSWER:
        raise AlertTooBig(most=f"{MOST_ANSWER // 1024} KB")
    if not limiter.allow(
        name="alert-inbox", subject="all", limit=MOST_AN_HOUR, seconds=AN_HOUR, at=at
    ):
        raise AlertAskedTooOften(most=MOST_AN_HOUR)
    letter = _letter_in(data)
    said = read(letter).letter
    if not isinstance(said, Answer):
        raise AlertOtherAnswered
    if not Letter.objects.filter(number=said.answers, direction=OUT).exists():
        raise AlertAnswerUnknown(number=said.answers)
    known = Letter.objects.filter(number=said.number).exists()
    who = f"{said.answers}:{said.issuer.key.hex()}"
    if not known and not limiter.allow(
        name="alert-answers", subject=who, limit=MOST_OF_ONE, seconds=A_DAY, at=at
    ):
        raise AlertAskedTooOften(most=MOST_OF_ONE)
    return take(letter, door=door, by=BY, at=at)


def _letter_in(data: bytes) -> bytes:
    """Return the letter's file out of a webhook; another body is the file itself."""
    said = parse(data)
    inner = said.get("data") if isinstance(said, dict) else None
    if isinstance(inner, dict) and isinstance(inner.get("letter"), dict):
        return canonical(inner["letter"])
    return data
