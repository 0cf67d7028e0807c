"""The check asks for each new fact one at a time, never guesses, and "I do not know" is an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from kaishu.core.answer import Inspection, judge
from kaishu.core.asking import Step, address_of, given, next_step, read_said
from kaishu.core.check_page import check_page
from kaishu.core.pack import Pack
from kaishu.core.recall import Alias, Channel, Conditions, RuleKind, Variant, Window
from kaishu.core.verdict import Answer
from tests.core.small_recall import FORM, PUBLISHED, product, publish, recall, rule, text

NOW = datetime(2026, 1, 2, tzinfo=UTC)
IN, OUT, ASK = Answer.AFFECTED, Answer.NOT_AFFECTED, Answer.ASK
WHEN = Conditions(
    colours=("black",),
    variants=("M1-B",),
    batches=("P6",),
    made=(Window(start=PUBLISHED.date(), end=None),),
    channels=("web",),
)


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    goods = replace(
        product("M1", "black"),
        variants=tuple(Variant(code=f"M1-{c[0].upper()}", colour=c) for c in ("black", "white")),
        aliases=(Alias(code="MI", kind="misprint", source="A listing"),),
        batch_where=text("beside the mark"),
    )
    what = recall(
        rule(1, RuleKind.PREFIX, prefix="A1", when=WHEN),
        rule(2, RuleKind.UNLABELLED, "M2", labels=("missing",)),
        rule(3, RuleKind.CODES, "M2", codes=("A5000005",)),
        products=(goods, product("M2")),
    )
    shops = tuple(Channel(code=code, name=text(f"Shop {code}")) for code in ("web", "store"))
    form = replace(FORM, lookalikes=("5S",))
    return publish(tmp_path_factory.mktemp("packs"), replace(what, channels=shops, formats=(form,)))


def step(pack: Pack, **query: str) -> Any:
    return next_step(pack, read_said(query), query)


def test_each_fact_is_asked_in_turn_until_there_is_an_answer(pack: Pack) -> None:
    query = {"model": "mi", "serial": "A1000000"}
    for field, answer in (
        ("colour", "black"),
        ("variant", "M1-B"),
        ("batch", "p6"),
        ("made", "2026-1-2"),
        ("channel", "web"),
    ):
        asked = step(pack, **query)
        assert (asked.step, asked.question.field) == (Step.MORE, field)
        assert given(read_said(query), asked.question) == query
        query[field] = answer
    assert step(pack, **query).step is Step.ANSWER
    assert judge(pack, read_said(query).inspection()).answer is IN
    for field, answer in {"channel": "store", "made": "2025-12-31", "batch": "P7"}.items():
        other = judge(pack, read_said({**query, field: answer}).inspection())
        assert other.answer is OUT, field


@pytest.mark.parametrize(
    ("typed", "answer", "problem"),
    [
        ("2025年12月", OUT, ""),  # the window begins on 1 January 2026, at the 1st
        ("Jan. 2026", IN, ""),
        ("2026/2", IN, ""),
        ("2026-3", ASK, "month_not_enough"),  # and ends in the middle of March
        ("2026-13", ASK, "date_unreadable"),
        ("202601", ASK, "date_unreadable"),  # may be 20 26-01 or 2020-26-01 …: nobody chooses
    ],
)
def test_a_month_answers_where_all_its_days_do_and_else_the_day_is_asked(
    tmp_path: Path, typed: str, answer: Answer, problem: str
) -> None:
    window = Window(start=date(2026, 1, 1), end=date(2026, 3, 15))
    what = recall(rule(1, RuleKind.PREFIX, prefix="A1", when=Conditions(made=(window,))))
    pack = publish(tmp_path, what)
    query = {"model": "M1", "serial": "A1000000", "made": typed}
    asked = step(pack, **query)
    assert judge(pack, read_said(query).inspection()).answer is answer
    assert (asked.step is Step.ANSWER, asked.problem) == (answer is not ASK, problem)
    if answer is not ASK:
        kept = read_said(address_of(read_said(query).inspection())).inspection()
        assert kept == read_said(query).inspection()


@pytest.mark.parametrize("field", ["channel", "variant", "batch", "made"])
def test_who_does_not_know_gets_a_question_with_a_next_step_and_never_a_no(
    pack: Pack, field: str
) -> None:
    known = {
        "colour": "black",
        "variant": "M1-B",
        "batch": "P6",
        "made": "2026-1-2",
        "channel": "web",
    }
    query = {"model": "M1", "serial": "A1000000", **known, field: "unknown"}
    assert step(pack, **query).step is Step.ANSWER
    page = check_page(pack, [], query, tag="en", code="en", at=NOW)
    assert page.context["tone"] == "ask"
    assert "0120-000-000" in page.context["answer"].steps[0]
    other = {"channel": "other shop", "variant": "other code"}.get(field)
    if other:
        verdict = judge(pack, read_said({**query, field: other}).inspection())
        assert verdict.answer is ASK


def test_a_day_that_cannot_be_read_is_asked_again(pack: Pack) -> None:
    query = {
        "model": "M1",
        "serial": "A1000000",
        "colour": "black",
        "variant": "M1-B",
        "batch": "P6",
    }
    again = step(pack, **query, made="03/04/2026")
    assert (again.question.field, again.problem, again.control) == (
        "made",
        "date_unreadable",
        "id-made",
    )


def test_the_pages_say_where_to_look_in_every_language(pack: Pack) -> None:
    query = {"model": "M1", "serial": "A1000000", "colour": "black", "variant": "M1-B"}
    for tag in ("ja", "zh-Hans", "en"):
        page = check_page(pack, [], query, tag=tag, code="en", at=NOW).context
        assert page["where"] == f"beside the mark ({tag})"
        assert page["question"] and page["label"] and page["hint"]
    query |= {"batch": "P6", "made": "2026-1-2"}
    choices = check_page(pack, [], query, tag="ja", code="ja", at=NOW).context["choices"]
    assert [choice["name"] for choice in choices] == ["Shop web (ja)", "Shop store (ja)", "", ""]


def test_a_missing_label_is_asked_about_and_decides(pack: Pack) -> None:
    bare = {"model": "M2", "serial": "", "unreadable": "1"}
    asked = step(pack, **bare)
    assert asked.question.field == "label"
    assert given(read_said(bare), asked.question) == bare
    missing = {**bare, "label": "label.missing"}
    assert step(pack, **missing).step is Step.ANSWER
    verdict = judge(pack, read_said(missing).inspection())
    assert (verdict.answer, verdict.reason) == (IN, "label_missing")
    for label in ("label.illegible", "unknown"):
        there = judge(pack, read_said({**bare, "label": label}).inspection())
        assert there.answer is ASK
    assert step(pack, model="M2", serial="").step is Step.SERIAL


def test_an_alias_and_a_look_alike_are_shown_on_the_answer(pack: Pack) -> None:
    page = check_page(pack, [], {"model": "M2", "serial": "A500000S"}, tag="en", code="en", at=NOW)
    assert page.context["tone"] == "ok"
    assert page.context["alike"] == ("A5000005",)
    verdict = judge(pack, Inspection(model="ＭＩ", serial="A2000000"))
    assert verdict.facts["alias"] == "MI"
