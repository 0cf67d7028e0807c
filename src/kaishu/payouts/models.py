"""Batches, instructions and what providers reported. Who is owed what, the books say."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

DIGEST = 64

READY = "ready"
CALLING = "calling"
UNKNOWN = "unknown"
SENT = "sent"
SETTLED = "settled"
BOUNCED = "bounced"
RETURNED = "returned"
VOID = "void"

STATES = (READY, CALLING, UNKNOWN, SENT, SETTLED, BOUNCED, RETURNED, VOID)
# An instruction in one of these states is the only one its promise may have.
LIVE = (READY, CALLING, UNKNOWN, SENT, SETTLED)


class Batch(models.Model):
    """Payouts proposed by one person and approved by another; the database insists on two.

    `totals` is commodity -> quantity, `digest` that of its lines as proposed.
    """

    maker = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    totals = models.JSONField()
    digest = models.CharField(max_length=DIGEST)
    approver = models.CharField(max_length=80, null=True)  # noqa: DJ001 (null = not yet)
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, null=True)  # noqa: DJ001 (null = not)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(approver__isnull=True) | ~Q(approver=F("maker")),
                name="batch_needs_two_people",
            ),
            models.CheckConstraint(
                condition=Q(approver__isnull=True, approved_at__isnull=True)
                | Q(approver__isnull=False, approved_at__isnull=False),
                name="batch_approval_is_dated",
            ),
            models.CheckConstraint(
                condition=~Q(maker="") & ~Q(approver=""), name="batch_people_have_names"
            ),
        )


class Instruction(models.Model):
    """One order to a provider. `key` names it there, too: the same key is never paid twice.

    `payee` is a person id. While `sent_entry_id` is set, the promise stands at `sent` because of
    this instruction, so that nobody can change what may be under way.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="instructions")
    promise_id = models.BigIntegerField()
    recall_id = models.IntegerField()
    case_no = models.CharField(max_length=12)
    unit_no = models.SmallIntegerField()
    attempt = models.SmallIntegerField()
    key = models.CharField(max_length=60, unique=True)
    provider = models.CharField(max_length=20)
    commodity = models.CharField(max_length=40)
    quantity = models.BigIntegerField()
    payee = models.CharField(max_length=36)
    state = models.CharField(max_length=10, default=READY)
    tries = models.SmallIntegerField(default=0)
    called_at = models.DateTimeField(null=True)
    sent_entry_id = models.BigIntegerField(null=True)
    provider_ref = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("promise_id",), condition=Q(state__in=LIVE), name="instruction_one_alive"
            ),
            models.UniqueConstraint(
                fields=("promise_id", "attempt"), name="instruction_attempt_once"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="instruction_state_known"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(attempt__gte=1), name="instruction_positive"
            ),
        )
        indexes = (
            models.Index(fields=("state", "id"), name="instruction_by_state"),
            models.Index(fields=("case_no", "unit_no"), name="instruction_by_case"),
        )


class ProviderEvent(models.Model):
    """One thing a provider reported. Append-only. `matched` = it named an instruction of ours."""

    provider = models.CharField(max_length=20)
    number = models.BigIntegerField()
    key = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    reason = models.CharField(max_length=60, blank=True)
    ref = models.CharField(max_length=80, blank=True)
    matched = models.BooleanField()
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("provider", "number"), name="provider_event_once"),
        )
        indexes = (models.Index(fields=("key",), name="provider_event_by_key"),)


class ShopCode(models.Model):
    """One shop credit code of the pool; issued once, to one instruction, for its amount."""

    commodity = models.CharField(max_length=40)
    code = models.CharField(max_length=60, unique=True)
    loaded_at = models.DateTimeField()
    issued_key = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001 (null = free)
    amount = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("commodity", "issued_key"), name="shop_code_free"),)
