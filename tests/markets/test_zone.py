"""A page tells the time of the one market it is about."""

from __future__ import annotations

import pytest

from kaishu.markets import zone_of


@pytest.mark.parametrize(
    ("codes", "zone"),
    [
        (["jp"], "Asia/Tokyo"),
        (["JP", "jp"], "Asia/Tokyo"),
        (["cn"], "Asia/Shanghai"),
        (["jp", "cn"], "None"),
        (["xx"], "None"),
        ([], "None"),
    ],
)
def test_several_markets_or_an_unknown_one_have_no_one_clock(codes: list[str], zone: str) -> None:
    assert str(zone_of(codes)) == zone
