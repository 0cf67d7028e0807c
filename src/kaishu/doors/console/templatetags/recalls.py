"""Filters of the recalls pages: their words."""

from __future__ import annotations

from django import template

from kaishu.doors.console.recalls.words import path_word, word

register = template.Library()


@register.filter
def recall_word(code: object, family: str) -> str:
    """Say a code of the recalls pages: `{{ section|recall_word:"section" }}`."""
    return word(f"{family}.{code}")


@register.filter
def recall_path(path: str) -> str:
    """Say which field of a recall a path means: `products[A1].name` -> "Name (A1)"."""
    return path_word(path)
