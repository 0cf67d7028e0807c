"""Send what is in the outbox, each message once as far as mail allows, whatever dies in between.

    queued -> sending    leased to this worker, committed                     (transaction 1)
    the mail server is called, outside any transaction
    sending -> sent      the server took the mail over                        (transaction 2)
    sending -> queued    not now: again in five minutes, 48 times in all
    sending -> failed    never for this address; somebody calls the owner
    queued -> given_up   the last try failed too; somebody calls the owner

A worker that dies between the call and the mark leaves a lease that runs out: the mail is sent
once more under the same Message-ID, which mail programs show once.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from kaishu.base.sealing import unseal
from kaishu.notices.actions import AFTER_ERASURE, open_mail_call
from kaishu.notices.composing import (
    compose,
    envelope_sender,
    mail_address,
    plain_mail,
    sender_address,
)
from kaishu.notices.errors import MailNotSetUp
from kaishu.notices.models import FAILED, GIVEN_UP, OPEN, QUEUED, SENDING, SENT, Message
from kaishu.notices.rendering import render, to_purpose
from kaishu.notices.smtp import Later, Post, Refused, Unreachable, servers
from kaishu.people import queries as people
from kaishu.people.contact import Contact

logger = logging.getLogger("kaishu.notices")

TRIES = 48
PAUSE = timedelta(minutes=5)
# So long a message waits for a mail server that cannot be reached.
OUTAGE = timedelta(days=3)
LEASE = timedelta(hours=1)
# So many are leased together: even if each ran into both time limits, the lease would outlast it.
TOGETHER = 20
# After this nothing more is leased in a round: a slow server must not hold up the worker's other
# jobs, and a lease counted from the round's start must not be over before it is used.
ROUND = timedelta(minutes=10)


class _Nowhere(Exception):
    """There is nobody to write to any more; nobody needs to hear of it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def send_due(*, at: datetime, limit: int = 200, post: Post | None = None) -> Mapping[str, int]:
    """Send what is due, oldest first; returns how many were sent, delayed, failed, given up."""
    done: Counter[str] = Counter()
    known = servers()
    if not known and post is None:
        return done
    post = post or Post(known)
    try:
        ends = time.monotonic() + ROUND.total_seconds()
        while limit > 0 and (leased := lease(at=at, count=min(limit, TOGETHER))):
            limit -= len(leased)
            if not _send_all(leased, post, at, done) or time.monotonic() > ends:
                break
    finally:
        post.close()
    return done


def send_test(*, to: str, at: datetime) -> None:
    """Send one mail that says nothing, past the outbox; raises what the servers answer."""
    known = servers()
    if not known:
        raise MailNotSetUp
    post = Post(known)
    address = mail_address(to)
    try:
        post.send(sender=sender_address(), to=address, mail=plain_mail(to=address, at=at))
    finally:
        post.close()


def lease(*, at: datetime, count: int) -> list[Message]:
    """Take the oldest due messages for this worker alone; a lease that ran out is taken over."""
    with transaction.atomic():
        due = Message.objects.filter(state__in=OPEN, next_try_at__lte=at)
        ids = list(
            due.order_by("next_try_at", "id")
            .select_for_update(skip_locked=True)
            .values_list("id", flat=True)[:count]
        )
        until = at + LEASE
        # The guard is repeated: where no row was locked, one worker's update wins.
        taken = [
            number
            for number in ids
            if due.filter(id=number).update(
                state=SENDING, leased_until=until, next_try_at=until, attempts=F("attempts") + 1
            )
        ]
    rows = Message.objects.filter(id__in=taken).select_related("version")
    return list(rows.order_by("queued_at", "id"))


def _send_all(leased: list[Message], post: Post, at: datetime, done: Counter[str]) -> bool:
    """Send each; once no server can be reached, the rest waits too. False = stop for now."""
    reachable = True
    for message in leased:
        if not reachable:
            done[_later(message, Unreachable(), at)] += 1
            continue
        try:
            done[_send_one(message, post, at)] += 1
        except Unreachable as nobody:
            done[_later(message, nobody, at)] += 1
            reachable = False
    return reachable


def _send_one(message: Message, post: Post, at: datetime) -> str:
    """Send one leased message and record what came of it."""
    try:
        _hand_over(message, post, at)
    except _Nowhere as end:
        return _end(message, GIVEN_UP, end.code, at, call=False)
    except Refused as no:
        return _end(message, FAILED, no.code, at, call=True)
    except Unreachable:
        raise
    except Later as later:
        return _later(message, later, at)
    except Exception:
        # A fault of our own must not stop the others, nor lose this one.
        logger.exception("message not sent", extra={"id": message.id})
        return _later(message, Later(), at)
    # sending -> sent, its secrets forgotten
    _advance(message, SENT, sent_at=at, sealed=None, sealed_to=None, last_error="", failed_at=None)
    return "sent"


def _hand_over(message: Message, post: Post, at: datetime) -> None:
    contact, typed = _addressee(message)
    name = "" if contact is None else contact.name
    to = mail_address(typed)
    rendered = render(message, name=name)
    mail = compose(message, rendered, name=name, to=to, at=at)
    post.send(sender=envelope_sender(message), to=to, mail=mail)


def _addressee(message: Message) -> tuple[Contact | None, str]:
    """Look up whom to write to now: a changed address wins, a forgotten person gets nothing."""
    contact = None
    if message.person_id:
        contact = people.contacts([message.person_id]).get(message.person_id)
        if contact is None and message.template not in AFTER_ERASURE:
            raise _Nowhere("person_forgotten")
    if message.sealed_to is not None:
        sealed = bytes(message.sealed_to)
        return contact, unseal(sealed, purpose=to_purpose(message.message_id)).decode()
    if contact is None or not contact.email.strip():
        raise _Nowhere("no_address")
    return contact, contact.email


def _later(message: Message, later: Later, at: datetime) -> str:
    """Put a message back for another try, or give it up after the last.

    While no server can be reached at all, nothing was tried: an outage of a night or a weekend
    costs nobody a message. It ends after days, when somebody should call.
    """
    if isinstance(later, Unreachable) and at - message.queued_at < OUTAGE:
        return _wait(message, later, at, attempts=message.attempts - 1)
    if message.attempts >= TRIES or at - message.queued_at >= OUTAGE:
        return _end(message, GIVEN_UP, "mail_unreachable", at, call=True)
    return _wait(message, later, at)


def _wait(message: Message, later: Later, at: datetime, **fields: object) -> str:
    seconds = PAUSE.total_seconds()
    # A tenth of jitter, so that what failed together does not come back together.
    wait = timedelta(seconds=seconds * 0.95 + secrets.randbelow(int(seconds * 0.1) + 1))
    _advance(message, QUEUED, next_try_at=at + wait, last_error=later.code, **fields)
    return "delayed"


def _end(message: Message, state: str, code: str, at: datetime, *, call: bool) -> str:
    """Settle a message that did not arrive; `call` = somebody should reach its owner by phone."""
    with transaction.atomic():
        fields = {"sealed": None, "sealed_to": None} if not call else {}
        if _advance(message, state, last_error=code, failed_at=at, **fields) and call:
            open_mail_call(message=message, at=at)
    return state


def _advance(message: Message, target: str, **fields: object) -> bool:
    """Move a message on, only while this worker's lease stands; say whether it did."""
    rows = Message.objects.filter(id=message.id, state=SENDING, leased_until=message.leased_until)
    same_try = rows.filter(attempts=message.attempts)
    return bool(same_try.update(state=target, leased_until=None, **fields))
