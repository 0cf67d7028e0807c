"""A recall file says what is wrong, in which file, on which line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kaishu.core.recall import LANGUAGES, Conditions, RuleKind
from kaishu.core.sentences import codes
from kaishu.demo.serials import COUNTS, RECALLS
from kaishu.editions import recall_file
from kaishu.editions.problems import Severity
from kaishu.markets import load_market
from tests.editions.harness import Folder

RECALL = "recall.toml"
LIST = "serials/L1.csv"


def test_the_documented_example_loads_with_its_one_warning(folder: Folder) -> None:
    loaded = folder.load()
    assert loaded.errors == ()
    assert [(w.code, w.line) for w in loaded.warnings] == [
        ("list_count_differs", folder.line("units", nth=2))
    ]
    recall = loaded.recall
    assert recall is not None
    assert (recall.slug, recall.market, recall.announced) == (
        "lamp-jp-2026",
        "jp",
        date(2026, 2, 1),
    )
    assert recall.rules[0].kind is RuleKind.LIST
    assert recall.rules[0].when == Conditions(not_colours=("black",))
    assert recall.remedies[0].quantity == 3980
    assert recall.evidence.proof == "optional"
    lists = {file: serials.tolist() for file, serials in loaded.lists.items()}
    assert lists == {LIST: [b"A0000001", b"A0000002"]}
    assert set(loaded.pictures) == {"lamp.svg"}


def test_the_file_itself_may_be_named_instead_of_its_folder(folder: Folder) -> None:
    assert recall_file.load(folder.path / RECALL).recall is not None


def test_a_folder_without_a_recall_file_is_named(tmp_path: Path) -> None:
    found = recall_file.load(tmp_path).problems
    assert [(p.file, p.line, p.code) for p in found] == [(RECALL, 1, "recall_file_missing")]


def test_text_that_is_not_utf8_is_found_on_its_line(folder: Folder) -> None:
    content = folder.text.encode().replace("灯商店".encode(), "灯商店".encode("gb18030"))
    (folder.path / RECALL).write_bytes(content)
    line = folder.path.joinpath(RECALL).read_bytes().split("灯商店".encode("gb18030"))[0]
    assert folder_codes(folder) == [(RECALL, line.count(b"\n") + 1, "not_utf8")]


def folder_codes(folder: Folder) -> list[tuple[str, int, str]]:
    return [(p.file, p.line, p.code) for p in folder.load().errors]


def test_windows_line_ends_keep_their_line_numbers(folder: Folder) -> None:
    folder.change('role = "retailer"', 'role = "shop"')
    line = folder.line('role = "shop"')
    (folder.path / RECALL).write_bytes(folder.text.replace("\n", "\r\n").encode())
    assert folder.found() == [(RECALL, line, "value_unknown")]


# (what stands there, what stands there instead, the line that is named: text or "same", code)
BAD: list[tuple[str, str, str, str]] = [
    ('brand = "Akari"', "brand = ", "brand", "toml_syntax"),
    ('brand = "Akari"', 'brand = "Akari"\nlogo = "x"', "logo", "key_unknown"),
    ('brand = "Akari"\n', "", "[recall]", "key_missing"),
    ('brand = "Akari"', 'brand = " "', "brand", "key_empty"),
    ('brand = "Akari"', "brand = 7", "brand", "key_type"),
    ("announced = 2026-02-01", "announced = 2026-02-01T10:00:00", "announced", "key_type"),
    ("lengths = [8]", 'lengths = ["8"]', "lengths", "key_type"),
    ('slug = "lamp-jp-2026"', 'slug = "Lamp JP"', "slug", "slug_form"),
    ('code = "shop"', f'code = "{"shop" * 11}"', 'code = "shop', "name_too_long"),
    ('market = "jp"', 'market = "xx"', "market", "market_unknown"),
    ('currency = "JPY"', 'currency = "JPX"', "currency", "currency_unknown"),
    ('en = "Stop using it now."\n', "", "[texts.stop_use]", "text_missing"),
    ('en = "Stop using it now."', 'en = ""', 'en = ""', "text_missing"),
    ('en = "Stop using it now."', 'en = "Stop."\nfr = "Non"', "fr =", "key_unknown"),
    ('alphabet = "0123456789ABCDEF"', 'alphabet = "00123456789ABCDEF"', "alph", "alphabet_wrong"),
    ("lengths = [8]", "lengths = [8, 0]", "lengths", "lengths_wrong"),
    ('O = "0"', 'A = "0"', "A =", "confusion_wrong"),
    ('O = "0"', 'O = "Q"', "O =", "confusion_wrong"),
    ('serial_format = "akari"', 'serial_format = "x"', "serial_format", "format_unknown"),
    ("sold_to = 2026-01-31", "sold_to = 2025-01-31", "sold_to", "dates_reversed"),
    ('jan = "4901234567894"', 'jan = "4901234567895"', "jan", "jan_wrong"),
    ('code = "L1-B"', 'code = "L1-W"', 'code = "L1-W"|2', "sku_twice"),
    ('serial_picture = "lamp.svg"', 'serial_picture = "no.svg"', "serial_p", "picture_missing"),
    ('serial_picture = "lamp.svg"', 'serial_picture = "../a.svg"', "serial_p", "picture_missing"),
    ('product = "L1"\nkind', 'product = "L9"\nkind', 'product = "L9"', "model_unknown"),
    ('kind = "list"', 'kind = "guess"', "kind", "value_unknown"),
    ('file = "serials/L1.csv"', 'file = "serials/no.csv"', "file", "list_missing"),
    ('file = "serials/L1.csv"', 'file = "../../etc/hosts"', "file", "list_missing"),
    ('file = "serials/L1.csv"\n', "", "[[rules]]", "rule_needs"),
    ('kind = "list"\n', 'kind = "list"\nfirst = "A0000001"\n', "first", "rule_key_unused"),
    ('not_colours = ["black"]', 'not_colours = ["pink"]', "not_colours", "colour_unknown"),
    ('not_colours = ["black"]', 'colours = ["pink"]', "colours", "colour_unknown"),
    (
        'not_colours = ["black"]',
        'not_colours = ["black"]\ncolours = ["black"]',
        "not_colours",
        "colour_both",
    ),
    ('["black"]', '["black", "white"]', "not_colours", "colour_none_left"),
    (
        'not_colours = ["black"]',
        "bought_from = 2026-01-02\nbought_to = 2026-01-01",
        "bought_to",
        "dates_reversed",
    ),
    ('not_colours = ["black"]', 'markets = ["cn"]', "markets", "market_never"),
    ('not_colours = ["black"]', 'markets = ["jp", "mars"]', "markets", "market_unknown"),
    ('type = "refund"', 'type = "hug"', "type", "value_unknown"),
    ('commodity = "JPY"', 'commodity = "beer"', "commodity", "commodity_unknown"),
    ('commodity = "JPY"', 'commodity = "QQQ"', "commodity", "currency_unknown"),
    ('commodity = "JPY"', 'commodity = "coupon:CNY"', "commodity", "currency_differs"),
    ("quantity = 3_980\n", "", "[[remedies]]", "quantity_missing"),
    ("quantity = 3_980", "quantity = 3_980\nworth = 10", "worth", "worth_unused"),
    ("quantity = 3_980", "quantity = 3_980\ndays = 0", "days", "days_wrong"),
    ("quantity = 3_980", "quantity = 3_980\ndays = 1_001", "days", "days_wrong"),
    ("quantity = 3_980", 'quantity = 3_980\ndays = "14"', "days", "key_type"),
    ("[evidence]", "[service]\nkit_days = -3\n[evidence]", "kit_days", "days_wrong"),
    ("[evidence]", "[service]\nship_days = 3\n[evidence]", "ship_days", "key_unknown"),
    ('amount = "fixed"', 'amount = "order"', "quantity = 3_980", "quantity_unused"),
    ('kit = "kit:bag"', 'kit = "bag"', "kit", "kit_unknown"),
    ('kit = "kit:bag"', 'kit = "kit:bag"\nproducts = ["L2"]', "products", "model_unknown"),
    ('role = "retailer"', 'role = "friend"', "role", "value_unknown"),
    ('party = "shop"', 'party = "ship"', "party", "party_unknown"),
    ('party = "shop"\n', "", "[[population]]|2", "party_missing"),
    ('account = "at_large"', 'account = "at_large"\nparty = "shop"', "party", "party_unused"),
    ("quantity = 980", "quantity = 981", "units|2", "population_sum"),
    ("units = 1_000", "units = 1_001", "units", "units_total"),
]


@pytest.mark.parametrize(("was", "now", "where", "code"), BAD)
def test_one_mistake_is_named_with_its_line(
    folder: Folder, was: str, now: str, where: str, code: str
) -> None:
    folder.change(was, now)
    text, _, nth = where.partition("|")
    assert (RECALL, folder.line(text, nth=int(nth or 1)), code) in folder.found()


def test_an_error_of_shape_leaves_no_recall_but_all_problems(folder: Folder) -> None:
    folder.change('brand = "Akari"\n', "").change('role = "retailer"', 'role = "x"')
    loaded = folder.load()
    assert loaded.recall is None
    assert [p.code for p in loaded.errors] == ["key_missing", "value_unknown"]


# (rows, errors as (line, code))
ROWS: list[tuple[tuple[str, ...], list[tuple[int, str]]]] = [
    (("A0000001", "A000000O"), [(3, "row_character")]),
    (("a0000001", "A0000002 ", "A000-0003"), []),
    (("A0000001", "=A0000002"), [(3, "row_formula")]),
    (("A0000001", "A00001"), [(3, "row_length")]),
    (("B0000001", "A0000002"), [(2, "row_prefix")]),
    (("A0000001", "", "A0000002"), [(3, "row_empty")]),
    (("A0000001,red", "A0000002"), [(2, "row_columns")]),
    (("A0000001", "A0000002", "A0000001"), [(4, "serial_twice")]),
]


@pytest.mark.parametrize(("rows", "errors"), ROWS)
def test_each_bad_row_is_named_with_its_line(
    folder: Folder, rows: tuple[str, ...], errors: list[tuple[int, str]]
) -> None:
    folder.serials(*rows)
    assert folder.found() == [(LIST, line, code) for line, code in errors]


def test_a_duplicate_far_down_the_list_names_both_lines(folder: Folder) -> None:
    serials = [f"A{number:07X}" for number in range(60_000)]
    found = folder.serials(*serials, serials[7]).load().errors
    assert [(p.line, p.code, p.facts["first"]) for p in found] == [(60_002, "serial_twice", "9")]


def test_a_list_needs_its_header_and_rows(folder: Folder) -> None:
    folder.serials(header="A0000001")
    assert folder.found() == [
        (RECALL, folder.line("file"), "list_empty"),
        (LIST, 1, "list_header"),
    ]


def test_hundreds_of_bad_rows_are_counted_not_listed(folder: Folder) -> None:
    found = folder.serials(*["x"] * 1000).load().errors
    more = [p.facts["count"] for p in found if p.code == "rows_more"]
    assert (len(found), more) == (201, ["800"])


def test_a_serial_of_two_products_is_named_in_both_lists(folder: Folder) -> None:
    product = folder.text.split("[[products]]")[1].split("[[products.variants]]")[0]
    folder.change("[[rules]]", "[[products]]" + product.replace("L1", "L2") + "[[rules]]")
    folder.change("units = 1_000", "units = 2_000")
    folder.add('\n[[population]]\nproduct = "L2"\npool = "consumer"\naccount = "at_large"\n')
    folder.add(
        'quantity = 1_000\n[[rules]]\nproduct = "L2"\nkind = "list"\nfile = "serials/L2.csv"'
    )
    folder.serials("A0000009", "A0000002", file="L2")
    found = folder.load().errors
    assert [(p.file, p.line, p.code) for p in found] == [
        ("serials/L2.csv", 3, "serial_in_two_lists")
    ]
    assert (found[0].facts["other_file"], found[0].facts["first"]) == (LIST, "3")


def rule(text: str) -> str:
    return f'\n[[rules]]\nproduct = "L1"\n{text}\n'


@pytest.mark.parametrize(
    "second",
    [
        'kind = "model"',
        'kind = "range"\nfirst = "A0000002"\nlast = "A0000009"',
        'kind = "prefix"\nprefix = "A00"\nlength = 8',
        'kind = "list"\nfile = "serials/more.csv"',
    ],
)
def test_rules_that_overlap_are_named_with_both_lines(folder: Folder, second: str) -> None:
    folder.serials("A0000005", "A0000001", file="more").add(rule(second))
    assert folder.found() == []
    first, last = folder.line("[[rules]]"), folder.line("[[rules]]", nth=2)
    found = [p for p in folder.load().warnings if p.code == "rules_overlap"]
    assert [(p.line, p.facts["first"]) for p in found] == [(last, str(first))]


@pytest.mark.parametrize(
    "apart",
    [
        'kind = "range"\nfirst = "A0000003"\nlast = "A0000009"',
        'kind = "prefix"\nprefix = "AF"',
        'kind = "model"\n[rules.when]\ncolours = ["black"]',
    ],
)
def test_rules_that_keep_apart_are_fine(folder: Folder, apart: str) -> None:
    assert (
        folder.add(rule(apart)).change('["black"]', '["black"]\ncolours = ["white"]').found() == []
    )
    assert folder.warned() == []


@pytest.mark.parametrize(
    ("text", "where", "code"),
    [
        ('kind = "range"\nfirst = "A01"\nlast = "A0000009"', "last", "range_lengths"),
        ('kind = "range"\nfirst = "A0000009"\nlast = "A0000001"', "last", "range_reversed"),
        ('kind = "range"\nfirst = "A000000Z"\nlast = "AF000001"', "first", "rule_character"),
        ('kind = "prefix"\nprefix = "AZ"', 'prefix = "AZ', "rule_character"),
        ('kind = "prefix"\nprefix = "A"\nlength = 9', "length =", "prefix_length"),
    ],
)
def test_ranges_and_prefixes_must_fit_the_format(
    folder: Folder, text: str, where: str, code: str
) -> None:
    folder.add(rule(text))
    assert folder.found() == [(RECALL, folder.line(where), code)]


def test_one_bar_code_on_two_variants_is_a_warning_with_both_lines(folder: Folder) -> None:
    folder.change('colour = "black"', 'colour = "black"\njan = "4901234567894"')
    assert folder.found() == []
    assert folder.warned() == [(RECALL, folder.line("jan", nth=2), "jan_twice")]
    found = next(p for p in folder.load().warnings if p.code == "jan_twice")
    assert found.facts["first"] == str(folder.line("jan"))


def test_a_word_that_plays_down_the_risk_is_a_warning_with_its_article(folder: Folder) -> None:
    folder.change("It can catch fire while", "In rare cases it catches fire while")
    assert set(folder.warned()) == {(RECALL, folder.line('en = "In rare'), "softening_word")}
    found = next(p for p in folder.load().warnings if p.code == "softening_word")
    assert found.facts["article"] == load_market("jp").softening[0].fact.article


@pytest.mark.parametrize(
    "content",
    [
        "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='http://example.org/a.png'/></svg>",
        "<svg xmlns='http://www.w3.org/2000/svg'><path fill='url(http://example.org/)'/></svg>",
        "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'/>",
        "<p>not a picture</p>",
        "not even XML",
    ],
)
def test_a_picture_that_is_not_safe_on_a_page_is_an_error(folder: Folder, content: str) -> None:
    (folder.path / "pictures" / "lamp.svg").write_text(content)
    assert folder.found() == [(RECALL, folder.line("picture"), "picture_unsafe")]


def test_every_code_has_a_sentence_in_three_languages_that_names_its_facts(
    folder: Folder,
) -> None:
    for was, now, _, code in BAD:
        assert code in codes()
        original = folder.text
        found = folder.change(was, now).load().problems
        (folder.path / RECALL).write_text(original, encoding="utf-8")
        for problem in found:
            words = [problem.say(language) for language in LANGUAGES]
            assert len(set(words)) == len(LANGUAGES)
            assert all("{" not in text and "（）" not in text for text in words)


@pytest.mark.parametrize("slug", COUNTS)
def test_the_real_recalls_are_complete_but_for_their_generated_lists(slug: str) -> None:
    loaded = recall_file.load(RECALLS / slug)
    assert {p.code for p in loaded.errors} == {"list_missing"}
    assert {p.code for p in loaded.warnings} <= {"jan_twice"}
    recall = loaded.recall
    assert recall is not None
    assert {p.model: p.units for p in recall.products} == dict(COUNTS[slug])


def test_the_japanese_recall_has_the_bar_code_that_was_really_printed_twice() -> None:
    loaded = recall_file.load(RECALLS / "anker-jp-2025-10-21")
    found = [(p.severity, p.facts["jan"]) for p in loaded.problems if p.code == "jan_twice"]
    assert found == [(Severity.WARNING, "4571411205187")]
