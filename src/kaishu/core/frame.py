"""What every page of a recall says around its content: whose it is, whom to call, its drawings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kaishu.core.pack import Pack
from kaishu.core.recall import Product, Recall, say


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of an error summary: the same words as at the field, and the id of its control."""

    id: str
    text: str
    next: str = ""


def frame_of(recall: Recall, *, tag: str, code: str) -> dict[str, Any]:
    """Return what header and footer say of a recall; `code` is the first word of the path."""
    return {
        "recall": recall,
        "company": say(recall.company, tag),
        "phone": recall.phone,
        "phone_hours": say(recall.phone_hours, tag),
        "notice_url": recall.notice_url,
        "home": f"/{code}/r/{recall.slug}/",
    }


def picture_url(pack: Pack, name: str) -> str:
    """Return the address of an edition's drawing; it never changes, so it is kept for a year."""
    return f"/pictures/{pack.ref.digest}/{name}" if name else ""


def product_card(pack: Pack, product: Product) -> dict[str, Any]:
    """Return what a page shows of one product: its texts and the addresses of its drawings."""
    return {
        "product": product,
        "model": product.model,
        "name": product.name,
        "picture": picture_url(pack, product.picture),
        "model_picture": picture_url(pack, product.model_picture),
        "serial_picture": picture_url(pack, product.serial_picture),
    }
