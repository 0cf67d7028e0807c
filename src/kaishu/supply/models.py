"""Supplier networks, and the names of what a trace finds: items and partners.

Things are named by their codes (`core.genealogy.things`), never by rows: the graph is a file.
"""

from __future__ import annotations

from django.db import models


class Network(models.Model):
    """One graph of lots, units, boxes and parties: usually a brand with all of its suppliers."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    created_by = models.CharField(max_length=150)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.slug


class ItemKind(models.TextChoices):
    """What stands on which level of the making."""

    MATERIAL = "material"
    CELL = "cell"
    PACK = "pack"
    PRODUCT = "product"
    BOX = "box"


class Item(models.Model):
    """What a class of things is: whose brand it carries, and which model of a recall it is.

    `code` is the code of the class; `model` the product as recall files name it, empty for what
    is no product.
    """

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="items")
    code = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=ItemKind.choices)
    brand = models.CharField(max_length=80, blank=True)
    model = models.CharField(max_length=40, blank=True)
    name = models.CharField(max_length=160)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=("network", "code"), name="item_once")]

    def __str__(self) -> str:
        return self.code


class PartnerRole(models.TextChoices):
    """What a party does in the chain."""

    SUPPLIER = "supplier"
    MAKER = "maker"
    DISTRIBUTOR = "distributor"
    RETAILER = "retailer"
    CARRIER = "carrier"
    RECYCLER = "recycler"
    OTHER = "other"


class Partner(models.Model):
    """What a party or a place is called. `party` is its code in recall files, where it has one.

    `belongs_to` is the code of the party that a place belongs to.
    """

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="partners")
    code = models.CharField(max_length=200)
    role = models.CharField(max_length=12, choices=PartnerRole.choices)
    name = models.CharField(max_length=160)
    country = models.CharField(max_length=2, blank=True)
    party = models.CharField(max_length=40, blank=True)
    belongs_to = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=("network", "code"), name="partner_once")]

    def __str__(self) -> str:
        return self.code


from kaishu.supply.alerts.models import (  # noqa: E402 (it points back at Network)
    KnownKey,
    Letter,
    LetterKey,
    LetterLook,
    LetterMatch,
    LetterReply,
    LetterStep,
    RefusedLetter,
    ReplyAddress,
)
from kaishu.supply.capture.models import (  # noqa: E402 (they point back at Network)
    CapturedEvent,
    CaptureJob,
    EventValue,
    NamedQuery,
    Speaker,
    SpeakerStep,
)
from kaishu.supply.links.models import (  # noqa: E402 (they point back at Network)
    Brought,
    BroughtKind,
    LinkFile,
    LinkPart,
    LinkVoid,
    SavedMapping,
)
from kaishu.supply.mock.models import MockRecall  # noqa: E402 (it points back at Network)
from kaishu.supply.network.models import GraphFile  # noqa: E402 (it points back at Network)

__all__ = [
    "Brought",
    "BroughtKind",
    "CaptureJob",
    "CapturedEvent",
    "EventValue",
    "GraphFile",
    "Item",
    "ItemKind",
    "KnownKey",
    "Letter",
    "LetterKey",
    "LetterLook",
    "LetterMatch",
    "LetterReply",
    "LetterStep",
    "LinkFile",
    "LinkPart",
    "LinkVoid",
    "MockRecall",
    "NamedQuery",
    "Network",
    "Partner",
    "PartnerRole",
    "RefusedLetter",
    "ReplyAddress",
    "SavedMapping",
    "Speaker",
    "SpeakerStep",
]
