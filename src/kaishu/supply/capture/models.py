"""What was captured: jobs, events word for word, what they name; and who may speak for what."""

from __future__ import annotations

import hashlib

from django.db import models

LONGEST = 500


def indexed(value: str) -> str:
    """Return a value as the index holds it: a very long one by its digest."""
    if len(value) <= LONGEST * 2 and value.isascii():
        return value
    raw = value.encode()
    return value if len(raw) <= LONGEST * 2 else f"sha256:{hashlib.sha256(raw).hexdigest()}"


class CaptureJob(models.Model):
    """One document that was sent. `context` is its @context, which gives its extensions a meaning.

    `errors` are problems with a pointer, as far as they are listed; `refused` counts all events.
    `file` is the stored body while a worker still has it before it. `read` events are done. `place`
    is the JSON pointer of its events; `header` its epcisHeader, with master data, as it was sent.
    """

    number = models.CharField(max_length=40, unique=True)
    network = models.ForeignKey("supply.Network", on_delete=models.PROTECT, related_name="captures")
    by = models.CharField(max_length=150)
    party = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    rollback = models.BooleanField()
    success = models.BooleanField(default=False)
    context = models.TextField()
    sha256 = models.CharField(max_length=64)
    file = models.CharField(max_length=40, blank=True)
    total = models.IntegerField(default=0)
    read = models.IntegerField(default=0)
    kept = models.IntegerField(default=0)
    known = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    errors = models.JSONField(default=list)
    place = models.CharField(max_length=60, default="/epcisBody/eventList")
    header = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=("by", "id"), name="capture_job_by_sender"),)

    def __str__(self) -> str:
        return self.number


class CapturedEvent(models.Model):
    """One event as it was sent (`said`, JSON), and what queries ask for.

    `event_id` is the sender's, else the hash of the event. An error declaration has the id of the
    event that it voids, so an id stands at most twice; `tells` tells two contents apart.
    """

    network = models.ForeignKey("supply.Network", on_delete=models.PROTECT, related_name="events")
    job = models.ForeignKey(CaptureJob, on_delete=models.PROTECT, related_name="events")
    event_id = models.CharField(max_length=LONGEST)
    declares_error = models.BooleanField()
    tells = models.CharField(max_length=64)
    type = models.CharField(max_length=24)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    action = models.CharField(max_length=8, blank=True)
    biz_step = models.CharField(max_length=LONGEST, blank=True)
    disposition = models.CharField(max_length=LONGEST, blank=True)
    transformation = models.CharField(max_length=LONGEST, blank=True)
    said = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("network", "event_id", "declares_error"), name="captured_event_once"
            ),
        )
        indexes = (
            models.Index(fields=("network", "at"), name="captured_event_by_time"),
            models.Index(
                fields=("network", "transformation"),
                condition=~models.Q(transformation=""),
                name="captured_event_by_making",
            ),
        )

    def __str__(self) -> str:
        return self.event_id


class EventValue(models.Model):
    """One thing, place, party or document that an event names: `name` is the standard's word."""

    event = models.ForeignKey(CapturedEvent, on_delete=models.CASCADE, related_name="values")
    name = models.CharField(max_length=LONGEST + 40)
    value = models.CharField(max_length=LONGEST * 2)

    class Meta:
        indexes = (models.Index(fields=("value", "name", "event"), name="event_value_found"),)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class Speaker(models.Model):
    """Which company prefixes a party may create things under, in one network.

    `prefixes` are beginnings: digits of a GS1 key from its company prefix on, a URI, or a code.
    """

    network = models.ForeignKey("supply.Network", on_delete=models.PROTECT, related_name="speakers")
    party = models.CharField(max_length=40)
    prefixes = models.JSONField(default=list)
    made_by = models.CharField(max_length=150)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("network", "party"), name="speaker_once"),)

    def __str__(self) -> str:
        return self.party


class SpeakerStep(models.Model):
    """One change of what a party may speak for, with the reason; no prefixes = it ended."""

    network = models.ForeignKey(
        "supply.Network", on_delete=models.PROTECT, related_name="speaker_steps"
    )
    party = models.CharField(max_length=40)
    prefixes = models.JSONField(default=list)
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.party


class NamedQuery(models.Model):
    """A question to the events under a name: the standard's parameters, as they were sent.

    It belongs to a site (`party`), or to the maker where that is empty.
    """

    network = models.ForeignKey("supply.Network", on_delete=models.PROTECT, related_name="queries")
    party = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=100)
    query = models.JSONField(default=dict)
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("network", "party", "name"), name="named_query_once"),
        )

    def __str__(self) -> str:
        return self.name
