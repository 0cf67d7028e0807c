"""Claims, their units, evidence and decisions. What people see is computed from these rows."""

from __future__ import annotations

from django.db import models

from kaishu.claims.reasons import KINDS, Standing

DIGEST = 64


class Claim(models.Model):
    """One person's claim in one recall. `person_id` and `recall_id` name rows of other apps.

    `link_no` counts the secret links that this claim had; only the newest opens it. `region` is a
    prefecture or province, never more (people/regions.py): where owners answer from.
    `submitted_at` is when the owner sent it, `recorded_at` when it was written down here: later
    for a claim of a recall that was taken over from another system.
    """

    case_no = models.CharField(max_length=12, unique=True)
    recall_id = models.IntegerField()
    person_id = models.CharField(max_length=36)
    language = models.CharField(max_length=8)
    door = models.CharField(max_length=20)
    by = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    request_hash = models.CharField(max_length=DIGEST)
    token_hash = models.CharField(max_length=DIGEST, unique=True)
    link_no = models.SmallIntegerField(default=1)
    region = models.CharField(max_length=20, blank=True, default="")
    mail_confirmed_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("door", "by", "key"), name="claim_key_once"),
        )
        indexes = (
            models.Index(fields=("recall_id", "submitted_at"), name="claim_by_recall"),
            models.Index(fields=("person_id",), name="claim_by_person"),
        )

    def __str__(self) -> str:
        return self.case_no


class ClaimUnit(models.Model):
    """One unit of a claim, as typed, with the verdict it got and the edition that gave it.

    `unit_id` is the books' unit once there is one. `holder_entry_id` is the books' entry by which
    this claim became the unit's holder. `newest_decision` moves by compare-and-set only, and
    `standing` moves with it, so that queues filter on a column. `urgency` 0 = dangerous, read
    first; `verdict_facts` has the rule and every fact the answer rests on (claims/known.py);
    `waits_since` is when the claim was sent. `assigned_to` is who took it; a hold that came
    from "next claim" ends by itself at `held_until`.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="units")
    unit_no = models.SmallIntegerField()
    recall_id = models.IntegerField()
    edition_id = models.BigIntegerField()
    product = models.CharField(max_length=200)
    colour = models.CharField(max_length=200, blank=True)
    serial_typed = models.CharField(max_length=200, blank=True)
    serial = models.CharField(max_length=40, blank=True)
    unit_id = models.BigIntegerField(null=True)
    holder_entry_id = models.BigIntegerField(null=True)
    contested = models.BooleanField(default=False)
    verdict_answer = models.CharField(max_length=20)
    verdict_reason = models.CharField(max_length=40)
    verdict_facts = models.JSONField(default=dict)
    order_no = models.CharField(max_length=200, blank=True)
    shop = models.CharField(max_length=200, blank=True)
    bought_on = models.DateField(null=True)
    order_amount = models.BigIntegerField(null=True)
    condition = models.CharField(max_length=20)
    remedy = models.CharField(max_length=200, blank=True)
    newest_decision = models.ForeignKey(
        "Decision", null=True, on_delete=models.PROTECT, related_name="+"
    )
    standing = models.CharField(max_length=10, default=Standing.OPEN.value)
    urgency = models.SmallIntegerField(default=1)
    waits_since = models.DateTimeField()
    assigned_to = models.CharField(max_length=150, blank=True, default="")
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("claim", "unit_no"), name="claim_unit_no_once"),
            models.CheckConstraint(
                condition=models.Q(unit_no__gte=1), name="claim_unit_no_from_one"
            ),
            models.CheckConstraint(
                condition=models.Q(standing__in=[str(item) for item in Standing]),
                name="claim_unit_standing_known",
            ),
        )
        indexes = (
            models.Index(fields=("unit_id",), name="claim_unit_by_unit"),
            models.Index(fields=("recall_id", "contested"), name="claim_unit_by_recall"),
            models.Index(
                fields=("standing", "contested", "urgency", "waits_since"),
                name="claim_unit_waiting",
            ),
            models.Index(fields=("standing", "waits_since"), name="claim_unit_by_standing"),
            models.Index(
                fields=("standing", "waits_since"),
                condition=models.Q(urgency=0),
                name="claim_unit_urgent",
            ),
            models.Index(
                fields=("assigned_to", "standing"),
                condition=~models.Q(assigned_to=""),
                name="claim_unit_mine",
            ),
            models.Index(
                fields=("held_until",),
                condition=models.Q(held_until__isnull=False),
                name="claim_unit_held",
            ),
            models.Index(
                fields=("recall_id", "serial"),
                condition=~models.Q(serial=""),
                name="claim_unit_same_serial",
            ),
            models.Index(
                fields=("recall_id", "order_no"),
                condition=~models.Q(order_no=""),
                name="claim_unit_same_order",
            ),
            models.Index(
                fields=("serial",),
                name="claim_unit_serial_start",
                opclasses=("varchar_pattern_ops",),
            ),
        )

    def __str__(self) -> str:
        return f"{self.claim.case_no}-{self.unit_no}"


class Evidence(models.Model):
    """A file that came with a claim. `name` is its place in storage, `sha256` that of its bytes."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence")
    claim_unit = models.ForeignKey(
        ClaimUnit, null=True, on_delete=models.PROTECT, related_name="evidence"
    )
    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=DIGEST)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()

    class Meta:
        indexes = (models.Index(fields=("sha256",), name="evidence_same_bytes"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Decision(models.Model):
    """One decision about one claim unit. Append-only; `number` counts from 1 in its unit.

    `facts` are what the decider settled (amount, serial, remedy): no personal data.
    """

    claim_unit = models.ForeignKey(ClaimUnit, on_delete=models.PROTECT, related_name="decisions")
    number = models.SmallIntegerField()
    kind = models.CharField(max_length=20)
    reason = models.CharField(max_length=40)
    standing = models.CharField(max_length=10)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("claim_unit", "number"), name="decision_number_once"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="decision_number_from_one"
            ),
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="decision_kind_known"),
            models.CheckConstraint(
                condition=models.Q(standing__in=[str(item) for item in Standing]),
                name="decision_standing_known",
            ),
        )
        ordering = ("claim_unit_id", "number")

    def __str__(self) -> str:
        return f"{self.number} {self.kind}"


class Note(models.Model):
    """What an owner wrote in their own words, sealed: it may name people. Erased with the person.

    `decision` is the decision it came with (an answer, a contest); `kind` says what it is. `by` is
    who wrote it down where that was not the owner: the note of a call.
    """

    claim_unit = models.ForeignKey(ClaimUnit, on_delete=models.PROTECT, related_name="notes")
    decision = models.ForeignKey(Decision, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    sealed = models.BinaryField(null=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=150, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class AccessCode(models.Model):
    """Six digits that let an owner back in, or confirm their mail. Kept as a keyed hash."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="codes")
    code_hash = models.CharField(max_length=DIGEST)
    made_at = models.DateTimeField()
    tries = models.SmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("claim", "made_at"), name="access_code_by_claim"),)

    def __str__(self) -> str:
        return f"{self.claim.case_no} {self.made_at:%Y-%m-%d %H:%M}"


class EvidenceErased(models.Model):
    """Says that an evidence file was deleted on purpose, when, and why. Append-only."""

    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, related_name="erased")
    why = models.CharField(max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.evidence_id} {self.why}"


class Reading(models.Model):
    """Who has a case open, and since when: shown to colleagues, gone after a few minutes."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="readings")
    by = models.CharField(max_length=150)
    since = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("claim", "by"), name="reading_one_a_person"),
        )
        indexes = (models.Index(fields=("seen_at",), name="reading_by_time"),)

    def __str__(self) -> str:
        return f"{self.by} {self.claim_id}"


class SavedFilter(models.Model):
    """A filter of the review queue under a name: one person's own, or shared with all."""

    name = models.CharField(max_length=60)
    by = models.CharField(max_length=150)
    shared = models.BooleanField(default=False)
    query = models.CharField(max_length=600)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("by", "name"), name="filter_name_once"),)

    def __str__(self) -> str:
        return self.name


# Further tables of this app, kept beside what uses them; Django finds them through this file.
from kaishu.claims.bulk.models import BulkAct  # noqa: E402 (it names Claim)
from kaishu.claims.hotline.models import CallerCheck, ContactChange  # noqa: E402 (they name Claim)
from kaishu.claims.imports.models import ClaimImport  # noqa: E402 (it names Claim)
from kaishu.claims.opinions.models import SecondOpinion  # noqa: E402 (it names Decision)
from kaishu.claims.search.models import SearchKey  # noqa: E402 (it names Claim)

__all__ = [
    "DIGEST",
    "AccessCode",
    "BulkAct",
    "CallerCheck",
    "Claim",
    "ClaimImport",
    "ClaimUnit",
    "ContactChange",
    "Decision",
    "Evidence",
    "EvidenceErased",
    "Note",
    "Reading",
    "SavedFilter",
    "SearchKey",
    "SecondOpinion",
]
