"""Who pays which commodity. A new provider is one file here and one line below."""

from __future__ import annotations

from kaishu.payouts.errors import NoProvider
from kaishu.payouts.providers.bank import Bank
from kaishu.payouts.providers.base import Provider
from kaishu.payouts.providers.goods import Goods
from kaishu.payouts.providers.shop_credit import ShopCredit
from kaishu.payouts.providers.simulated_bank import simulated_bank

NAMES = ("bank", "shop_credit", "goods")


def provider_name(commodity: str) -> str:
    """Name who pays a commodity: a currency, `coupon:…` or `sku:…`. Raises NoProvider."""
    word, _, rest = commodity.partition(":")
    if rest:
        names = {"coupon": "shop_credit", "sku": "goods"}
        if word in names:
            return names[word]
    elif len(word) == 3 and word.isupper():
        return "bank"
    raise NoProvider(commodity=commodity)


def provider(name: str) -> Provider:
    """Return a provider by its name."""
    if name == "bank":
        return Bank(simulated_bank())
    if name == "shop_credit":
        return ShopCredit()
    if name == "goods":
        return Goods()
    raise NoProvider(commodity=name)
