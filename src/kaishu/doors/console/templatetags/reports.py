"""Tags and filters of the report pages."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.http import HttpRequest

from kaishu.doors.console import frame

register = template.Library()


@register.filter
def text_of(texts: Mapping[str, str], name: str) -> str:
    """Return what was typed into a field: `{{ texts|text_of:each.field.id }}`."""
    return texts.get(name, "")


@register.filter
def opened_by(address: str, sees_incidents: bool) -> str:
    """Return the address of the rows; "" for incidents, where the person may not open them."""
    return "" if address.startswith("/staff/incidents/") and not sees_incidents else address


@register.simple_tag(takes_context=True)
def sees_reports(context: Mapping[str, HttpRequest]) -> bool:
    """Say whether the person may open the report pages, so that no link is shown in vain."""
    return frame.may(context["request"], frame.REPORTS)
