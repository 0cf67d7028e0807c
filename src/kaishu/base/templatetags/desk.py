"""Tags of the staff doors: the hidden key of a form."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kaishu.base import idempotency

register = template.Library()


@register.simple_tag
def form_key() -> SafeString:
    """Draw a fresh key for one form, so that pressing its button twice is one act."""
    return format_html('<input type="hidden" name="key" value="{}">', idempotency.new_key())
