"""Every kind of rule and condition in a recall file: what is wrong is named with its lines."""

from __future__ import annotations

import tomllib

import pytest

from kaishu.core.recall import LANGUAGES, Effect, Label, RuleKind
from kaishu.editions.drafting.recall_data import data_of
from kaishu.editions.drafting.toml_text import write
from tests.editions.harness import Folder

RECALL = "recall.toml"
SHOP = '\n[[channels]]\ncode = "{}"\nname = {{ ja = "店", zh-Hans = "店", en = "Shop" }}\n'
EVERY = (
    SHOP.format("web")
    + """
[[rules]]
product = "L1"
kind = "counter"
head = "A1"
digits = "FEDCBA9876543210"
first = "FFFFF0"
last = "FFFF00"
verified = "generated"
note = "Counted backwards."

[rules.when]
variants = ["L1-W"]
not_variants = ["L1-B"]
channels = ["web"]
batches = ["P6", "Q1"]

[[rules.when.made]]
start = 2025-01-01
end = 2025-02-28

[[rules.when.made]]
start = 2025-06-01

[[rules]]
product = "L1"
kind = "tail"
endings = ["E", "0F"]
safe_endings = ["D"]

[[rules]]
product = "L1"
kind = "codes"
codes = ["AC000000", "AC000001"]

[[rules]]
product = "L1"
kind = "unlabelled"
labels = ["missing"]

[[rules]]
product = "L1"
kind = "lookup"

[[rules]]
product = "L1"
kind = "codes"
codes = ["A100000E"]
effect = "exclude"
"""
)


def rule(text: str) -> str:
    return f'\n[[rules]]\nproduct = "L1"\n{text}\n'


def test_a_file_with_every_kind_is_read_and_written_back_the_same(folder: Folder) -> None:
    folder.change(
        'jan = "4901234567894"\n',
        'jan = "4901234567894"\n\n[[products.aliases]]\ncode = "LI"\nkind = "misprint"\n'
        'source = "A listing"\n',
    ).change('prefix = "A"\n', 'prefix = "A"\nlookalikes = ["8B"]\n')
    folder.add(EVERY)
    loaded = folder.load()
    assert loaded.errors == ()
    recall = loaded.recall
    assert recall is not None
    assert {each.kind for each in recall.rules} == set(RuleKind) - {
        RuleKind.RANGE,
        RuleKind.PREFIX,
        RuleKind.MODEL,
    }
    assert recall.rules[-1].effect is Effect.EXCLUDE
    assert recall.rules[4].labels == (Label.MISSING,)
    assert recall.products[0].aliases[0].code == "LI"
    assert recall.formats[0].lookalikes == ("8B",)
    (folder.path / RECALL).write_text(write(data_of(recall)), encoding="utf-8")
    assert folder.load().recall == recall
    assert tomllib.loads(folder.text) == data_of(recall)


WRONG = [
    ('kind = "counter"\nfirst = "1"', "[[rules]]|2", "rule_needs"),
    ('kind = "counter"\nhead = "A"\nfirst = "0000001"\nlast = "0000000"', "last", "range_reversed"),
    ('kind = "counter"\nhead = "A"\nfirst = "001"\nlast = "0000002"', 'first = "001"', "counter_length"),
    ('kind = "counter"\nhead = "A"\nfirst = "000000G"\nlast = "0000002"', "first", "rule_character"),
    ('kind = "counter"\nhead = "Z"\nfirst = "0000001"\nlast = "0000002"', "head", "rule_character"),
    ('kind = "counter"\ndigits = "00"\nfirst = "00000001"\nlast = "00000002"', "digits", "digits_wrong"),
    ('kind = "tail"\nendings = ["1", "2"]\nsafe_endings = ["A2"]', "safe_endings", "ending_both"),
    ('kind = "tail"\nendings = ["Z"]', "endings", "rule_character"),
    ('kind = "tail"\nendings = ["A00000000"]', "endings", "ending_length"),
    ('kind = "tail"\nendings = ["1"]\neffect = "exclude"', "effect", "effect_impossible"),
    ('kind = "codes"\ncodes = ["A1", "A0000001"]', "codes", "code_unfit"),
    ('kind = "codes"\ncodes = ["A0000001", "A0000001"]', "codes", "code_twice"),
    ('kind = "unlabelled"\nlabels = ["burnt"]', "labels", "value_unknown"),
    ('kind = "unlabelled"\ncodes = ["A0000001"]', "codes", "rule_key_unused"),
    ('kind = "model"\n[rules.when]\nvariants = ["L1-X"]', "variants", "condition_unknown"),
    ('kind = "model"\n[rules.when]\nchannels = ["moon"]', "channels", "condition_unknown"),
    ('kind = "model"\n[rules.when]\nvariants = ["L1-W"]\nnot_variants = ["L1-W"]', "not_variants", "condition_both"),
    ('kind = "model"\n[[rules.when.made]]', "[[rules.when.made]]", "window_open"),
    ('kind = "model"\n[[rules.when.made]]\nstart = 2025-02-01\nend = 2025-01-01', "end", "dates_reversed"),
    (
        'kind = "model"\n[[rules.when.made]]\nend = 2025-02-01\n[[rules.when.made]]\nstart = 2025-02-01',
        "[[rules.when.made]]|2",
        "windows_overlap",
    ),
    # a list of recalled units and a rule of safe ones must not name the same unit
    ('kind = "codes"\ncodes = ["A0000002"]\neffect = "exclude"', "[[rules]]|2", "rules_contradict"),
    ('kind = "prefix"\nprefix = "A0"\neffect = "exclude"', "[[rules]]|2", "rules_contradict"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "where", "code"), WRONG)
def test_one_mistake_of_a_rule_is_named_with_its_line(
    folder: Folder, text: str, where: str, code: str
) -> None:
    folder.change('[rules.when]\nnot_colours = ["black"]\n', "").add(rule(text))
    line, _, nth = where.partition("|")
    assert (RECALL, folder.line(line, nth=int(nth or 1)), code) in folder.found()
    for problem in folder.load().problems:
        words = [problem.say(language) for language in LANGUAGES]
        assert len(set(words)) == len(LANGUAGES)
        assert all("{" not in each for each in words)


def test_both_lines_of_a_contradiction_are_named(folder: Folder) -> None:
    folder.add(rule('kind = "codes"\ncodes = ["A0000002"]\neffect = "exclude"'))
    (found,) = folder.load().errors
    assert (found.line, found.facts["first"]) == (
        folder.line("[[rules]]", nth=2),
        str(folder.line("[[rules]]")),
    )


def test_a_narrower_rule_of_safe_units_is_no_contradiction(folder: Folder) -> None:
    folder.change('kind = "list"\nfile = "serials/L1.csv"', 'kind = "model"')
    folder.add(rule('kind = "codes"\ncodes = ["A0000002"]\neffect = "exclude"'))
    assert folder.found() == []
    assert folder.warned() == []


def test_safe_units_that_nobody_took_in_are_pointed_out(folder: Folder) -> None:
    folder.add(rule('kind = "codes"\ncodes = ["A00000FF"]\neffect = "exclude"'))
    assert folder.found() == []
    assert folder.warned() == [(RECALL, folder.line("effect"), "exclusion_pointless")]


def test_a_product_with_only_safe_units_is_an_error(folder: Folder) -> None:
    folder.change('kind = "list"\n', 'kind = "list"\neffect = "exclude"\n')
    assert (RECALL, folder.line("model ="), "only_exclusions") in folder.found()


@pytest.mark.parametrize(
    "text",
    [
        'kind = "counter"\nhead = "A00000"\nfirst = "00"\nlast = "10"',
        'kind = "counter"\nhead = "A0"\ndigits = "9876543210"\nfirst = "999999"\nlast = "999990"',
        'kind = "tail"\nendings = ["2"]',
        'kind = "codes"\ncodes = ["A0000002"]',
    ],
)
def test_new_kinds_that_overlap_a_list_or_not_are_told_apart(folder: Folder, text: str) -> None:
    folder.change('not_colours = ["black"]\n', "").add(rule(text))
    warned = [code for _, _, code in folder.warned()]
    assert folder.found() == []
    assert warned == ([] if "9876543210" in text else ["rules_overlap"])


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ('kind = "counter"\nhead = "AB"\nfirst = "000005"\nlast = "000120"', 'kind = "range"\nfirst = "AB00011A"\nlast = "AB00012F"', True),
        ('kind = "counter"\nhead = "AB"\nfirst = "000005"\nlast = "000119"', 'kind = "range"\nfirst = "AB00011A"\nlast = "AB00011F"', False),
        ('kind = "counter"\nhead = "AB"\ndigits = "10"\nfirst = "111111"\nlast = "111110"', 'kind = "tail"\nendings = ["0"]', True),
        ('kind = "counter"\nhead = "AB"\nfirst = "000005"\nlast = "000119"', 'kind = "prefix"\nprefix = "AB0002"', False),
        ('kind = "tail"\nendings = ["0A"]', 'kind = "tail"\nendings = ["A"]', True),
        ('kind = "tail"\nendings = ["0A"]', 'kind = "tail"\nendings = ["1A", "B"]', False),
    ],
)  # fmt: skip
def test_patterns_are_compared_exactly(folder: Folder, one: str, other: str, meet: bool) -> None:
    folder.serials("AFFFFFFF").add(rule(one)).add(rule(other))
    warned = [(line, code) for _, line, code in folder.warned()]
    assert warned == ([(folder.line("[[rules]]", nth=3), "rules_overlap")] if meet else [])


def test_windows_of_one_batch_in_two_rules_are_compared(folder: Folder) -> None:
    made = "\n[[rules.when.made]]\nstart = 2025-0{}-01\nend = 2025-0{}-28"
    text = 'kind = "codes"\ncodes = ["AB000000"]'
    folder.add(rule(text + made.format(1, 2))).add(rule(text + made.format(3, 4)))
    assert folder.warned() == []
    folder.add(rule(text + made.format(4, 5)))
    assert [code for _, _, code in folder.warned()] == ["rules_overlap"]


@pytest.mark.parametrize(
    ("alias", "code"), [("L1", "alias_is_model"), ("ｌ１", "alias_is_model"), ("LX", "alias_twice")]
)
def test_an_alias_means_one_product(folder: Folder, alias: str, code: str) -> None:
    row = '\n[[products.aliases]]\ncode = "{}"\nkind = "sold_as"\nsource = "A shop"\n'
    folder.change("[[rules]]", row.format("LX") + row.format(alias) + "\n[[rules]]")
    assert [found[2] for found in folder.found()] == [code]


def test_a_channel_and_look_alikes_are_checked(folder: Folder) -> None:
    folder.change('prefix = "A"\n', 'prefix = "A"\nlookalikes = ["1L"]\n')
    folder.add(SHOP.format("web") + SHOP.format("web"))
    assert {found[2] for found in folder.found()} == {"lookalike_wrong", "channel_twice"}
