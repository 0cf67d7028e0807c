"""Show how a column's cells look, so that a person can tell columns apart without reading them."""

from __future__ import annotations

from collections.abc import Mapping

from kaishu.claims.imports.columns import FIELDS
from kaishu.claims.imports.models import ClaimImport
from kaishu.claims.imports.table import stored_table
from kaishu.core.errors import Refusal

PERSONAL = frozenset({"name", "name_kana", "email", "phone", "postcode", "address", "order_no"})
FIRST_ROWS = 50
SHOWN = 2


def samples(source: ClaimImport) -> Mapping[tuple[str, str], str]:
    """Return how cells look, by (field, column): what may tell of a person only as a shape.

    Empty once the file is gone.
    """
    try:
        table = stored_table(source.file, source.encoding)
    except Refusal:
        return {}
    found: dict[str, list[str]] = {name: [] for name in table.header}
    for _number, cells in table.rows[:FIRST_ROWS]:
        for name, cell in zip(table.header, cells, strict=True):
            if cell.strip() and len(found[name]) < SHOWN:
                found[name].append(cell.strip()[:40])
    return {
        (field, name): " · ".join(shape(cell) if field in PERSONAL else cell for cell in cells)
        for field in FIELDS
        for name, cells in found.items()
    }


def shape(text: str) -> str:
    """Return a text's shape: "hanako@example.jp" is "h•••••@•••••••.••"."""
    hidden = "".join("•" if letter.isalnum() else letter for letter in text[1:])
    return text[:1] + hidden
