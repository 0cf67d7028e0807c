"""Filters of the console: closed codes in the words of staff."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from kaishu.doors.console.labels import label

register = template.Library()


@register.filter
def labelled(code: object, family: str) -> str:
    """Say a code: `{{ entry.kind|labelled:"kind" }}`."""
    return label(family, code)


@register.filter
def at(table: Mapping[int, str], number: int) -> str:
    """Return what a table has for a number: `{{ assigned|at:unit_no }}`."""
    return table.get(number, "")
