"""A small invented network: cell lots, pack lots, units of two brands, cartons and who got them.

    L76 -> P1 -> K100 number 1-160        L78 -> P4 -> K100 number 201-400
    L77 -> P2 -> K100 number 161-170      L77 -> P5 -> S900 number 1-10 (another brand)
    L77 -> P6 -> K100 number 171-180      L77 + L78 -> P3 -> K100 number 181-200

Carton 9 holds K100 number 161-180 of the suspect cells and number 1-20 of good ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from kaishu.core.genealogy.acts import Act, Amount, Did
from kaishu.core.genealogy.things import item, lot, own, unit
from kaishu.core.recall import Conditions, Recall
from kaishu.supply.models import Item, Network, Partner
from tests.doors import kumo
from tests.support.graph_files import keep_graph

SLUG = "kumo-cells"
START = int(datetime(2025, 3, 1, tzinfo=UTC).timestamp())
DAY = 86_400
AT = datetime(2026, 4, 3, 1, 0, tzinfo=UTC)

CELL, PACK = item("CELL-A"), item("PACK-9")
K100, S900 = item("04548736120037"), item("S900-GLOBAL")
MAKER, DEALER, SHOP = own("party", "kumo"), own("party", "nagare"), own("party", "minato")
SUSPECT = lot(CELL, "L77")
LISTED = "serials/k100.csv"
LISTS = {LISTED: kumo.LISTS["k100.csv"]}  # to put into kumo.LISTS, where drafts find their lists


def recall(**changes: object) -> Recall:
    """Return the invented recall as a recall folder can say it: its list in its place, and no
    condition on a colour that the model does not have."""
    first, second, third = kumo.recall().rules
    whole = replace(second, when=Conditions())
    return kumo.recall(rules=(replace(first, file=LISTED), whole, third), **changes)


def serial(number: int) -> str:
    """Return the serial of a K100 by its number."""
    return f"AK20250301{number:06}"


def k100(number: int) -> str:
    """Return the code of a K100 by its number."""
    return unit(K100, serial(number))


def acts() -> list[Act]:
    """Return everything that happened, in the order of time."""
    return list(_acts())


def _acts() -> Iterator[Act]:
    for number, name in enumerate(("L76", "L77", "L78")):
        made = (Amount(lot(CELL, name), 2000),)
        yield Act(f"cell-{name}", Did.MADE, START + number * DAY, (), made)
    packs = {
        "P1": (("L76", 320),),
        "P2": (("L77", 20),),
        "P3": (("L77", 20), ("L78", 20)),
        "P4": (("L78", 400),),
        "P5": (("L77", 20),),
        "P6": (("L77", 20),),
    }
    for number, (name, cells) in enumerate(packs.items()):
        used = tuple(Amount(lot(CELL, cell), many) for cell, many in cells)
        made = (Amount(lot(PACK, name), sum(many for _cell, many in cells) / 2),)
        yield Act(f"pack-{name}", Did.MADE, START + (5 + number) * DAY, used, made)
    units = {
        "P1": [k100(number) for number in range(1, 161)],
        "P2": [k100(number) for number in range(161, 171)],
        "P3": [k100(number) for number in range(181, 201)],
        "P4": [k100(number) for number in range(201, 401)],
        "P5": [unit(S900, f"S9{number:04}") for number in range(1, 11)],
        "P6": [k100(number) for number in range(171, 181)],
    }
    for number, (name, codes) in enumerate(units.items()):
        used = (Amount(lot(PACK, name), len(codes)),)
        made = tuple(Amount(code) for code in codes)
        yield Act(f"unit-{name}", Did.MADE, START + (20 + number) * DAY, used, made)
    yield from _shipped()


def _shipped() -> Iterator[Act]:
    carton, other = own("box", "carton-9"), own("box", "carton-10")
    inside = [k100(number) for number in (*range(1, 21), *range(161, 181))]
    rest = [k100(number) for number in range(181, 191)]
    for number, (box, codes) in enumerate(((carton, inside), (other, rest))):
        at = START + (30 + number) * DAY
        packed = tuple(Amount(code) for code in codes)
        yield Act(f"packed-{number}", Did.PACKED, at, packed, (Amount(box),))
    for number, (box, party) in enumerate(((carton, DEALER), (other, DEALER), (carton, SHOP))):
        at = START + (40 + number) * DAY
        yield Act(f"moved-{number}", Did.MOVED, at, (Amount(box),), (), party)


def describe(network: Network) -> None:
    """Give the network's items and partners their names."""
    for code, kind, brand, model, name in (
        (CELL, "cell", "", "", "Cell A"),
        (PACK, "pack", "", "", "Pack 9"),
        (K100, "product", "Kumo", "K100", "Kumo Power Bank 10000"),
        (S900, "product", "Sora", "S900", "Sora Charger"),
    ):
        Item.objects.create(
            network=network, code=code, kind=kind, brand=brand, model=model, name=name
        )
    for code, role, name, party in (
        (MAKER, "maker", "Kumo Electric", ""),
        (DEALER, "distributor", "Nagare Trading", "nagare"),
        (SHOP, "retailer", "Minato shop", "minato"),
    ):
        Partner.objects.create(network=network, code=code, role=role, name=name, party=party)


def open_network() -> Network:
    """Open the network, described and with its graph, as `kaishu trace build` would leave it."""
    network = Network.objects.create(
        slug=SLUG, name="Kumo and its suppliers", created_by="aki", created_at=AT
    )
    describe(network)
    keep_graph(network, acts(), by="aki", at=AT)
    return network
