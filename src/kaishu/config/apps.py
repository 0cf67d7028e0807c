"""Registers the checks of `kaishu.config.checks` with Django."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "kaishu.config"

    def ready(self) -> None:
        """Import the checks, so that every Django command runs them."""
        from kaishu.config import checks  # noqa: F401  (imported for its registration)
