"""One recall in the shape of CPSC's Recall Retrieval API: the very keys, nothing invented.

What a recall of ours does not say is an empty text or an empty list. Keys and nesting as published
at https://github.com/api-evangelist/consumer-product-safety-commission (json-schema).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings

from kaishu.base.language import TAGS
from kaishu.core.pack import Pack
from kaishu.core.recall import Product, Recall, say
from kaishu.markets import zone_of

# Our closed types of remedy -> the words of that API. Shop credit is none of its options.
OPTIONS: Mapping[str, str] = {
    "refund": "Refund",
    "replace": "Replace",
    "upgrade": "Replace",
    "repair": "Repair",
}
_ABOUT = {"en": "About {:,}", "ja": "約{:,}台", "zh-Hans": "约{:,}件"}
_CODES = {tag: code for code, tag in TAGS.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """One recall of the feed; the days are kept beside the record so that filters compare days."""

    record: Mapping[str, Any]
    announced: date
    published: date


def row(pack: Pack, recall_id: int, tag: str) -> Row:
    """Return a recall of the installation as one row of the feed, in one language."""
    recall = pack.recall
    published = published_on(pack)
    record = {
        "RecallID": recall_id,
        "RecallNumber": number(recall),
        "RecallDate": _midnight(recall.announced),
        "Description": f"{say(recall.cause, tag)} {say(recall.stop_use, tag)}".strip(),
        "URL": page_address(recall.slug, tag),
        "Title": say(recall.title, tag),
        "ConsumerContact": _contact(recall, tag),
        "LastPublishDate": _midnight(published),
        "Products": [_product(product, tag) for product in recall.products],
        "Inconjunctions": [],
        "Images": _images(pack, tag),
        "Injuries": _named(recall.notice.incidents, tag),
        "Manufacturers": [{"Name": say(recall.company, tag), "CompanyID": ""}],
        "Retailers": [{**each, "CompanyID": ""} for each in _named(recall.notice.sold_where, tag)],
        "Importers": [],
        "Distributors": [],
        "ManufacturerCountries": [
            {"Country": each["Name"]} for each in _named(recall.notice.made_in, tag)
        ],
        "ProductUPCs": [{"UPC": code} for code in _bar_codes(recall.products)],
        "Hazards": [{"Name": say(recall.hazard, tag), "HazardType": "", "HazardTypeID": ""}],
        "Remedies": [
            {"Name": f"{say(remedy.title, tag)}: {say(remedy.what_you_get, tag)}"}
            for remedy in recall.remedies
        ],
        "RemedyOptions": [
            {"Option": OPTIONS[remedy.type]} for remedy in recall.remedies if remedy.type in OPTIONS
        ],
    }
    return Row(record, recall.announced, published)


def number(recall: Recall) -> str:
    """Return the authority's number without hyphens, as that API writes it; ours where none is
    known: the slug, which never changes."""
    return recall.notice.number.replace("-", "") or recall.slug


def page_address(slug: str, tag: str) -> str:
    """Return the whole address of a recall's page."""
    return f"{settings.KAISHU_PUBLIC_URL}/{_CODES[tag]}/r/{slug}/"


def published_on(pack: Pack) -> date:
    """Return the day of the edition on the clock of its market."""
    return published_at(pack).date()


def published_at(pack: Pack) -> datetime:
    """Return the moment of the edition on the clock of its market."""
    return pack.published_at.astimezone(zone_of([pack.recall.market]) or UTC)


def _product(product: Product, tag: str) -> dict[str, Any]:
    return {
        "Name": say(product.name, tag),
        "Description": product.capacity,
        "Model": product.model,
        "Type": "",
        "CategoryID": "",
        "NumberOfUnits": _ABOUT[tag].format(product.units) if product.units else "",
    }


def _images(pack: Pack, tag: str) -> list[dict[str, str]]:
    host = settings.KAISHU_PUBLIC_URL
    named: dict[str, list[str]] = {}
    for product in pack.recall.products:
        if product.picture:
            named.setdefault(product.picture, []).append(say(product.name, tag))
    return [
        {"URL": f"{host}/pictures/{pack.ref.digest}/{name}", "Caption": ", ".join(captions)}
        for name, captions in named.items()
    ]


def _contact(recall: Recall, tag: str) -> str:
    said = (say(recall.company, tag), recall.phone, say(recall.phone_hours, tag))
    return ", ".join(part for part in said if part)


def _named(text: Mapping[str, str], tag: str) -> list[dict[str, str]]:
    words = say(text, tag) if text else ""
    return [{"Name": words}] if words else []


def _bar_codes(products: Iterable[Product]) -> list[str]:
    codes = (variant.jan for product in products for variant in product.variants if variant.jan)
    return list(dict.fromkeys(codes))


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"
