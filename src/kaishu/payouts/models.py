"""Batches, instructions and what providers reported. Who is owed what, the books say.

Funds, pauses and rules are in `money_models.py`, goods in stock in `stock_models.py`.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from kaishu.payouts.money_models import Fund, LeftUnits, Pause, PayRule, Recovery
from kaishu.payouts.stock_models import StockUnit
from kaishu.payouts.two_people import two_people

__all__ = [
    "Batch",
    "BatchFile",
    "BatchFileLook",
    "Fund",
    "Instruction",
    "LeftUnits",
    "Pause",
    "PayRule",
    "ProviderEvent",
    "Recovery",
    "ResultAct",
    "ShopCode",
    "StockUnit",
]

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

# What became of a provider's result: it moved the promise, repeated what we knew, or came after
# something newer; else a person looks at it.
MOVED, REPEATED, OVERTAKEN = "moved", "repeated", "overtaken"
KEY_UNKNOWN, AMOUNT_DIFFERS, NOT_FITTING = "key_unknown", "amount_differs", "not_fitting"
OUTCOMES = (MOVED, REPEATED, OVERTAKEN, KEY_UNKNOWN, AMOUNT_DIFFERS, NOT_FITTING)


class Batch(models.Model):
    """Payouts proposed by one person and approved by another; the database insists on two.

    `totals` is commodity -> quantity, `digest` that of its lines as proposed. `recall_id` and
    `commodity` say what it was made from (empty = all). `ended_reason` is why it was taken back
    (by its maker) or refused (by another), `ended_note` their own words.
    """

    recall_id = models.IntegerField(null=True)
    commodity = models.CharField(max_length=40, blank=True)
    maker = models.CharField(max_length=80)
    proposed_at = models.DateTimeField()
    totals = models.JSONField()
    digest = models.CharField(max_length=DIGEST)
    approver = models.CharField(max_length=80, null=True)  # noqa: DJ001 (null = not yet)
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, null=True)  # noqa: DJ001 (null = not)
    withdrawn_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=40, blank=True)
    ended_note = models.CharField(max_length=200, blank=True)

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

    `payee` is a person id; `terms`, `product` and `unit_id` are those of the promise and its unit,
    so that the database can hold what leaves against one remedy a unit and against the population.
    `corrected_at` says that the owner's details were put right after a bounce. While
    `sent_entry_id` is set, the promise stands at `sent` because of this instruction, so that
    nobody can change what may be under way.
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
    terms = models.CharField(max_length=40, blank=True)
    product = models.CharField(max_length=200, blank=True)
    unit_id = models.BigIntegerField(null=True)
    corrected_by = models.CharField(max_length=80, blank=True)
    corrected_at = models.DateTimeField(null=True)

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
            models.Index(fields=("recall_id", "unit_id"), name="instruction_by_unit"),
        )


class ProviderEvent(models.Model):
    """One thing a provider reported. Append-only.

    `matched` = it fitted an instruction of ours; `outcome` says how, or why not (`OUTCOMES`).
    """

    provider = models.CharField(max_length=20)
    number = models.BigIntegerField()
    key = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    reason = models.CharField(max_length=60, blank=True)
    ref = models.CharField(max_length=80, blank=True)
    matched = models.BooleanField()
    amount = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("provider", "number"), name="provider_event_once"),
        )
        indexes = (
            models.Index(fields=("key",), name="provider_event_by_key"),
            models.Index(fields=("matched", "id"), name="provider_event_unmatched"),
        )


class ShopCode(models.Model):
    """One shop credit code of the pool; issued once, to one instruction, for its amount."""

    commodity = models.CharField(max_length=40)
    code = models.CharField(max_length=60, unique=True)
    loaded_at = models.DateTimeField()
    issued_key = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001 (null = free)
    amount = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    void_at = models.DateTimeField(null=True)
    void_by = models.CharField(max_length=80, blank=True)
    void_reason = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = (models.Index(fields=("commodity", "issued_key"), name="shop_code_free"),)


class ResultAct(models.Model):
    """What people make of a result that fitted nothing: one proposes, another agrees.

    `act` is "post" (move the promise of `instruction` as `kind` says) or "dismiss"; `why` is told
    in their own words. Withdrawn, it leaves the result open for another proposal.
    """

    event = models.ForeignKey(ProviderEvent, on_delete=models.PROTECT, related_name="acts")
    act = models.CharField(max_length=10)
    kind = models.CharField(max_length=20, blank=True)
    instruction = models.ForeignKey(
        Instruction, null=True, on_delete=models.PROTECT, related_name="+"
    )
    why = models.CharField(max_length=200)
    maker = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    approver = models.CharField(max_length=80, null=True)  # noqa: DJ001 (null = not yet)
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            two_people("result_act_needs_two_people", "maker", "approver"),
            models.CheckConstraint(
                condition=Q(act="dismiss", kind="", instruction=None)
                | Q(
                    act="post",
                    kind__in=("settled", "bounced", "returned"),
                    instruction__isnull=False,
                ),
                name="result_act_known",
            ),
            models.UniqueConstraint(
                fields=("event",), condition=Q(withdrawn_at=None), name="result_act_one_open"
            ),
        )


class BatchFile(models.Model):
    """The file of a batch for one provider: made once, kept byte for byte. Append-only.

    `number` is its id towards the bank; `totals` and `sha256` go on its cover sheet.
    """

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="files")
    provider = models.CharField(max_length=20)
    number = models.CharField(max_length=40, unique=True)
    format = models.CharField(max_length=20)
    lines = models.IntegerField()
    totals = models.JSONField()
    sha256 = models.CharField(max_length=DIGEST)
    body = models.BinaryField()
    made_by = models.CharField(max_length=80)
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("batch", "provider"), name="batch_file_once"),
        )


class BatchFileLook(models.Model):
    """One download of a batch's file: the first one, and every later one. Append-only."""

    file = models.ForeignKey(BatchFile, on_delete=models.PROTECT, related_name="looks")
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
