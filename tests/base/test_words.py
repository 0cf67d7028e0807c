"""Closed words, amounts and times as a page says them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from kaishu.base import words
from kaishu.base.templatetags import kaishu as tags


@pytest.mark.parametrize(
    ("language", "code", "said"),
    [
        ("en", "CNY", "Chinese Yuan"),
        ("ja", "coupon:JPY", "ショップクーポン（日本円）"),
        ("zh-hans", "sku:A1637", "更换品 A1637"),
        ("ja", "kit:bag", "返送用の袋"),
        ("en", "kit:pickup", "pick-up by a special carrier"),
    ],
)
def test_a_commodity_has_a_name_in_every_language(language: str, code: str, said: str) -> None:
    with translation.override(language):
        assert words.commodity(code) == said


def test_a_time_in_no_one_markets_zone_says_that_it_is_utc() -> None:
    at = datetime(2026, 4, 1, 1, 30, tzinfo=UTC)
    with translation.override("en"):
        assert tags.when(at) == "1 April 2026 01:30 UTC"
        with timezone.override(ZoneInfo("Asia/Tokyo")):
            assert tags.when(at) == "1 April 2026 10:30"
