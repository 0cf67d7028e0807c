"""What the checker says of a recall file that cannot fill its market's public notice."""

from __future__ import annotations

from tests.editions.harness import Folder

SOLD = '\n[notice]\nsold_where = {ja = "電気店", zh-Hans = "电器店", en = "Shops"}\n\n[evidence]\n'
RECALL = "recall.toml"


def in_market(folder: Folder, market: str, currency: str) -> Folder:
    folder.change('market = "jp"', f'market = "{market}"')
    folder.change('currency = "JPY"', f'currency = "{currency}"')
    return folder.change('commodity = "JPY"', f'commodity = "{currency}"')


def test_a_european_recall_without_its_shops_is_refused_with_the_article(folder: Folder) -> None:
    in_market(folder, "eu", "EUR")
    (found,) = folder.load().errors
    assert (found.line, found.code) == (folder.line("market"), "notice_part_missing")
    assert dict(found.facts) == {
        "part": "sold_where",
        "market": "eu",
        "article": "Regulation (EU) 2023/988 (GPSR), Article 36",
    }
    folder.change("\n[evidence]\n", SOLD)
    assert folder.found() == []


def test_an_american_recall_names_errors_and_warnings_in_order(folder: Folder) -> None:
    in_market(folder, "us", "USD")
    loaded = folder.load()
    assert [p.facts["part"] for p in loaded.errors] == ["incidents", "sold_where"]
    warned = [p.facts["part"] for p in loaded.warnings if p.code == "notice_part_missing"]
    assert warned == ["made_in", "number"]


def test_a_softening_word_is_an_error_in_europe_and_names_its_line(folder: Folder) -> None:
    in_market(folder, "eu", "EUR").change("\n[evidence]\n", SOLD)
    folder.change('en = "It can catch fire', 'en = "In rare cases it can catch fire')
    folder.change('en = "Shops"', 'en = "Shops (voluntary recall)"')
    where = [(line, code) for _, line, code in folder.found()]
    assert (folder.line('en = "In rare'), "softening_word") in where
    assert (folder.line("sold_where"), "softening_word") in where
    assert {code for _, code in where} == {"softening_word"}


def test_a_softening_word_stays_a_warning_in_japan(folder: Folder) -> None:
    folder.change("\n[evidence]\n", SOLD.replace("Shops", "Rarely in shops"))
    assert folder.found() == []
    assert folder.warned() == [(RECALL, folder.line("sold_where"), "softening_word")]


def test_a_part_of_the_notice_in_one_language_only_is_refused(folder: Folder) -> None:
    folder.change("\n[evidence]\n", '\n[notice]\nmade_in = {en = "China"}\n\n[evidence]\n')
    line = folder.line("made_in")
    assert folder.found() == [(RECALL, line, "text_missing"), (RECALL, line, "text_missing")]
