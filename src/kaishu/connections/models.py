"""Connections with their tokens, the answers kept for repeats, files on their way, and webhooks."""

from __future__ import annotations

from django.db import models

DIGEST = 64


class Connection(models.Model):
    """One other system. `code` is its name as an actor; `party` is the site it works for, if any.

    With a party it scans, answers and hears for that party only, and reads only the claims that it
    filed. Without one it is the maker's own system.
    """

    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=80)
    party = models.CharField(max_length=40, blank=True)
    recall_slug = models.CharField(max_length=80, blank=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    form_key = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("made_by", "form_key"), name="connection_made_once"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def actor(self) -> str:
        """Return how the books, claims and scans name it."""
        return f"api:{self.code}"


class Token(models.Model):
    """One key of a connection. Only its hash is kept; `prefix` recognises it in lists and logs."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="tokens")
    prefix = models.CharField(max_length=20, unique=True)
    token_hash = models.CharField(max_length=DIGEST)
    scopes = models.JSONField(default=list)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    form_key = models.CharField(max_length=80)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("made_by", "form_key"), name="token_made_once"),
        )

    def __str__(self) -> str:
        return self.prefix


class KeptAnswer(models.Model):
    """The answer to one POST, for whoever sends it again. `status` is null while it is worked on.

    `sealed` holds the body: an answer may carry the link that opens a claim.
    """

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="answers")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=DIGEST)
    started_at = models.DateTimeField()
    status = models.SmallIntegerField(null=True)
    sealed = models.BinaryField(null=True)
    until = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("connection", "key"), name="kept_answer_once"),
        )
        indexes = (models.Index(fields=("until",), name="kept_answer_by_end"),)

    def __str__(self) -> str:
        return f"{self.connection_id} {self.status}"


class WaitingFile(models.Model):
    """A checked file that a connection sent; `taken_for` is the request whose claim took it."""

    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="files")
    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=DIGEST)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    at = models.DateTimeField()
    taken_for = models.CharField(max_length=DIGEST, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=("at",), name="waiting_file_by_time"),)

    def __str__(self) -> str:
        return self.number


class Subscription(models.Model):
    """One address that hears of events. `sealed` is its secret; the one before it signs on until
    `old_until`. `off_why` says why nothing is sent any more: gone, ended."""

    connection = models.ForeignKey(
        Connection, on_delete=models.PROTECT, related_name="subscriptions"
    )
    number = models.CharField(max_length=40, unique=True)
    url = models.CharField(max_length=500)
    events = models.JSONField(default=list)
    sealed = models.BinaryField()
    old_sealed = models.BinaryField(null=True)
    old_until = models.DateTimeField(null=True)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    off_at = models.DateTimeField(null=True)
    off_why = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.number


class Event(models.Model):
    """One thing that happened, read from the row that says so; `source` makes it happen once."""

    number = models.CharField(max_length=40, unique=True)
    source = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=("at",), name="webhook_event_by_time"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"


class Delivery(models.Model):
    """One event on its way to one address: waiting -> done, failed or dropped."""

    WAITING, DONE, FAILED, DROPPED = "waiting", "done", "failed", "dropped"
    STATES = (WAITING, DONE, FAILED, DROPPED)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="deliveries")
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="deliveries"
    )
    state = models.CharField(max_length=10, default=WAITING)
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("event", "subscription"), name="delivery_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=("waiting", "done", "failed", "dropped")),
                name="delivery_state_known",
            ),
        )
        indexes = (
            models.Index(
                fields=("next_at", "id"),
                condition=models.Q(state="waiting"),
                name="delivery_due",
            ),
        )

    def __str__(self) -> str:
        return f"{self.event_id} {self.state}"


class DeliveryTry(models.Model):
    """One call to an address: what it answered, or which code says why it could not."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="log")
    at = models.DateTimeField()
    status = models.SmallIntegerField(null=True)
    problem = models.CharField(max_length=40, blank=True)
    ms = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.delivery_id} {self.status or self.problem}"


class Followed(models.Model):
    """How far a table was read for events: every row up to `row_id`, except the numbers that were
    `missing` then (number -> when that was seen): a transaction under way may still bring them."""

    source = models.CharField(max_length=20, unique=True)
    row_id = models.BigIntegerField()
    missing = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.source} {self.row_id}"
