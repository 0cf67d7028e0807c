"""Reports that something happened with a unit, and what staff did about them.

Rows of other apps are named by slug, `case_no` + `unit_no` and person id; no foreign keys. An
incident has no quantity and no place, so it is not in the books.
"""

from __future__ import annotations

from django.db import models

from kaishu.core.recall import LANGUAGES
from kaishu.core.triage import Condition
from kaishu.incidents.severity import Severity, severity

OUTCOMES = ("made_safe", "collected", "destroyed", "no_danger", "duplicate", "not_reached")
STEPS = ("words_read", "duty_reported", "duty_not_due")
# What staff have to do about a report; "decide_duty" names the duty in `about`.
TASKS = (
    "decide_duty",
    "secure_unit",
    "collect_unit",
    "inspect_unit",
    "ask_reporter",
    "tell_insurer",
)
# What a report said stays as it was said.
FIXED = (
    "number",
    "key",
    "recall_slug",
    "market",
    "product",
    "case_no",
    "unit_no",
    "person_id",
    "kind",
    "injured",
    "fire",
    "fire_service",
    "happened_on",
    "happened_at",
    "known_at",
    "door",
)


class Incident(models.Model):
    """One report. `number` is what people read out; `sealed` the reporter's words, or nothing.

    `happened_on` is the day on the market's calendar, `happened_at` the moment; either may be
    unknown. `known_at` is when the company learned of it: a legal clock may start then.
    `recorded_at` is when it was written down here, so that a report counts what was known to us;
    None (of before this was kept) counts as `known_at`. None in
    `injured`, `fire` or `fire_service` means that nobody could say.
    """

    number = models.CharField(max_length=10, unique=True)
    key = models.CharField(max_length=120, unique=True)
    request_hash = models.CharField(max_length=64)
    recall_slug = models.CharField(max_length=100)
    market = models.CharField(max_length=8)
    product = models.CharField(max_length=200, blank=True)
    case_no = models.CharField(max_length=12, blank=True)
    unit_no = models.SmallIntegerField(null=True)
    person_id = models.CharField(max_length=36, blank=True)
    language = models.CharField(max_length=8)
    kind = models.CharField(max_length=20)
    injured = models.BooleanField(null=True)
    fire = models.BooleanField(null=True)
    fire_service = models.BooleanField(null=True)
    sealed = models.BinaryField(null=True)
    words_erased_at = models.DateTimeField(null=True)
    happened_on = models.DateField(null=True)
    happened_at = models.DateTimeField(null=True)
    known_at = models.DateTimeField()
    recorded_at = models.DateTimeField(null=True)
    door = models.CharField(max_length=20)
    by = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="incident_kind_known",
                condition=models.Q(kind__in=[word.value for word in Condition]),
            ),
            models.CheckConstraint(
                name="incident_language_known", condition=models.Q(language__in=list(LANGUAGES))
            ),
            models.CheckConstraint(
                name="incident_closed_with_outcome",
                condition=models.Q(closed_at=None, outcome="", closed_by="")
                | models.Q(closed_at__isnull=False, outcome__in=OUTCOMES),
            ),
            models.CheckConstraint(
                name="incident_erased_has_no_words",
                condition=models.Q(words_erased_at=None) | models.Q(sealed=None),
            ),
        )
        indexes = (
            models.Index(fields=("case_no",), name="incident_by_case"),
            models.Index(fields=("person_id",), name="incident_by_person"),
            models.Index(fields=("closed_at", "known_at"), name="incident_open"),
            models.Index(fields=("recall_slug", "known_at"), name="incident_by_recall"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"

    @property
    def severity(self) -> Severity:
        """Return how bad it sounds; computed, so that it cannot disagree with what was told."""
        return severity(
            kind=self.kind,
            injured=self.injured,
            fire=self.fire,
            fire_service=self.fire_service,
        )


class IncidentNote(models.Model):
    """One step of staff: a look at the words, or what became of a duty. Append-only."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notes")
    step = models.CharField(max_length=20)
    about = models.CharField(max_length=60, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(name="incident_step_known", condition=models.Q(step__in=STEPS)),
        )
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.step} {self.at:%Y-%m-%d}"


class IncidentTask(models.Model):
    """One thing to be done about a report, by a time. Done once; `assigned_to` may change."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="tasks")
    what = models.CharField(max_length=20)
    about = models.CharField(max_length=60, blank=True)
    due_at = models.DateTimeField()
    opened_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    assigned_to = models.CharField(max_length=80, blank=True)
    done_by = models.CharField(max_length=80, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="task_known", condition=models.Q(what__in=TASKS)),
            models.UniqueConstraint(
                fields=("incident", "what", "about"),
                condition=models.Q(done_at=None),
                name="task_open_once",
            ),
            models.CheckConstraint(
                name="task_done_by_somebody",
                condition=models.Q(done_at=None, done_by="")
                | (models.Q(done_at__isnull=False) & ~models.Q(done_by="")),
            ),
        )
        indexes = (models.Index(fields=("done_at", "due_at"), name="task_by_due"),)
        ordering = ("due_at", "id")

    def __str__(self) -> str:
        return f"{self.what} {self.due_at:%Y-%m-%d}"


class Filing(models.Model):
    """A report that was filed with an authority. Append-only; a correction is another row.

    `reference` is the authority's own number, `file` a stored copy of what was sent.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="filings")
    duty = models.CharField(max_length=60)
    addressee = models.CharField(max_length=20)
    filed_at = models.DateTimeField()
    due_by = models.DateTimeField(null=True)
    reference = models.CharField(max_length=80, blank=True)
    file = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        ordering = ("filed_at", "id")

    def __str__(self) -> str:
        return f"{self.duty} {self.filed_at:%Y-%m-%d}"

    @property
    def late(self) -> bool:
        """Say whether it was filed after the duty's time; never where the law has no number."""
        return self.due_by is not None and self.filed_at >= self.due_by
