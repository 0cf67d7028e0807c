"""A recall's page as schema.org data, for software that reads pages (a data block, never a script).

Only the core vocabulary: schema.org has no word for a recall, so the page says what it is about.
"""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from kaishu.core.pack import Pack
from kaishu.core.recall import Product, say
from kaishu.doors.public.feeds import cpsc

# What could end the block or begin a comment in it is written as an escape of JSON.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def data_block(pack: Pack, tag: str) -> SafeString:
    """Return the content of a `<script type="application/ld+json">` of the recall's page."""
    written = json.dumps(_page(pack, tag), ensure_ascii=False, separators=(",", ":"))
    return mark_safe(written.translate(ESCAPES))  # noqa: S308 (no < > or & is left in it)


def _page(pack: Pack, tag: str) -> dict[str, Any]:
    recall = pack.recall
    address = cpsc.page_address(recall.slug, tag)
    return {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "@id": address,
        "url": address,
        "name": say(recall.title, tag),
        "description": f"{say(recall.stop_use, tag)} {say(recall.hazard, tag)}",
        "inLanguage": tag,
        "datePublished": recall.announced.isoformat(),
        "dateModified": cpsc.published_at(pack).isoformat(timespec="seconds"),
        "publisher": {
            "@type": "Organization",
            "name": say(recall.company, tag),
            "contactPoint": {
                "@type": "ContactPoint",
                "contactType": "customer service",
                "telephone": recall.phone,
            },
        },
        "about": [_product(pack, product, tag) for product in recall.products],
    }


def _product(pack: Pack, product: Product, tag: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        "@type": "Product",
        "name": say(product.name, tag),
        "model": product.model,
        "brand": {"@type": "Brand", "name": pack.recall.brand},
    }
    if product.picture:
        place = f"/pictures/{pack.ref.digest}/{product.picture}"
        found["image"] = f"{settings.KAISHU_PUBLIC_URL}{place}"
    return found
