"""Write the link files of the invented network, each as its company would keep it.

Sixteen cell lots of 500 cells become 75 pack lots of 40 packs, and those 3,000 products of three
brands. Cells are issued in the order in which they were made, so a lot ends in the middle of a pack
lot: there is no telling which of its packs have cells of which lot.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from stdnum import ean

CELLS, PACKS, CARTON = 500, 40, 20
FIRST = date(2025, 1, 13)
SSCC = "095212340000"
SHOPS = {
    "L1": ("9521234000211", "9521234000228", "9521234000235", "9521234000242"),
    "HB20": ("9521234000228", "9521234000242", "9521234000259", "9521234000266"),
    "NF3": ("9521234000211", "9521234000235", "9521234000266"),
}


@dataclass(frozen=True, slots=True)
class Product:
    """One brand's product: its pack, the cells of a pack, its GTIN, maker and way to the shops."""

    model: str
    gtin: str
    maker: str
    distributor: str
    pack: str
    cells: int
    serial: str

    def serials(self, count: int) -> list[str]:
        """Return the first serials in the brand's own form."""
        return [self.serial.format(number) for number in range(1, count + 1)]


PRODUCTS = (
    Product("L1", "9521234001102", "9521234000013", "9521234000105", "KP-2S", 2, "A00{:05X}"),
    Product("HB20", "9521234002109", "9521234000020", "9521234000112", "TP-4", 4, "HB20-{:06d}"),
    Product("NF3", "9521234003106", "9521234000037", "9521234000105", "KP-2S", 2, "N3{:06d}J"),
)
ORDER = (0, 1, 0, 2, 1, 0, 2, 0, 1, 0, 1, 2, 0, 1, 2)  # what the line builds, over and over


@dataclass(slots=True)
class _Books:
    """The rows of each file, in the order in which they were written down."""

    film: list[tuple[object, ...]] = field(default_factory=list)
    kaze: list[tuple[object, ...]] = field(default_factory=list)
    taiyo: list[tuple[object, ...]] = field(default_factory=list)
    assembly: list[tuple[object, ...]] = field(default_factory=list)
    cartons: list[tuple[object, ...]] = field(default_factory=list)
    shipments: list[tuple[object, ...]] = field(default_factory=list)


HEADS = {
    "film": ("Wound on", "Film roll", "Cell lot", "Metres", "Cells"),
    "kaze": ("日期", "电芯批号", "组件批号", "电芯数", "组件数"),
    "taiyo": ("Date", "Cell lot", "Pack lot", "Cells used", "Packs"),
    "assembly": ("製造日", "電池パックロット", "パック品番", "製造番号", "JAN"),
    "cartons": ("梱包日", "SSCC", "製造番号", "JAN"),
    "shipments": ("SSCC", "Ship to GLN", "Delivered"),
}


def write(folder: Path) -> list[Path]:
    """Write the files into a folder and return them in the order in which they are loaded."""
    folder.mkdir(parents=True, exist_ok=True)
    books, made = _Books(), []
    cells = _cells(books)
    boxes = iter(range(1, 10_000))
    serials = {each.model: iter(each.serials(2000)) for each in PRODUCTS}
    for number, (product, lots) in enumerate(_pack_lots(cells)):
        day = FIRST + timedelta(days=14 + number)
        _build(books, product, number, lots, day, serials[product.model], boxes)
    for name, head in HEADS.items():
        path = folder / f"{name}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([head, *getattr(books, name)])
        made.append(path)
    return made


def _cells(books: _Books) -> Iterator[str]:
    """Write down sixteen cell lots, each of one roll of film or the end of one and the next."""
    lots = [f"C-25{number:02d}" for number in range(1, 17)]
    for number, lot in enumerate(lots):
        day = f"{FIRST + timedelta(days=number * 5):%d.%m.%Y}"
        rolls = {number * 2 // 5, (number * 2 + 1) // 5}
        for roll in sorted(rolls):
            books.film.append((day, f"F-{roll + 31}", lot, 240 // len(rolls), CELLS))
    return (lot for lot in lots for _ in range(CELLS))


def _pack_lots(cells: Iterator[str]) -> Iterator[tuple[Product, dict[str, int]]]:
    """Yield each pack lot's product and how many cells of which lots went into it."""
    for place in range(75):
        product = PRODUCTS[ORDER[place % len(ORDER)]]
        lots: dict[str, int] = {}
        for _ in range(PACKS * product.cells):
            lot = next(cells)
            lots[lot] = lots.get(lot, 0) + 1
        yield product, lots


def _build(
    books: _Books,
    product: Product,
    number: int,
    lots: dict[str, int],
    day: date,
    serials: Iterator[str],
    boxes: Iterator[int],
) -> None:
    book, letter = (books.kaze, "K") if product.pack == "KP-2S" else (books.taiyo, "T")
    pack_lot = f"{letter}-{number + 101}"
    book.extend((day, lot, pack_lot, used, PACKS) for lot, used in lots.items())
    mine = [next(serials) for _ in range(PACKS)]
    built, packed = day + timedelta(days=10), day + timedelta(days=12)
    gtin = product.gtin
    books.assembly.extend((built, pack_lot, product.pack, serial, gtin) for serial in mine)
    shops = SHOPS[product.model]
    for start in range(0, PACKS, CARTON):
        box = next(boxes)
        sscc = _sscc(box)
        books.cartons.extend(
            (packed, sscc, serial, gtin) for serial in mine[start : start + CARTON]
        )
        books.shipments += _way(product, sscc, packed, shops[box % len(shops)])


def _way(product: Product, sscc: str, packed: date, shop: str) -> Iterable[tuple[object, ...]]:
    """Return a carton's way; each tenth one is with the distributor still."""
    yield sscc, product.maker, packed + timedelta(days=1)
    yield sscc, product.distributor, packed + timedelta(days=5)
    if int(sscc[-4:-1]) % 10:
        yield sscc, shop, packed + timedelta(days=11)


def _sscc(number: int) -> str:
    body = f"{SSCC}{number:05d}"
    return body + str(ean.calc_check_digit(body))
