"""A person, what they agreed to, and who looked at their details and files.

Everyone else holds a person id. The details are one sealed value (base/sealing.py): a copy of the
database shows that there is a person, and nothing about whom.
"""

from __future__ import annotations

import uuid

from django.db import models

from kaishu.core.recall import LANGUAGES


def new_id() -> str:
    """Return a fresh person id: random, so that it says nothing and cannot be counted."""
    return str(uuid.uuid4())


class Person(models.Model):
    """One person; `sealed` is empty once they were forgotten."""

    id = models.CharField(primary_key=True, max_length=36, default=new_id, editable=False)
    sealed = models.BinaryField(null=True)
    language = models.CharField(max_length=8, choices=[(tag, tag) for tag in LANGUAGES])
    created_at = models.DateTimeField()
    corrected_at = models.DateTimeField(null=True)
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_person"
        constraints = [
            models.CheckConstraint(
                name="people_person_forgotten_has_no_details",
                condition=models.Q(forgotten_at=None, sealed__isnull=False)
                | models.Q(forgotten_at__isnull=False, sealed=None),
            )
        ]

    def __str__(self) -> str:
        return self.id


class Consent(models.Model):
    """What a person agreed to or took back, with the version of the text. Append-only.

    `channel` is "phone" where the text was read out to them; `by` is then who wrote it down.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    text_version = models.CharField(max_length=64)
    given = models.BooleanField()
    at = models.DateTimeField()
    channel = models.CharField(max_length=10, blank=True, default="")
    by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        db_table = "people_consent"

    def __str__(self) -> str:
        return f"{self.person_id} {self.text_version}"


class RevealLog(models.Model):
    """One look at a person's details: by whom, why, when. Append-only; outlives the details.

    `field` names what was shown; "contact" is all of it.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reveals")
    by = models.CharField(max_length=150)
    why = models.CharField(max_length=64)
    field = models.CharField(max_length=20, default="contact")
    at = models.DateTimeField()

    class Meta:
        db_table = "people_reveal"
        indexes = (models.Index(fields=("by", "at"), name="reveal_by_staff"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.by}"


class FileLook(models.Model):
    """One look at a file that a person sent: which, by whom, when. Append-only, like RevealLog.

    `evidence_id` names a row of claims; the file may be gone by now, the look stays.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="file_looks")
    evidence_id = models.BigIntegerField()
    by = models.CharField(max_length=150)
    at = models.DateTimeField()

    class Meta:
        db_table = "people_file_look"
        indexes = (models.Index(fields=("person", "at"), name="file_look_by_person"),)

    def __str__(self) -> str:
        return f"{self.evidence_id} {self.by}"
