"""The first word of every public page's path: its language."""

from __future__ import annotations

from django.urls import register_converter


class Tongue:
    """One of the three languages, as it stands in a path."""

    regex = "ja|zh-hans|en"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Tongue, "tongue")
# What a path begins with; naming it here makes sure that the converter is known.
TONGUE = "<tongue:tongue>/"
