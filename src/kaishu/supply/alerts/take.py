"""Take a letter in: check its signatures, keep it, know it again, and keep what is refused."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import IntegrityError, transaction

from kaishu.base.sealing import seal, unseal
from kaishu.core.errors import Refusal
from kaishu.core.lot_alert import Alert, Answer
from kaishu.core.lot_alert import Letter as Said
from kaishu.core.lot_alert_errors import AlertTooBig
from kaishu.core.lot_alert_file import Sent, file_of, read, with_key
from kaishu.core.lot_alert_words import QUESTION
from kaishu.supply.alerts.errors import (
    AlertAnswerUnknown,
    AlertAskedTooOften,
    AlertExpired,
    AlertFromFuture,
    AlertKeyMissing,
    AlertNotTheirs,
    AlertNumberUsed,
    AlertUnknown,
)
from kaishu.supply.alerts.known import Known, Standing
from kaishu.supply.alerts.models import IN, SEEN_AGAIN
from kaishu.supply.models import Letter, LetterKey, LetterStep, Network, RefusedLetter

# Clocks of companies differ; a letter from further ahead could outlive a withdrawal that follows.
AHEAD = timedelta(hours=24)
# A question tells whether we hold a lot. Who asks for many, one by one, is guessing lot numbers.
MOST_QUESTIONS = 30
# What one sender's refused files may fill in a day; more than that is no mistake.
MOST_REFUSED = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """The letter's row; `known` where it was here before; how far its writer is known."""

    row: Letter
    known: bool
    standing: Standing


def take(data: bytes, *, door: str, by: str, at: datetime) -> Taken:
    """Take a file in. The same letter again is known, by whichever way it came.

    Raises what `lot_alert_file.read` raises, AlertFromFuture, AlertExpired, AlertNumberUsed,
    AlertAnswerUnknown, AlertNotTheirs, AlertAskedTooOften. What is refused is kept with the reason.
    """
    try:
        sent = read(data)
        with transaction.atomic():
            row, known = _keep(sent, door=door, by=by, at=at)
    except Refusal as refusal:
        _keep_refused(data, refusal, door=door, by=by, at=at)
        raise
    return Taken(row, known, standing_of(row, Known()))


def bring_key(*, number: str, key: str, by: str, at: datetime) -> None:
    """Put the key to a letter whose lots are hidden; twice is once.

    Raises AlertUnknown, AlertKeyWrong.
    """
    row = letter(number)
    try:
        given = bytes.fromhex("".join(key.split()))
    except ValueError:
        given = b""
    _keep_key(row, with_key(read(bytes(row.content)), given).key, by, at)


def letter(number: str) -> Letter:
    """Return a letter by its number. Raises AlertUnknown."""
    row = Letter.objects.filter(number=number).first()
    if row is None:
        raise AlertUnknown
    return row


def sent_of(row: Letter) -> Sent:
    """Return a kept letter as it was read, with its key where that is here."""
    sent = read(bytes(row.content))
    kept = LetterKey.objects.filter(letter=row).first()
    if kept is None:
        return sent
    return with_key(sent, unseal(bytes(kept.sealed), purpose=_purpose(row.number)))


def key_of(row: Letter) -> bytes:
    """Return the key of hidden lots. Raises AlertKeyMissing."""
    key = sent_of(row).key
    if not key:
        raise AlertKeyMissing
    return key


def standing_of(row: Letter, known: Known) -> Standing:
    """Say how far the writer of a letter is known."""
    if row.direction != IN:
        return Standing.OWN
    return known.standing(row.issuer_code, row.issuer_key)


def keep_letter(
    sent: Sent,
    *,
    direction: str,
    door: str,
    by: str,
    at: datetime,
    form_key: str,
    network: Network | None = None,
    key_apart: bool = False,
) -> Letter:
    """Write a letter down, and its key beside it."""
    said = sent.letter
    row = Letter.objects.create(
        number=said.number,
        direction=direction,
        kind=said.kind,
        digest=sent.digest,
        issuer_code=said.issuer.code,
        issuer_name=said.issuer.name,
        issuer_key=said.issuer.key.hex(),
        issued_at=said.issued_at,
        content=file_of(sent, with_key=False),
        network=network,
        key_apart=key_apart,
        door=door,
        by=by,
        at=at,
        form_key=form_key,
        **_told(said),
    )
    if sent.key:
        _keep_key(row, sent.key, by, at)
    return row


def _told(said: Said) -> dict[str, object]:
    if isinstance(said, Answer):
        counts = {**said.counts, "open": list(said.open)}
        step = {"step": said.step, "supersedes": said.replaces}
        return {"about": said.answers, "counts": counts, **step}
    if not isinstance(said, Alert):
        return {"about": said.withdraws, "step": said.reason}
    return {
        "about": said.in_reply_to,
        "item": said.item,
        "item_name": said.item_name,
        "lots": len(said.lots),
        "hidden": said.hidden,
        "defect": said.defect,
        "severity": said.severity,
        "answer_by": said.answer_by,
        "supersedes": said.supersedes,
    }


def _keep(sent: Sent, *, door: str, by: str, at: datetime) -> tuple[Letter, bool]:
    said = sent.letter
    row = Letter.objects.filter(number=said.number).first()
    if row is None:
        _check_time(said, at)
        _check_about(sent)
        _check_often(said, at)
        try:
            with transaction.atomic():
                key = said.number
                new = keep_letter(sent, direction=IN, door=door, by=by, at=at, form_key=key)
                return new, False
        except IntegrityError:  # the same letter came twice at this moment
            row = Letter.objects.get(number=said.number)
    if row.digest != sent.digest:
        raise AlertNumberUsed(number=said.number)
    _seen_again(row, sent, by, at)
    return row, True


def _seen_again(row: Letter, sent: Sent, by: str, at: datetime) -> None:
    """Keep by whom a letter came again, once for each way, and the key if that is new."""
    way = hashlib.sha256(file_of(sent, with_key=False)).hexdigest()
    if way != hashlib.sha256(bytes(row.content)).hexdigest():
        names = [hop.by.name for hop in sent.hops]
        facts = {"hops": names}
        LetterStep.objects.get_or_create(
            letter=row, step=SEEN_AGAIN, key=way, defaults={"facts": facts, "by": by, "at": at}
        )
    if sent.key:
        _keep_key(row, sent.key, by, at)


def _check_time(said: Said, at: datetime) -> None:
    if said.issued_at > at + AHEAD:
        raise AlertFromFuture(issued_at=f"{said.issued_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")
    last = said.valid_until if isinstance(said, Alert) else None
    if last is not None and last < at.astimezone(UTC).date():
        raise AlertExpired(valid_until=last.isoformat())


def _check_about(sent: Sent) -> None:
    """Refuse an answer to what we never had, and a withdrawal by somebody else.

    A withdrawal may come before its letter: whether it counts is then seen when both are here.
    """
    said = sent.letter
    if isinstance(said, Answer):
        if not Letter.objects.filter(number=said.answers, kind__in=("alert", "question")).exists():
            raise AlertAnswerUnknown(number=said.answers)
    elif not isinstance(said, Alert):
        about = Letter.objects.filter(number=said.withdraws).first()
        if about is not None and not may_withdraw(
            about, said.issuer.code, said.issuer.key.hex(), Known()
        ):
            raise AlertNotTheirs(number=said.withdraws)


def _check_often(said: Said, at: datetime) -> None:
    """Refuse a company's questions above so many a day; an alert is never refused for that."""
    if said.kind != QUESTION:
        return
    lately = Letter.objects.filter(kind=QUESTION, direction=IN, at__gt=at - timedelta(days=1))
    if lately.filter(issuer_key=said.issuer.key.hex()).count() >= MOST_QUESTIONS:
        raise AlertAskedTooOften(most=MOST_QUESTIONS)


def may_withdraw(about: Letter, code: str, public: str, known: Known) -> bool:
    """Say whether whoever signs with this key may take a letter back: its own key, or another
    that is trusted for the same company."""
    if about.issuer_key == public:
        return True
    return about.issuer_code == code and known.standing(code, public) is Standing.VERIFIED


def _keep_key(row: Letter, key: bytes, by: str, at: datetime) -> None:
    sealed = seal(key, purpose=_purpose(row.number))
    LetterKey.objects.get_or_create(letter=row, defaults={"sealed": sealed, "by": by, "at": at})


def _purpose(number: str) -> str:
    return f"supply:letter-key:{number}"


def _keep_refused(data: bytes, refusal: Refusal, *, door: str, by: str, at: datetime) -> None:
    """Keep a refused file, once, and without the bytes where it is larger than a letter can be."""
    lately = RefusedLetter.objects.filter(by=by, at__gt=at - timedelta(days=1))
    if lately.count() >= MOST_REFUSED:
        return
    too_big = isinstance(refusal, AlertTooBig)
    RefusedLetter.objects.get_or_create(
        sha256=hashlib.sha256(data).hexdigest(),
        reason=refusal.code,
        by=by,
        defaults={
            "size": len(data),
            "content": b"" if too_big else data,
            "facts": refusal.facts,
            "door": door,
            "at": at,
        },
    )
