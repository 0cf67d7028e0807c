"""Two recalls on one serial: both are heard, the strictest first."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kaishu.core.answer import Inspection
from kaishu.core.everywhere import DANGER, judge_everywhere
from kaishu.core.verdict import Answer
from tests.doors import kumo


def test_the_strictest_answer_comes_first_and_a_recall_without_the_model_is_silent(
    tmp_path: Path,
) -> None:
    near = kumo.write_pack(tmp_path)
    far = kumo.write_pack(tmp_path, kumo.abroad())
    third = kumo.recall(slug="other", products=kumo.recall().products[1:])
    third = replace(third, rules=tuple(replace(r, no=r.no) for r in third.rules[1:]))
    silent = kumo.write_pack(tmp_path, third)
    heard = judge_everywhere([near, far, silent], Inspection(model="k100", serial=kumo.ABROAD))
    assert [(h.pack.recall.slug, h.verdict.answer) for h in heard] == [
        (kumo.ABROAD_SLUG, Answer.AFFECTED),
        (kumo.SLUG, Answer.NOT_AFFECTED),
    ]
    unread = judge_everywhere([near, far], Inspection(model="K100", serial="A1"))
    assert [h.verdict.answer for h in unread] == [Answer.ASK, Answer.ASK]
    assert judge_everywhere([near, far], Inspection(model="K900")) == []
    assert set(DANGER) == set(Answer)
