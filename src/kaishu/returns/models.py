"""Kits out, parcels in, containers on: what is handled. Where it is, the books say.

Rows of other apps are named by `case_no` + `unit_no` and by ids; there are no foreign keys.
"""

from __future__ import annotations

from django.db import models

from kaishu.returns.depot_models import (
    CertificateFile,
    CertificateLine,
    ContainerStep,
    HandOver,
    ScanUndone,
    Stocktake,
    StocktakeLine,
    StocktakeSeen,
    Workplace,
)
from kaishu.returns.kit_models import KitOrder, KitReceipt, KitReminder
from kaishu.returns.trade.models import TradeAnswer, TradeSite

__all__ = [
    "Certificate",
    "CertificateFile",
    "CertificateLine",
    "Container",
    "ContainerStep",
    "ContainerUnit",
    "HandOver",
    "Kit",
    "KitOrder",
    "KitReceipt",
    "KitReminder",
    "Scan",
    "ScanUndone",
    "Stocktake",
    "StocktakeLine",
    "StocktakeSeen",
    "TradeAnswer",
    "TradeSite",
    "Workplace",
]

OUTCOMES = ("ok", "swollen", "hot", "leaking", "wrong_item", "empty", "contested", "unknown")
KINDS = ("box", "drum", "case")


class Kit(models.Model):
    """One return kit that left for an owner. Append-only."""

    case_no = models.CharField(max_length=12)
    unit_no = models.SmallIntegerField()
    promise_id = models.BigIntegerField(unique=True)
    tracking = models.CharField(max_length=60, blank=True)
    carrier = models.CharField(max_length=40, null=True)  # noqa: DJ001 (null = before it was asked)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=("case_no", "unit_no"), name="kit_by_case"),
            models.Index(fields=("at",), name="kit_by_time"),
        )


class Scan(models.Model):
    """One parcel opened at a depot, and what was in it. Append-only.

    `unit_id` is the owner's unit that came in, `stray_id` the books' unit of an item that is not
    it. A parcel that is empty brings neither. An "unknown" one belongs to no claim: its unit was
    found by what could be seen on it, or it is a stray. `doubt` is kept with a stray that may be
    a recalled unit: the recall, the reason code and what was seen. `from_party` is the depot that
    it was transferred from.
    """

    case_no = models.CharField(max_length=12, blank=True)
    unit_no = models.SmallIntegerField(null=True)
    site = models.CharField(max_length=40)
    outcome = models.CharField(max_length=20)
    from_party = models.CharField(max_length=40, blank=True, default="")
    unit_id = models.BigIntegerField(null=True)
    stray_id = models.BigIntegerField(null=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()
    key = models.CharField(max_length=80)
    doubt = models.JSONField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("by", "key"), name="scan_key_once"),
            models.CheckConstraint(
                condition=models.Q(outcome__in=OUTCOMES), name="scan_outcome_known"
            ),
        )
        indexes = (
            models.Index(fields=("case_no", "unit_no"), name="scan_by_case"),
            models.Index(fields=("site", "at"), name="scan_by_site"),
        )


class Container(models.Model):
    """One drum or box that goes from a site to a recycler. Closed once it is handed over.

    While it carries a seal, nothing goes in or out. Limits are empty where none was set: pieces,
    net grams (weighed when it is sealed), watt-hours (where the recall knows the capacity).
    """

    number = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, default="box")
    max_units = models.IntegerField(null=True)
    max_net_g = models.IntegerField(null=True)
    max_wh = models.IntegerField(null=True)
    net_g = models.IntegerField(null=True)
    seal_no = models.CharField(max_length=40, blank=True, default="")
    recall_id = models.IntegerField()
    site = models.CharField(max_length=40)
    recycler = models.CharField(max_length=40)
    opened_by = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    handed_over_by = models.CharField(max_length=80, blank=True)
    handed_over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="container_kind_known"),
        )
        indexes = (models.Index(fields=("site", "handed_over_at"), name="container_by_site"),)


class ContainerUnit(models.Model):
    """What lies in a container: a named unit, or a count of unnamed stock.

    Strays lie in containers like all else; their pool tells them apart.
    """

    container = models.ForeignKey(Container, on_delete=models.PROTECT, related_name="lines")
    unit_id = models.BigIntegerField(null=True)
    product = models.CharField(max_length=40)
    pool = models.CharField(max_length=12)
    quantity = models.IntegerField()
    case_no = models.CharField(max_length=12, blank=True)
    unit_no = models.SmallIntegerField(null=True)
    key = models.CharField(max_length=80, null=True)  # noqa: DJ001 (null = a named unit)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("unit_id",), name="packed_once"),
            models.UniqueConstraint(fields=("container", "key"), name="packed_key_once"),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1)
                & (models.Q(unit_id__isnull=True) | models.Q(quantity=1)),
                name="packed_quantity",
            ),
        )


class Certificate(models.Model):
    """A recycler's certificate for a container or a part of it. Append-only.

    `units` is what the paper states, equal to its lines; weights are in grams. `file` names stored
    evidence of certificates before `CertificateFile`.
    """

    container = models.ForeignKey(Container, on_delete=models.PROTECT, related_name="certificates")
    certificate_no = models.CharField(max_length=60)
    issued_on = models.DateField()
    units = models.IntegerField(null=True)
    net_g = models.IntegerField(null=True)
    file = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("container", "certificate_no"), name="certificate_once"
            ),
        )
