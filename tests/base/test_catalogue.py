"""Parts become catalogues that gettext reads, and the check misses nothing that a page shows."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from kaishu.base import catalogue

PART = """
[[message]]
msgid = "Continue"
ja = "次へ"
zh_Hans = "继续"

[[message]]
msgid = "Open"
context = "word"
ja = "受付中"
zh_Hans = "受理中"

[[message]]
msgid = "%(n)s bag"
plural = "%(n)s bags"
ja = "袋 %(n)s枚"
zh_Hans = "%(n)s 个袋子"
"""
TEMPLATE = """
{% load i18n %}
  {% if x %}<p title="it's">{% translate "Continue" %}</p>{% endif %}
{% blocktranslate trimmed count n=bags %}
    {{ n }} bag
{% plural %}
    {{ n }} bags
{% endblocktranslate %}
"""
MODULE = 'WORDS = {"open": "Open"}\n'


@pytest.fixture
def house(tmp_path: Path) -> Path:
    for folder in ("locale/parts", "door/templates"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "locale/parts/door.toml").write_text(PART, "utf-8")
    (tmp_path / "door/templates/page.html").write_text(TEMPLATE, "utf-8")
    (tmp_path / "door/words.py").write_text(MODULE, "utf-8")
    return tmp_path


def problems(house: Path) -> list[str]:
    return catalogue.problems(package=house, locale=house / "locale")


def test_a_built_catalogue_is_what_gettext_reads(house: Path) -> None:
    assert catalogue.build(house / "locale") == 3
    with (house / "locale/zh_Hans/LC_MESSAGES/django.mo").open("rb") as file:
        chinese = gettext.GNUTranslations(file)
    assert chinese.gettext("Continue") == "继续"
    assert chinese.pgettext("word", "Open") == "受理中"
    assert chinese.gettext("Open") == "Open"
    assert chinese.ngettext("%(n)s bag", "%(n)s bags", 1) == "%(n)s 个袋子"


def test_two_builds_write_the_same_bytes(house: Path) -> None:
    files = [house / f"locale/{language}/LC_MESSAGES/django.mo" for language in ("ja", "zh_Hans")]
    catalogue.build(house / "locale")
    first = [file.read_bytes() for file in files]
    files[0].with_name("made_of").unlink()
    catalogue.build(house / "locale")
    assert [file.read_bytes() for file in files] == first


def test_a_catalogue_is_built_again_when_a_part_changed_or_a_file_is_gone(house: Path) -> None:
    part = house / "locale/parts/door.toml"
    files = [house / f"locale/{language}/LC_MESSAGES/django.mo" for language in ("ja", "zh_Hans")]
    catalogue.build(house / "locale")
    before = [file.read_bytes() for file in files]
    files[0].write_bytes(b"as it is")
    assert catalogue.build(house / "locale") == 3
    assert files[0].read_bytes() == b"as it is"  # nothing changed, so nothing was written
    files[1].unlink()
    catalogue.build(house / "locale")
    assert [file.read_bytes() for file in files] == before
    part.write_text(PART.replace("次へ", "進む"), "utf-8")
    catalogue.build(house / "locale")
    assert files[0].read_bytes() != before[0]
    (house / "locale/parts/more.toml").write_text(PART.replace("Continue", "Go on"), "utf-8")
    assert catalogue.build(house / "locale") == 4


def test_a_complete_house_has_no_problems(house: Path) -> None:
    assert problems(house) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "door/templates/page.html",
            "Continue",
            "Go on",
            ["'Go on' has no translation", "nowhere"],
        ),
        (
            "door/templates/page.html",
            "bags\n{%",
            "sacks\n{%",
            ["the plural of '%(n)s bag' differs"],
        ),
        ("door/words.py", '"Open"', '"Shut"', ["'Shut' in context 'word' has no", "used nowhere"]),
        ("locale/parts/door.toml", 'ja = "次へ"', 'ja = ""', ["'Continue', ja: empty"]),
        ("locale/parts/door.toml", 'ja = "次へ"', "", ["'Continue', ja: empty"]),
        ("locale/parts/door.toml", "袋 %(n)s枚", "袋 n枚", ["its placeholders are not those"]),
        ("locale/parts/door.toml", '"继续"', '"继续 "', ["zh_Hans: spaces at an end"]),
    ],
)
def test_the_check_says_what_is_wrong(
    house: Path, file: str, old: str, new: str, said: list[str]
) -> None:
    text = (house / file).read_text("utf-8")
    assert old in text
    (house / file).write_text(text.replace(old, new), "utf-8")
    found = problems(house)
    assert len(found) == len(said)
    for line, words in zip(found, said, strict=True):
        assert words in line


def test_one_message_with_two_translations_is_a_problem(house: Path) -> None:
    (house / "locale/parts/other.toml").write_text(
        '[[message]]\nmsgid = "Continue"\nja = "続ける"\nzh_Hans = "继续"\n', "utf-8"
    )
    assert problems(house) == ["other.toml: 'Continue' differs from door.toml"]
