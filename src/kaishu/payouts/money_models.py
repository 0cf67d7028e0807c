"""Funds, pauses, rules and recoveries: each is one person's proposal and another's yes."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from kaishu.payouts.two_people import two_people

RECEIVED, GIVEN_BACK = "received", "given_back"

CLAIMS_OVER, PAID_OVER, BY_HAND = "claims_over_population", "paid_over_population", "by_hand"
# Why what was paid is asked back; the words of the money, never of a person.
RECOVERY_REASONS = ("paid_in_error", "other_payee", "claim_untrue", "unit_of_another")
PAUSE_REASONS = (CLAIMS_OVER, PAID_OVER, BY_HAND)


class Fund(models.Model):
    """Money or codes made available for one recall, by a document. Counts once a second person
    agreed.

    Available = receipts - sent - paid; that sum is taken from the books, never kept.
    """

    recall_id = models.IntegerField()
    commodity = models.CharField(max_length=40)
    kind = models.CharField(max_length=10)
    quantity = models.BigIntegerField()
    document = models.CharField(max_length=80)
    maker = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    approver = models.CharField(max_length=80, null=True)  # noqa: DJ001 (null = not yet)
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            two_people("fund_needs_two_people", "maker", "approver"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & Q(kind__in=(RECEIVED, GIVEN_BACK)),
                name="fund_positive",
            ),
            models.CheckConstraint(
                condition=~Q(document="") & ~Q(maker=""), name="fund_has_a_document"
            ),
            # The same document for the same recall is the same receipt, unless it was withdrawn.
            models.UniqueConstraint(
                fields=("recall_id", "commodity", "kind", "document"),
                condition=Q(withdrawn_at=None),
                name="fund_document_once",
            ),
        )


class Pause(models.Model):
    """Payouts of one recall stand still. Checks and claims never do.

    `facts` are the counts that were seen. Two people end it: one proposes with a reason (and how
    far payouts may go on, `ceiling`, where a count was passed), another agrees.
    """

    recall_id = models.IntegerField()
    why = models.CharField(max_length=40)
    product = models.CharField(max_length=200, blank=True)
    facts = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)
    begun_by = models.CharField(max_length=80)
    begun_at = models.DateTimeField()
    ceiling = models.BigIntegerField(null=True)
    resume_by = models.CharField(max_length=80, blank=True)
    resume_at = models.DateTimeField(null=True)
    resume_reason = models.CharField(max_length=200, blank=True)
    ended_by = models.CharField(max_length=80, null=True)  # noqa: DJ001 (null = it lasts)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            two_people("pause_ends_by_two_people", "resume_by", "ended_by"),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | (~Q(resume_by="") & ~Q(resume_reason="")),
                name="pause_ends_with_a_reason",
            ),
            models.CheckConstraint(condition=Q(why__in=PAUSE_REASONS), name="pause_why_known"),
            models.UniqueConstraint(
                fields=("recall_id", "why", "product"),
                condition=Q(ended_at=None),
                name="pause_once",
            ),
        )


class Recovery(models.Model):
    """What one order paid is back with us, says one person by a document; another agrees.

    Then the promise is undone (paid to cost): nothing is owed for it any more.
    """

    instruction = models.ForeignKey(
        "payouts.Instruction", on_delete=models.PROTECT, related_name="recoveries"
    )
    reason = models.CharField(max_length=40)
    document = models.CharField(max_length=80)
    maker = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    approver = models.CharField(max_length=80, null=True)  # noqa: DJ001 (null = not yet)
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            two_people("recovery_needs_two_people", "maker", "approver"),
            models.CheckConstraint(
                condition=Q(reason__in=RECOVERY_REASONS) & ~Q(document="") & ~Q(maker=""),
                name="recovery_has_reason_and_document",
            ),
            models.UniqueConstraint(
                fields=("instruction",), condition=Q(withdrawn_at=None), name="recovery_once"
            ),
        )


class PayRule(models.Model):
    """What a recall's payouts of one commodity must keep to. The newest approved one holds.

    Above `received_above` a unit has to be in our hands first, whatever the remedy says; so has
    every unit of the random sample (`sample_permille` of all). Above `flag_above` an approver is
    shown the amount by itself.
    """

    recall_id = models.IntegerField()
    commodity = models.CharField(max_length=40)
    received_above = models.BigIntegerField(null=True)
    flag_above = models.BigIntegerField(null=True)
    sample_permille = models.SmallIntegerField()
    maker = models.CharField(max_length=80)
    made_at = models.DateTimeField()
    approver = models.CharField(max_length=80, null=True)  # noqa: DJ001 (null = not yet)
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=80, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            two_people("pay_rule_needs_two_people", "maker", "approver"),
            models.CheckConstraint(
                condition=Q(sample_permille__gte=0, sample_permille__lte=1000),
                name="pay_rule_sample_is_a_share",
            ),
        )
        indexes = (
            models.Index(fields=("recall_id", "commodity", "approved_at"), name="pay_rule_newest"),
        )


class LeftUnits(models.Model):
    """How many claim units of a product something has left for; kept by triggers, read by them.

    It exists so that the database can hold it against the population; the audit counts it again.
    """

    recall_id = models.IntegerField()
    product = models.CharField(max_length=200)
    units = models.BigIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("recall_id", "product"), name="left_units_once"),
            models.CheckConstraint(condition=Q(units__gte=0), name="left_units_not_negative"),
        )
