"""The tables of `base`: how often somebody tried something, jobs with their rows, accounts."""

from __future__ import annotations

from django.db import models

from kaishu.base.access import models as _accounts  # noqa: F401  (Django finds tables here)


class Tries(models.Model):
    """How often one subject tried one thing in the time that ends at `until`.

    `subject` is a keyed hash: the table names no account, person or address.
    """

    name = models.CharField(max_length=40)
    subject = models.CharField(max_length=32)
    count = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "subject"], name="base_tries_one_each")
        ]


class Worker(models.Model):
    """A worker by its machine and process, and when it last said that it lives."""

    name = models.CharField(max_length=80, unique=True)
    began_at = models.DateTimeField()
    beat_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name


class Job(models.Model):
    """Work for the worker: its rows, or one file as a whole. `base.jobs` reads and runs it.

    `facts`, `result` and `file` carry no personal data. `lease_by` is the worker that has it.
    """

    WAITING, RUNNING, DONE, STOPPED = "waiting", "running", "done", "stopped"
    STATES = (WAITING, RUNNING, DONE, STOPPED)
    ALIVE = (WAITING, RUNNING)

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    by = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=WAITING)
    total = models.IntegerField(default=0)
    done = models.IntegerField(default=0)
    tries = models.SmallIntegerField(default=0)
    facts = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    file = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    lease_by = models.CharField(max_length=16, blank=True)
    lease_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    stopped_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("by", "key"), name="job_key_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=("waiting", "running", "done", "stopped")),
                name="job_state_known",
            ),
        )
        indexes = (models.Index(fields=("state", "id"), name="job_by_state"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class JobRow(models.Model):
    """One row of a job and what came of it; `reason` is the refusal's code."""

    WAITING, DONE, REFUSED, BROKEN = "waiting", "done", "refused", "broken"

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows")
    number = models.IntegerField()
    subject = models.CharField(max_length=80)
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=10, default=WAITING)
    reason = models.CharField(max_length=60, blank=True)
    result = models.JSONField(default=dict)
    tries = models.SmallIntegerField(default=0)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("job", "number"), name="job_row_number_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=("waiting", "done", "refused", "broken")),
                name="job_row_state_known",
            ),
        )
        indexes = (models.Index(fields=("job", "state", "number"), name="job_row_by_state"),)

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"
