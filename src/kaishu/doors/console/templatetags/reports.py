"""Filters of the report pages."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def text_of(texts: Mapping[str, str], name: str) -> str:
    """Return what was typed into a field: `{{ texts|text_of:each.field.id }}`."""
    return texts.get(name, "")
