"""Messages to people."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The notices app."""

    name = "kaishu.notices"
