"""Name messages and calls whose rows contradict themselves or each other."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import F, Q

from kaishu.books.audit import CHUNK, Finding
from kaishu.notices import wording
from kaishu.notices.actions import AFTER_ERASURE
from kaishu.notices.models import (
    MAIL_UNDELIVERABLE,
    OPEN,
    SENDING,
    SENT,
    TROUBLE,
    CallBack,
    Message,
    TemplateVersion,
)
from kaishu.notices.queries import QUIET
from kaishu.notices.rendering import source_of
from kaishu.notices.sending import TRIES
from kaishu.people import queries as people


def audit() -> Iterator[Finding]:
    """Yield every finding in the outbox and the calls; nothing means that they agree."""
    for version in TemplateVersion.objects.order_by("digest").iterator(CHUNK):
        if source_of(version).digest != version.digest:
            yield Finding(
                "wording_altered", f"{version.code} {version.language}", "its digest is another"
            )
    yield from _messages()
    yield from _calls()


def _messages() -> Iterator[Finding]:
    rows = Message.objects.order_by("id")
    other = ~Q(version__code=F("template")) | ~Q(version__language=F("language"))
    for message in rows.filter(other):
        yield Finding("message_wording", _where(message), "it is queued with another's wording")
    early = Q(sent_at__lt=F("queued_at")) | Q(failed_at__lt=F("queued_at"))
    for message in rows.filter(early):
        yield Finding("message_before_queued", _where(message), "it ended before it was queued")
    for message in rows.filter(state__in=(SENDING, SENT), attempts=0):
        yield Finding("message_untried", _where(message), "nobody tried to send it")
    for message in rows.filter(attempts__gt=TRIES + 24):
        yield Finding("message_overtried", _where(message), f"{message.attempts} tries")
    lost = Q(person_id="", sealed_to=None, state__in=OPEN)
    for message in rows.filter(lost):
        yield Finding("message_to_nobody", _where(message), "it waits and has no address")
    for message in rows.filter(sealed=None, state__in=OPEN).iterator(CHUNK):
        if wording.needs(message.template).secret:
            yield Finding("message_without_link", _where(message), "its link is gone")


def _calls() -> Iterator[Finding]:
    for call in CallBack.objects.filter(done_at__lt=F("opened_at")).order_by("id"):
        yield Finding("call_before_opened", f"call {call.id}", "it ended before it was opened")
    called = CallBack.objects.filter(why=MAIL_UNDELIVERABLE)
    failed = Message.objects.filter(state__in=TROUBLE).exclude(person_id="")
    failed = failed.exclude(template__in=AFTER_ERASURE)
    failed = failed.exclude(person_id__in=people.forgotten_ids())
    unheard = failed.exclude(last_error__in=QUIET).exclude(
        Q(person_id__in=called.values("person_id"))
        | (~Q(case_no="") & Q(case_no__in=called.values("case_no")))
    )
    for message in unheard.order_by("id"):
        yield Finding("failure_unheard", _where(message), "it failed and nobody was to call")


def _where(message: Message) -> str:
    return f"message {message.id} ({message.template})"
