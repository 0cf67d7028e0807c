"""Kits on the shelf, kits on order, and who was reminded of one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

RECEIVED, COUNTED, SPOILT = "received", "counted", "spoilt"
WHYS = (RECEIVED, COUNTED, SPOILT)
MOST_REMINDERS = 3


class KitOrder(models.Model):
    """Kits that a supplier will bring, and on which day; closed when they came or will not come.

    Only `closed_at` and `closed_by` ever change, once.
    """

    recall_id = models.IntegerField()
    kit = models.CharField(max_length=40)
    quantity = models.IntegerField()
    due_on = models.DateField()
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    key = models.CharField(max_length=80)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("by", "key"), name="kit_order_key_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="kit_order_positive"),
        )
        indexes = (
            models.Index(
                fields=("recall_id", "due_on"), condition=Q(closed_at=None), name="kit_order_open"
            ),
        )


class KitReceipt(models.Model):
    """Kits that came onto the shelf, or a difference that a count found. Append-only.

    `quantity` is signed: a count may find fewer. What left is in `Kit`, never here.
    """

    recall_id = models.IntegerField()
    kit = models.CharField(max_length=40)
    quantity = models.IntegerField()
    why = models.CharField(max_length=10)
    order = models.ForeignKey(KitOrder, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    key = models.CharField(max_length=80)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("by", "key"), name="kit_receipt_key_once"),
            models.CheckConstraint(condition=Q(why__in=WHYS), name="kit_receipt_why_known"),
            models.CheckConstraint(
                condition=Q(why=RECEIVED, quantity__gte=1)
                | Q(why=SPOILT, quantity__lte=-1)
                | (Q(why=COUNTED) & ~Q(quantity=0)),
                name="kit_receipt_quantity",
            ),
        )
        indexes = (models.Index(fields=("recall_id", "kit"), name="kit_receipt_by_kind"),)


class KitReminder(models.Model):
    """One reminder to an owner who holds a kit, counted from 1. Append-only.

    `message_id` is the outbox's; None where the owner has no mail address and nothing was sent.
    """

    kit = models.ForeignKey("returns.Kit", on_delete=models.PROTECT, related_name="reminders")
    number = models.SmallIntegerField()
    message_id = models.BigIntegerField(null=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kit", "number"), name="kit_reminder_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1) & Q(number__lte=MOST_REMINDERS),
                name="kit_reminder_number",
            ),
        )
