"""Master data of a document: what it calls classes, places and parties becomes their names.

The header itself is kept with its job, word for word. Source: EPCIS 2.0, sections 6.4 and 9.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kaishu.core.errors import Refusal
from kaishu.core.genealogy import epc
from kaishu.core.genealogy.things import Kind
from kaishu.supply.models import Item, ItemKind, Network, Partner, PartnerRole

_NAMES = ("name", "descriptionShort", "tradeItemDescription", "regulatedProductName")


def name(network: Network, header: Mapping[str, Any]) -> int:
    """Name what nobody named yet after a document's header; return how many names were new."""
    return sum(
        name_one(network, vocabulary, identity, said)
        for vocabulary, identity, said in _elements(header)
    )


def name_one(network: Network, vocabulary: str, identity: str, said: Mapping[str, str]) -> int:
    """Keep what one element calls a class, a place or a party; return 1 where that was new.

    `said` has its attributes by their last word.
    """
    called = next((said[word] for word in _NAMES if said.get(word)), "")
    if not called or not identity:
        return 0
    try:
        if vocabulary.endswith("EPCClass"):
            return _item(network, identity, called, said.get("brandName", ""))
        is_party = "pgln" in identity or "Party" in vocabulary
        code = epc.party(identity) if is_party else epc.place(identity)
    except Refusal:
        return 0
    country = said.get("countryCode", "")
    _row, new = Partner.objects.get_or_create(
        network=network,
        code=code,
        defaults={
            "name": called[:160],
            "role": PartnerRole.OTHER,
            "country": country.upper() if len(country) == 2 and country.isascii() else "",
        },
    )
    return int(new)


def last_word(identity: str) -> str:
    """Return the name of an attribute without its vocabulary: cbvmda:name is name."""
    return identity.replace("#", ":").replace("/", ":").rpartition(":")[2]


def _item(network: Network, identity: str, called: str, brand: str) -> int:
    found = epc.thing(identity, True)
    if found.kind is not Kind.ITEM:
        return 0
    kind = ItemKind.PRODUCT if brand else ItemKind.MATERIAL
    _row, new = Item.objects.get_or_create(
        network=network,
        code=found.code,
        defaults={"name": called[:160], "brand": brand[:80], "kind": kind},
    )
    return int(new)


def _elements(header: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield (vocabulary, id, attributes) of each element; what has another shape is passed over."""
    for vocabulary in _objects(_object(header.get("epcisMasterData")).get("vocabularyList")):
        for element in _objects(vocabulary.get("vocabularyElementList")):
            said = {
                last_word(str(each.get("id", ""))): str(each["attribute"]).strip()
                for each in _objects(element.get("attributes"))
                if isinstance(each.get("attribute"), str | int | float)
            }
            yield str(vocabulary.get("type", "")), str(element.get("id", "")), said


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
