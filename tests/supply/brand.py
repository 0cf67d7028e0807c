"""A brand in a test: six phones of three cell lots, here and shipped, and their graph."""

from __future__ import annotations

from datetime import UTC, datetime

from kaishu.core.genealogy import things
from kaishu.core.genealogy.acts import Act, Amount, Did
from kaishu.supply.models import Item, ItemKind, Network, Partner, PartnerRole
from tests.support.graph_files import keep_graph
from tests.support.letters import CELL

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
PHONE = things.item("PHONE-1")
US, SHOP = things.own("party", "kumo"), things.own("party", "minato")
BACK_ROOM = things.own("place", "kumo-stock")
# The phones of one act by its cell lots; which of P2 and P6 got the cells of L1, nobody knows.
MADE = {("L1",): ("P1", "P4", "P5"), ("L1", "L2"): ("P2", "P6"), ("L3",): ("P3",)}


def lot(number: str) -> str:
    """Return a cell lot's code."""
    return things.lot(CELL, number)


def phone(serial: str) -> str:
    """Return a phone's code."""
    return things.unit(PHONE, serial)


def acts() -> list[Act]:
    """Return how the phones were made and where they went: P1 is here, P2 and P4 were shipped."""
    made = [
        Act(
            f"make-{units[0]}",
            Did.MADE,
            100,
            tuple(Amount(lot(each)) for each in lots),
            tuple(Amount(phone(each)) for each in units),
        )
        for lots, units in MADE.items()
    ]
    moved = [
        Act("keep", Did.MOVED, 200, (Amount(phone("P1")),), place=BACK_ROOM),
        Act("ship", Did.MOVED, 300, (Amount(phone("P2")), Amount(phone("P4"))), party=SHOP),
    ]
    return [*made, *moved]


def brand(slug: str = "kumo") -> Network:
    """Make the network, its names and its graph file."""
    network = Network.objects.create(slug=slug, name="Kumo", created_by="ada", created_at=AT)
    Item.objects.create(network=network, code=CELL, kind=ItemKind.CELL, name="Cell")
    Item.objects.create(network=network, code=PHONE, kind=ItemKind.PRODUCT, name="Phone")
    for code, role, name in ((US, PartnerRole.MAKER, "Kumo"), (SHOP, PartnerRole.RETAILER, "M")):
        Partner.objects.create(network=network, code=code, role=role, name=name)
    Partner.objects.create(
        network=network, code=BACK_ROOM, role=PartnerRole.OTHER, name="Stock", belongs_to=US
    )
    keep_graph(network, acts(), by="ada", at=AT)
    return network
