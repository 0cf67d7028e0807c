"""Each shop says in three languages where the order number stands; its drawing is small and ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

import kaishu.base
from kaishu.core.recall import LANGUAGES
from kaishu.markets import CODES, Shop, shops

STATIC = Path(kaishu.base.__file__).parent / "static"
DRAWINGS = sorted((STATIC / "kaishu" / "shops").glob("*.svg"))


def test_the_shops_of_a_market_come_in_the_order_of_its_file() -> None:
    assert [shop.code for shop in shops("jp")] == ["amazon", "rakuten", "yahoo", "maker", "store"]
    assert [shop.code for shop in shops("CN")] == ["taobao", "jd", "pinduoduo", "maker", "store"]
    assert shops("mars") == shops("../jp") == ()


@pytest.mark.parametrize(
    "shop", [shop for code in CODES for shop in shops(code)], ids=lambda shop: shop.code
)
def test_a_shop_speaks_three_languages_and_its_drawing_is_there(shop: Shop) -> None:
    assert set(shop.name) == set(shop.where) == set(LANGUAGES)
    assert all(text.strip() for text in (*shop.name.values(), *shop.where.values()))
    assert set(shop.alt) == (set(LANGUAGES) if shop.picture else set())
    assert not shop.picture or (STATIC / shop.picture).is_file()


@pytest.mark.parametrize("path", DRAWINGS, ids=lambda path: path.name)
def test_a_drawing_is_small_says_nothing_in_a_language_and_runs_nothing(path: Path) -> None:
    data = path.read_bytes()
    assert len(data) <= 3 * 1024
    tree = etree.fromstring(data)
    tags = {etree.QName(each).localname for each in tree.iter("{*}*")}
    assert tags <= {"svg", "rect", "path", "circle", "text", "g"}
    texts = [each.text or "" for each in tree.iter("{*}text")]
    assert len(texts) == 1 and texts[0].startswith("No. ")
    assert not any(
        name.startswith("on") or "href" in name for each in tree.iter() for name in each.attrib
    )


def test_every_drawing_belongs_to_a_shop() -> None:
    used = {shop.picture for code in CODES for shop in shops(code)} - {""}
    assert {path.relative_to(STATIC).as_posix() for path in DRAWINGS} == used
