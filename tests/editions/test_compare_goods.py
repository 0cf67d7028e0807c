"""What a recall file says of goods: their worth, their days, what is lost and gained by them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kaishu.core import pack
from kaishu.core.recall import Comparison, Service
from kaishu.editions.compare import field_changes
from tests.editions.harness import Folder

COMPARE = """
[[remedies.compare]]
change = "lose"
products = ["L1"]
what = {ja = "容量", zh-Hans = "容量", en = "Capacity"}
old = {ja = "2個", zh-Hans = "2个", en = "Two"}
new = {ja = "1個", zh-Hans = "1个", en = "One"}

[service]
review_days = 3
kit_days = 5

[evidence]
"""


@pytest.fixture
def lamp(folder: Folder) -> Folder:
    """The example with new goods instead of money."""
    folder.change('commodity = "JPY"', 'commodity = "sku:L2"').change(
        "quantity = 3_980", "quantity = 1\nworth = 4_500\ndays = 14"
    )
    return folder.change("\n[evidence]\n", COMPARE)


def test_worth_days_and_comparison_are_read(lamp: Folder) -> None:
    loaded = lamp.load()
    assert loaded.errors == ()
    assert loaded.recall is not None
    (remedy,) = loaded.recall.remedies
    assert (remedy.worth, remedy.days) == (4500, 14)
    assert loaded.recall.service == Service(review_days=3, kit_days=5)
    assert remedy.compared("L1") == (
        Comparison(
            what={"ja": "容量", "zh-Hans": "容量", "en": "Capacity"},
            old={"ja": "2個", "zh-Hans": "2个", "en": "Two"},
            new={"ja": "1個", "zh-Hans": "1个", "en": "One"},
            change="lose",
            products=("L1",),
        ),
    )
    assert remedy.compared("L9") == ()


def test_what_is_left_out_promises_nothing(folder: Folder) -> None:
    recall = folder.load().recall
    assert recall is not None
    assert recall.service == Service(review_days=None, kit_days=None)
    assert (recall.remedies[0].worth, recall.remedies[0].days) == (0, None)
    assert recall.remedies[0].compare == ()


@pytest.mark.parametrize(
    ("was", "now", "where", "code"),
    [
        ('change = "lose"', 'change = "worse"', "change", "value_unknown"),
        ('new = {ja = "1個", ', "new = {", "new", "text_missing"),
        ("new = {", "novel = {", "novel", "key_unknown"),
        ('products = ["L1"]', 'products = ["L7"]', "products", "model_unknown"),
        ("quantity = 1\n", 'quantity = 1\nproducts = ["L1"]\n', "", ""),
        ("worth = 4_500", "worth = -1", "worth", "number_not_positive"),
        ('"sku:L2"', '"coupon:JPY"', "worth", "worth_unused"),
    ],
)
def test_a_mistake_in_a_comparison_is_named_with_its_line(
    lamp: Folder, was: str, now: str, where: str, code: str
) -> None:
    lamp.change(was, now)
    found = lamp.found()
    assert (("recall.toml", lamp.line(where), code) in found) if code else found == []


def test_money_has_nothing_to_compare(folder: Folder) -> None:
    folder.change("\n[evidence]\n", COMPARE)
    line = folder.line("[[remedies.compare]]")
    assert folder.found() == [("recall.toml", line, "compare_unused")]


def test_a_comparison_for_a_model_that_cannot_choose_it_is_refused(lamp: Folder) -> None:
    second = lamp.text.split("[[products]]")[1].split("[[products.variants]]")[0]
    second = second.replace('"L1"', '"L2"').replace("1_000", "1")
    lamp.change("[[rules]]", f'[[products]]{second}[[rules]]\nproduct = "L2"\n\n[[rules]]')
    lamp.change('code = "refund"', 'code = "refund"\nproducts = ["L2"]')
    codes = {code: line for _, line, code in lamp.found()}
    assert codes["compare_not_offered"] == lamp.line("products", nth=2)


def test_a_word_that_plays_down_the_risk_is_found_in_a_comparison(lamp: Folder) -> None:
    lamp.change('en = "Capacity"', 'en = "Rarely used capacity"')
    assert ("recall.toml", lamp.line("what"), "softening_word") in lamp.warned()


def test_an_edition_keeps_them_and_a_difference_is_shown(lamp: Folder, tmp_path: Path) -> None:
    loaded = lamp.load()
    assert loaded.recall is not None
    at = datetime(2026, 2, 1, tzinfo=UTC)
    packs = tmp_path / "packs"
    ref = pack.write(packs, loaded.recall, 1, loaded.lists, loaded.pictures, published_at=at)
    opened = pack.load(packs / ref.digest)
    assert opened.recall == loaded.recall
    lamp.change("days = 14", "days = 21").change('en = "One"', 'en = "Just one"')
    changes = [(c.path, c.was, c.now) for c in field_changes(lamp.load(), opened)]
    assert changes == [
        ("remedies[refund].days", "14", "21"),
        ("remedies[refund].compare[1].new.en", "One", "Just one"),
    ]
