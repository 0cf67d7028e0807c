"""No page wording lacks a translation, and no translation is left over."""

from __future__ import annotations

from kaishu.base import catalogue


def test_every_message_has_both_translations_and_each_is_used() -> None:
    found = catalogue.problems()
    assert found == [], "\n".join(found)
