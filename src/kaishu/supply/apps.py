"""Supplier lots and what is known of how they became units."""

from django.apps import AppConfig


class SupplyConfig(AppConfig):
    """The supply app."""

    name = "kaishu.supply"
