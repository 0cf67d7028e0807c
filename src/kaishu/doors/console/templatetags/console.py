"""Filters of the console: closed codes in the words of staff."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from kaishu.base import words
from kaishu.base.templatetags.kaishu import count
from kaishu.core.remedy import currency_of
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


@register.filter
def counted(number: int, commodity: str) -> str:
    """Show a figure of an account: money as money, whatever else as a whole number.

    For a column whose row already names the commodity; "" counts units.
    """
    currency = currency_of(commodity)
    return words.quantity(number, currency) if currency else count(number)
