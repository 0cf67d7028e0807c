"""Replacement goods: every unit by its serial, from its receipt to its owner."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class StockUnit(models.Model):
    """One replacement unit. Received by a document, reserved for one instruction, dispatched.

    The row stays, so that a later recall of the replacement finds who has it. `held` is the code
    why it may not go out (a recall names it).
    """

    commodity = models.CharField(max_length=40)
    serial = models.CharField(max_length=40)
    document = models.CharField(max_length=80)
    received_by = models.CharField(max_length=80)
    received_at = models.DateTimeField()
    held = models.CharField(max_length=40, blank=True)
    reserved_key = models.CharField(max_length=60, null=True, unique=True)  # noqa: DJ001 (null = free)
    reserved_at = models.DateTimeField(null=True)
    dispatched_by = models.CharField(max_length=80, blank=True)
    dispatched_at = models.DateTimeField(null=True)
    tracking = models.CharField(max_length=60, blank=True)
    delivered_at = models.DateTimeField(null=True)
    back_at = models.DateTimeField(null=True)
    back_reason = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("commodity", "serial"), name="stock_serial_once"),
            models.CheckConstraint(
                condition=~Q(serial="") & ~Q(document=""), name="stock_unit_is_known"
            ),
            models.CheckConstraint(
                condition=Q(dispatched_at=None) | Q(reserved_key__isnull=False),
                name="stock_leaves_for_somebody",
            ),
        )
        indexes = (
            models.Index(fields=("commodity", "reserved_key", "held"), name="stock_free"),
            models.Index(fields=("serial",), name="stock_by_serial"),
        )
