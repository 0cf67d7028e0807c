"""The answer as JSON: the fields and the words of `/api/v1/check`, without a token."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kaishu.core.answer import tell
from kaishu.core.asking import Said
from kaishu.core.everywhere import Hearing, hear, judge_everywhere
from kaishu.core.pack import Pack
from kaishu.core.sentences import sentence
from kaishu.core.verdict import Answer
from kaishu.doors.edge.pages import Asked
from kaishu.doors.edge.shelf import Shelf


def as_json(shelf: Shelf, pack: Pack | None, said: Said, asked: Asked, *, main_site: str) -> str:
    """Return what one recall's page says, or without `pack` the strictest of all recalls."""
    if pack is not None:
        others = [each for each in shelf.running if each.recall.slug != pack.recall.slug]
        heard = hear(pack, others, said.inspection())
    else:
        heard = judge_everywhere(shelf.running, said.inspection())
    found = told(heard, asked, main_site=main_site) if heard else _nothing(said, asked)
    return written(found)


def written(found: Mapping[str, Any]) -> str:
    """Write an answer without spaces, with its Japanese and Chinese as they are."""
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def told(heard: Sequence[Hearing], asked: Asked, *, main_site: str) -> dict[str, Any]:
    """Return the strictest answer, and what the other recalls say in short."""
    first = heard[0]
    verdict, said = first.verdict, tell(first.pack, first.verdict, asked.tag)
    slug = first.pack.recall.slug
    affected = verdict.answer is Answer.AFFECTED
    return {
        "answer": verdict.answer.value,
        "reason": verdict.reason,
        "recall": slug,
        "edition": verdict.edition.number,
        "digest": verdict.edition.digest,
        "model": said.model,
        "serial": said.serial,
        "asks": said.asks,
        "headline": said.headline,
        "first": said.first,
        "sentence": said.sentence,
        "steps": said.steps,
        "flight": said.flight,
        "claim_url": f"{main_site}/{asked.code}/r/{slug}/claim/" if affected else "",
        "others": [
            {
                "recall": each.pack.recall.slug,
                "edition": each.verdict.edition.number,
                "answer": each.verdict.answer.value,
                "reason": each.verdict.reason,
            }
            for each in heard[1:]
        ],
    }


def _nothing(said: Said, asked: Asked) -> dict[str, Any]:
    """Say that no recall here knows the model."""
    reason = sentence("api_no_such_model", asked.tag, {"model": said.model[:40]})
    return {
        "answer": Answer.NO_SUCH_MODEL.value,
        "reason": "no_such_model",
        "recall": None,
        "edition": None,
        "digest": None,
        "model": "",
        "serial": "",
        "asks": "model",
        "headline": sentence("answer_no_such_model", asked.tag).text,
        "first": sentence("until_you_know", asked.tag).text,
        "sentence": reason.text,
        "steps": [reason.next] if reason.next else [],
        "flight": "",
        "claim_url": "",
        "others": [],
    }
