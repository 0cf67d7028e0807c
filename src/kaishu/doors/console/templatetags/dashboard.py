"""Filters of the dashboard's drawings: numbers as SVG and addresses want them, and shares."""

from __future__ import annotations

from collections.abc import Sequence

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def plain(number: float) -> str:
    """Write a number with a point, whatever the language: coordinates are no prose."""
    return f"{number:g}"


@register.filter
def plus(number: float, more: float) -> str:
    """Write a coordinate moved by so much."""
    return plain(round(number + more, 1))


@register.filter
def less(number: float, fewer: float) -> str:
    """Write a coordinate moved back by so much."""
    return plain(round(number - fewer, 1))


@register.filter
def percent(share: float) -> str:
    """Say a share of one in per cent, without decimals: a forecast has none."""
    return f"{number_format(round(share * 100), 0)} %"


@register.filter
def share(percentage: float) -> str:
    """Say a percentage with one decimal."""
    return f"{number_format(round(percentage, 1), 1)} %"


@register.simple_tag
def cell_name(header: Sequence[str], number: int) -> str:
    """Return the head of a cell's column, which stands beside the cell on a phone."""
    return header[number]
