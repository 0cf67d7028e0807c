"""The outbox, the wording each message was queued with, and the calls we owe to people.

A row holds a person id, codes and sealed values: a copy of the database shows that somebody was
written to, and neither whom nor with which link.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

DIGEST = 64

QUEUED = "queued"
SENDING = "sending"
SENT = "sent"
FAILED = "failed"
GIVEN_UP = "given_up"

STATES = (QUEUED, SENDING, SENT, FAILED, GIVEN_UP)
# The worker still has to do something about a message in one of these.
OPEN = (QUEUED, SENDING)
# The mail did not arrive, and the person should be reached in another way.
TROUBLE = (FAILED, GIVEN_UP)

# The reason of a message that was called off because what it told of was taken back.
TAKEN_BACK = "taken_back"

DANGER = "danger"
MAIL_UNDELIVERABLE = "mail_undeliverable"
ASKED_BY_OWNER = "asked_by_owner"
WHYS = (DANGER, MAIL_UNDELIVERABLE, ASKED_BY_OWNER)

# Whoever does not answer is called so often; a danger then goes to the manager.
MOST_CALLS = 5

REACHED = "reached"
NO_ANSWER = "no_answer"
NOT_NEEDED = "not_needed"
OUTCOMES = (REACHED, NO_ANSWER, NOT_NEEDED)


class TemplateVersion(models.Model):
    """The wording of one template in one language, kept when it was first used. Never changed.

    `subject`, `text` and `html` are sources with facts to fill in; `digest` is that of all three.
    """

    digest = models.CharField(primary_key=True, max_length=DIGEST)
    code = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    subject = models.TextField()
    text = models.TextField()
    html = models.TextField()
    first_used_at = models.DateTimeField()


class Message(models.Model):
    """One message to one person, from the moment it was promised to the moment it is settled.

    `facts` carry no personal data. `sealed` holds what only the reader may see (link, code, name)
    and is emptied once the mail is sent; `sealed_to` holds an address other than the person's own.
    `message_id` names the mail at every provider, so that a repeat is recognised as one.
    """

    key = models.CharField(max_length=120, unique=True)
    template = models.CharField(max_length=40)
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=8)
    recall_slug = models.CharField(max_length=80, blank=True)
    case_no = models.CharField(max_length=12, blank=True)
    unit_no = models.SmallIntegerField(null=True)
    person_id = models.CharField(max_length=36, blank=True)
    facts = models.JSONField(default=dict)
    sealed = models.BinaryField(null=True)
    sealed_to = models.BinaryField(null=True)
    state = models.CharField(max_length=10, default=QUEUED)
    attempts = models.SmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    message_id = models.CharField(max_length=120, unique=True)
    last_error = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=STATES), name="message_state_known"),
            models.CheckConstraint(
                condition=Q(state=SENDING, leased_until__isnull=False)
                | (~Q(state=SENDING) & Q(leased_until=None)),
                name="message_lease_while_sending",
            ),
            models.CheckConstraint(
                condition=~Q(state=SENT) | Q(sent_at__isnull=False, sealed=None),
                name="message_sent_keeps_no_secret",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=TROUBLE) | Q(failed_at__isnull=False),
                name="message_trouble_is_dated",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_try_at", "id"), condition=Q(state__in=OPEN), name="message_to_send"
            ),
            models.Index(fields=("case_no", "id"), name="message_by_case"),
            models.Index(fields=("person_id",), name="message_by_person"),
        )


class CallBack(models.Model):
    """A telephone call that somebody owes to a person, with the latest time for it.

    `taken_by` is who makes it; until it is done, a colleague may take it over.
    """

    key = models.CharField(max_length=120, unique=True)
    why = models.CharField(max_length=20)
    person_id = models.CharField(max_length=36)
    recall_slug = models.CharField(max_length=80, blank=True)
    case_no = models.CharField(max_length=12, blank=True)
    unit_no = models.SmallIntegerField(null=True)
    attempt = models.SmallIntegerField(default=1)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=12, blank=True)
    taken_by = models.CharField(max_length=150, blank=True, default="")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(why__in=WHYS), name="call_back_why_known"),
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="", done_by="")
                | (Q(done_at__isnull=False, outcome__in=OUTCOMES) & ~Q(done_by="")),
                name="call_back_done_says_how",
            ),
        )
        indexes = (
            models.Index(fields=("due_at", "id"), condition=Q(done_at=None), name="call_back_open"),
            models.Index(fields=("case_no",), name="call_back_by_case"),
        )


class Watch(models.Model):
    """A mail address that wants to hear if the answer about one unit changes. Safety only.

    `sealed` holds the address and the facts of the unit, bound to `number`; the secret of the link
    is derived from `number` and kept as a hash. `sought` is a keyed hash that recognises the same
    wish asked twice, `owner` the wishes of one address: they are told in one mail, and its link
    opens them all (empty for wishes older than that). `followed` is the newest edition that the
    unit was judged by, `answer` what it said; both move together.
    """

    number = models.CharField(max_length=36, unique=True)
    recall_slug = models.CharField(max_length=80)
    language = models.CharField(max_length=8)
    sealed = models.BinaryField()
    token_hash = models.CharField(max_length=DIGEST, unique=True)
    sought = models.CharField(max_length=DIGEST, unique=True)
    owner = models.CharField(max_length=DIGEST, blank=True, default="", db_index=True)
    consent = models.CharField(max_length=64)
    answer = models.CharField(max_length=20)
    followed = models.IntegerField()
    followed_digest = models.CharField(max_length=DIGEST)
    told = models.IntegerField(null=True)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("recall_slug", "followed", "id"),
                condition=Q(confirmed_at__isnull=False),
                name="watch_to_follow",
            ),
        )
