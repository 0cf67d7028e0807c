"""The reference names every key, file and form that the code reads, and nothing else."""

from __future__ import annotations

import re
import tomllib

import pytest

from kaishu.core.progress import DoneRule
from kaishu.editions import shape
from kaishu.markets.forms import Mark, Origin
from tests.architecture.source import ROOT

REFERENCE = ROOT / "docs" / "reference"
MARKETS = ROOT / "src" / "kaishu" / "markets"
SECTIONS = {
    "[recall]": (shape.RECALL,),
    "[texts.…]": (shape.TEXTS,),
    "[serials.<name>]": (shape.SERIALS,),
    "[[products]]": (shape.PRODUCT, shape.VARIANT),
    "[[rules]]": (shape.RULE, shape.WHEN),
    "[[channels]]": (shape.CHANNEL,),
    "[[remedies]]": (shape.REMEDY, shape.COMPARE),
    "[check]": (shape.CHECK,),
    "[service]": (shape.SERVICE,),
    "[notice]": (shape.NOTICE,),
    "[evidence]": (shape.EVIDENCE,),
    "[[parties]]": (shape.PARTY, shape.POPULATION),
    "[[sources]]": (shape.SOURCE,),
}


def read(name: str) -> str:
    return (REFERENCE / name).read_text("utf-8")


def keys_of(value: object) -> set[str]:
    """Return every key of a TOML document, at any depth."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    if not isinstance(value, dict):
        return set()
    return set(value).union(*map(keys_of, value.values()))


@pytest.mark.parametrize("heading", SECTIONS)
def test_each_key_of_the_recall_file_has_its_line_and_an_example(heading: str) -> None:
    page = read("recall-file.md")
    section = re.search(rf"^## `{re.escape(heading)}`.*?(?=^## |\Z)", page, re.M | re.S)
    assert section is not None
    shown = keys_of([tomllib.loads(each) for each in re.findall(r"```toml\n(.*?)```", page, re.S)])
    for table in SECTIONS[heading]:
        for key, what in table.items():
            assert re.search(rf"`(?:\[\[?\w+\.)?{key}(?:\]\]?)?`", section[0]), f"{heading} {key}"
            assert key in shown, f"no example shows {key}"
            for word in what.choices:
                assert not word or f"`{word}`" in section[0], f"{heading} {key}: {word}"


def test_no_table_of_the_recall_file_is_left_out() -> None:
    tables = {
        re.sub(r"[^a-z]", "", heading.partition(".")[0].partition("<")[0]) for heading in SECTIONS
    }
    assert tables | {"population"} == set(shape.FILE)


def test_the_page_of_markets_names_every_file_of_every_market() -> None:
    page = read("markets.md")
    rows = dict(re.findall(r"^\| `(\S+?)` \| (all|(?:`\w+`(?:, )?)+) \|", page, re.M))
    markets = {each.name for each in MARKETS.iterdir() if (each / "market.toml").exists()}
    assert all(f"`{each}`" in page for each in markets)
    for market in markets:
        files = {
            "forms/*.toml" if each.parent.name == "forms" else each.name
            for each in (MARKETS / market).rglob("*.toml")
        }
        said = {name for name, who in rows.items() if who == "all" or f"`{market}`" in who}
        assert files == said, market
    assert {f"`{each.name}`" for each in MARKETS.glob("*.toml")} <= set(re.findall(r"`\S+?`", page))


def test_the_page_of_forms_names_every_form_with_its_regulator() -> None:
    page = read("forms.md")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| .* \| (once|a series|each incident) \|", page, re.M)
    due = {"once": "once", "due": "a series", "incident": "each incident"}
    forms = [tomllib.loads(each.read_text("utf-8")) for each in MARKETS.glob("*/forms/*.toml")]
    assert {tuple(row) for row in rows} == {
        (form["id"], form["regulator"], due[form["subject"]]) for form in forms
    }
    for word in (*DoneRule, *Origin, *Mark):
        assert f"`{word}`" in page, word


def test_the_page_of_settings_names_every_name_that_the_code_reads() -> None:
    code = "\n".join(each.read_text("utf-8") for each in (ROOT / "src" / "kaishu").rglob("*.py"))
    reads = set(re.findall(r"(?:environ|env)\w*\W[^\n]*?\b(KAISHU_[A-Z0-9_]+)", code))
    named = set(re.findall(r"`(KAISHU_[A-Z0-9_]+)`", read("settings.md")))
    assert len(reads) > 25
    assert reads - named == set(), "add a line to docs/reference/settings.md"
    assert {each for each in named if each not in code} == set(), "nothing reads these"
