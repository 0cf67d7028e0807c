"""Queue messages and call-backs, in the transaction of what they tell of; finish and repeat them.

Nothing is sent here: `sending.send_due` does that, outside of every transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from kaishu.base.sealing import seal
from kaishu.notices import calls, wording
from kaishu.notices.errors import (
    CallDone,
    CallNotFound,
    CallTaken,
    FactMissing,
    OutcomeUnknown,
)
from kaishu.notices.models import (
    DANGER,
    GIVEN_UP,
    MAIL_UNDELIVERABLE,
    MOST_CALLS,
    NO_ANSWER,
    NOT_NEEDED,
    OPEN,
    OUTCOMES,
    QUEUED,
    TAKEN_BACK,
    TROUBLE,
    CallBack,
    Message,
    TemplateVersion,
)
from kaishu.notices.rendering import seal_secrets, secrets_of, to_purpose
from kaishu.people import queries as people

Row = TypeVar("Row", Message, CallBack)
NOTHING: Mapping[str, str] = {}
# Whoever does not answer is called again after this long, `MOST_CALLS` times at most.
AGAIN_AFTER = {DANGER: timedelta(minutes=30)}
AGAIN_AFTER_OTHERWISE = timedelta(days=1)
# A danger that nobody was told of does not end by itself: it stays on the list as "not reached".
AGAIN_NOT_REACHED = timedelta(hours=4)
# Wordings that this process knows to be kept, by database.
_kept: set[tuple[str, str]] = set()


def queue(
    *,
    template: str,
    key: str,
    person_id: str,
    language: str,
    at: datetime,
    recall_slug: str = "",
    case_no: str = "",
    unit_no: int | None = None,
    facts: Mapping[str, str | int] = NOTHING,
    secret: Mapping[str, str] = NOTHING,
    to: str = "",
) -> int | None:
    """Put a message into the outbox and return its number; None where there is no mail address.

    Once per `key`: a repeat returns the first message's number. `facts` carry no personal data;
    `secret` (link, code) and `to` (an address other than the person's own) are sealed. Raises
    TemplateUnknown and FactMissing.
    """
    source = wording.source(template, language)
    _refuse_unfilled(template, facts, secret)
    if not to and not _has_address(person_id):
        return None
    _keep(source, at)
    message_id = new_message_id()
    row = Message(
        key=key,
        template=template,
        version_id=source.digest,
        language=language,
        recall_slug=recall_slug,
        case_no=case_no,
        unit_no=unit_no,
        person_id=person_id,
        facts=dict(facts),
        sealed=seal_secrets(secret, message_id),
        sealed_to=seal(to.encode(), purpose=to_purpose(message_id)) if to else None,
        queued_at=at,
        next_try_at=at,
        message_id=message_id,
    )
    return _insert_once(row)


@transaction.atomic
def send_again(*, case_no: str, at: datetime, secret: Mapping[str, str] = NOTHING) -> int:
    """Queue what did not reach the owner of a case once more; returns how many messages.

    A message that was sent and came back has lost its secrets: it goes again only if `secret`
    brings its link. Each gets a new name, so that a late report on the old one says nothing.
    """
    rows = Message.objects.select_for_update().filter(case_no=case_no, state__in=TROUBLE)
    rows = rows.exclude(last_error=TAKEN_BACK)
    again = 0
    for message in rows.order_by("id"):
        known = {**secrets_of(message), **secret}
        if wording.needs(message.template).secret - known.keys() or not _reachable(message):
            continue
        message.message_id = new_message_id()
        message.sealed = seal_secrets(known, message.message_id)
        message.sealed_to = None  # the address that failed; the person's own one is used now
        message.state, message.attempts, message.last_error = QUEUED, 0, ""
        message.next_try_at, message.failed_at, message.sent_at = at, None, None
        message.save()
        again += 1
    if again:
        _cancel_mail_calls(CallBack.objects.filter(case_no=case_no), at)
    return again


@transaction.atomic
def replay(*, since: datetime, at: datetime) -> int:
    """Queue again what was given up since then because no server took it; returns how many.

    It was never sent, so it keeps its name. The calls that were opened for it are cancelled.
    """
    lost = Message.objects.select_for_update().filter(
        state=GIVEN_UP, last_error="mail_unreachable", failed_at__gte=since
    )
    found = list(lost.values_list("id", "person_id"))
    Message.objects.filter(id__in=[number for number, _ in found]).update(
        state=QUEUED, attempts=0, last_error="", failed_at=None, next_try_at=at
    )
    _cancel_mail_calls(CallBack.objects.filter(person_id__in=[who for _, who in found]), at)
    return len(found)


def call_back(
    *,
    why: str,
    key: str,
    person_id: str,
    recall_slug: str,
    case_no: str,
    unit_no: int | None = None,
    due_at: datetime,
    at: datetime,
) -> int:
    """Open a call that somebody owes to a person, once per `key`, and return its number."""
    row = CallBack(
        key=key,
        why=why,
        person_id=person_id,
        recall_slug=recall_slug,
        case_no=case_no,
        unit_no=unit_no,
        opened_at=at,
        due_at=due_at,
    )
    return _insert_once(row)


@transaction.atomic
def finish_call(*, call_id: int, outcome: str, by: str, at: datetime) -> int | None:
    """Record what a call came to; where nobody answered, open the next and return its number.

    Other calls end after `MOST_CALLS`; one about danger goes on until a person was reached, or
    somebody decides that it is not needed.
    """
    if outcome not in OUTCOMES:
        raise OutcomeUnknown(outcome=outcome)
    call = CallBack.objects.select_for_update().filter(id=call_id).first()
    if call is None:
        raise CallNotFound(call=call_id)
    if call.done_at is None and not calls.is_free(call, who=by, at=at):
        raise CallTaken(by=call.taken_by)
    # open -> done, by one person only
    rows = CallBack.objects.filter(id=call_id, done_at=None)
    if not rows.update(done_at=at, done_by=by, outcome=outcome):
        raise CallDone(call=call_id)
    if outcome != NO_ANSWER or (call.attempt >= MOST_CALLS and call.why != DANGER):
        return None
    return _next_call(call, at)


def call_off(*, key: str, at: datetime) -> bool:
    """End a message that waits because what it tells of was taken back.

    True where nobody will read it: called off, or there was none. False where it left, or leaves
    just now.
    """
    mine = Message.objects.filter(key=key)
    # queued, failed -> given up; one that a worker has leased is as good as sent
    mine.filter(state__in=(QUEUED, *TROUBLE)).update(
        state=GIVEN_UP, failed_at=at, last_error=TAKEN_BACK, sealed=None, sealed_to=None
    )
    return not mine.exclude(last_error=TAKEN_BACK).exists()


@transaction.atomic
def relink(*, case_no: str, link: str) -> int:
    """Put a new link into every message of a case that is not sent yet; returns how many.

    The link they were queued with opens nothing any more. What is being sent just now keeps its
    own: the mail with the new link follows.
    """
    waiting = Message.objects.select_for_update().filter(
        case_no=case_no, state__in=(QUEUED, *TROUBLE), sealed__isnull=False
    )
    changed = 0
    for message in waiting.order_by("id"):
        known = secrets_of(message)
        if "link" in known:
            message.sealed = seal_secrets({**known, "link": link}, message.message_id)
            message.save(update_fields=["sealed"])
            changed += 1
    return changed


@transaction.atomic
def forget(*, person_id: str, at: datetime, case_nos: Collection[str] = ()) -> None:
    """Empty whatever the outbox keeps of a person, end what was to go to them, cancel calls.

    `case_nos` finds what goes to an address they gave up. A message that says that the data were
    erased still goes out, to the address it was given.
    """
    theirs = Q(person_id=person_id) | Q(person_id="", case_no__in=case_nos)
    mine = Message.objects.filter(theirs).exclude(template__in=AFTER_ERASURE)
    mine.filter(state__in=OPEN).update(
        state=GIVEN_UP, failed_at=at, leased_until=None, last_error="person_forgotten"
    )
    mine.update(sealed=None, sealed_to=None)
    CallBack.objects.filter(person_id=person_id, done_at=None).update(
        done_at=at, done_by="erasure", outcome=NOT_NEEDED
    )


AFTER_ERASURE = ("data_erased",)


def new_message_id() -> str:
    """Return a name for one mail that no other mail has, without its angle brackets."""
    domain = settings.KAISHU_MAIL_FROM.rpartition("@")[2].strip("> ") or "localhost"
    return f"{secrets.token_hex(16)}@{domain}"


def _refuse_unfilled(
    template: str, facts: Mapping[str, str | int], secret: Mapping[str, str]
) -> None:
    needs = wording.needs(template)
    given = {name for name, value in [*facts.items(), *secret.items()] if str(value).strip()}
    for fact in sorted((needs.facts | needs.secret) - given):
        raise FactMissing(template=template, fact=fact)


def _has_address(person_id: str) -> bool:
    found = people.contacts([person_id]).get(person_id) if person_id else None
    return bool(found and found.email.strip())


def _reachable(message: Message) -> bool:
    return _has_address(message.person_id)


def _keep(source: wording.Source, at: datetime) -> None:
    """Keep a wording on its first use; a process asks the database once for each."""
    mark = (str(connection.settings_dict["NAME"]), source.digest)
    if mark in _kept:
        return
    version = TemplateVersion(
        digest=source.digest,
        code=source.code,
        language=source.language,
        subject=source.subject,
        text=source.text,
        html=source.html,
        first_used_at=at,
    )
    TemplateVersion.objects.bulk_create([version], ignore_conflicts=True)
    transaction.on_commit(lambda: _kept.add(mark))


def _cancel_mail_calls(calls: QuerySet[CallBack], at: datetime) -> None:
    """Cancel calls about mail that did not arrive: it goes out once more."""
    calls.filter(why=MAIL_UNDELIVERABLE, done_at=None).update(
        done_at=at, done_by="worker", outcome=NOT_NEEDED
    )


def _next_call(call: CallBack, at: datetime) -> int:
    again = AGAIN_AFTER.get(call.why, AGAIN_AFTER_OTHERWISE)
    following = CallBack.objects.create(
        key=f"{call.key}:again:{call.attempt + 1}"[-120:],
        why=call.why,
        person_id=call.person_id,
        recall_slug=call.recall_slug,
        case_no=call.case_no,
        unit_no=call.unit_no,
        attempt=call.attempt + 1,
        opened_at=at,
        due_at=at + (AGAIN_NOT_REACHED if call.attempt >= MOST_CALLS else again),
    )
    return following.id


def open_mail_call(*, message: Message, at: datetime) -> None:
    """Open one call about undeliverable mail, unless one is open for this case or person."""
    if not message.person_id or message.template in AFTER_ERASURE:
        return
    if people.forgotten_at(message.person_id) is not None:
        return  # a late report: there is nobody left to call
    who = Q(case_no=message.case_no) if message.case_no else Q(person_id=message.person_id)
    mine = CallBack.objects.filter(who, why=MAIL_UNDELIVERABLE, done_at=None)
    if mine.exists():
        return
    call_back(
        why=MAIL_UNDELIVERABLE,
        key=f"mail:{message.message_id}",
        person_id=message.person_id,
        recall_slug=message.recall_slug,
        case_no=message.case_no,
        unit_no=message.unit_no,
        due_at=at + timedelta(days=2),
        at=at,
    )


def _insert_once(row: Row) -> int:
    """Add a row unless its key is there, and return the number of the one that is, in one query."""
    # Setting the key to itself changes nothing and lets the database return the first row.
    rows = type(row)._default_manager
    rows.bulk_create([row], update_conflicts=True, unique_fields=["key"], update_fields=["key"])
    return int(row.pk)
