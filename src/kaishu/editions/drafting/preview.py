"""A throwaway pack of a revision, in a folder of its own: what owners would see and be told."""

from __future__ import annotations

import random
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

from kaishu.core import pack
from kaishu.core.answer import Inspection, judge
from kaishu.core.errors import Refusal
from kaishu.core.pack import Pack
from kaishu.core.recall import Product, Rule, RuleKind, SerialFormat
from kaishu.core.verdict import Answer
from kaishu.editions.drafting import judging
from kaishu.editions.drafting.models import Revision

TRIES = 60


class PreviewNotYet(Refusal):
    """The draft lacks what every page needs."""

    code = "draft_preview_not_yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One serial to try, and the answer that the draft gives it."""

    answer: str
    model: str
    serial: str


def built(revision: Revision, *, at: datetime) -> Path:
    """Return the packs folder of a revision's preview, written at the first look.

    Older previews of the draft are thrown away. Raises PreviewNotYet, or what `pack.write` raises.
    """
    drafts = Path(settings.KAISHU_DATA_DIR) / "previews" / str(revision.draft_id)
    folder = drafts / str(revision.number)
    if (folder / "current").is_dir():
        return folder
    loaded = judging.load(revision)
    if loaded.recall is None or not loaded.recall.products:
        raise PreviewNotYet(count=len(loaded.errors))
    ref = pack.write(
        folder,
        loaded.recall,
        (revision.draft.based_on.number if revision.draft.based_on else 0) + 1,
        loaded.lists,
        loaded.pictures,
        published_at=at,
    )
    pack.swap(folder, loaded.recall.slug, ref)
    for old in drafts.iterdir():
        if old != folder:
            shutil.rmtree(old, ignore_errors=True)
    return folder


def samples(opened: Pack) -> list[Sample]:
    """Return for each product a serial of each answer that could be found, and an unknown model.

    Drawn anew from the same seed, so a page that is loaded again shows the same serials.
    """
    found = []
    for product in opened.recall.products:
        seen: set[str] = set()
        for serial in _candidates(opened, product):
            verdict = judge(opened, Inspection(model=product.model, serial=serial))
            if verdict.answer.value not in seen:
                seen.add(verdict.answer.value)
                found.append(
                    Sample(answer=verdict.answer.value, model=product.model, serial=serial)
                )
    return [*found, Sample(answer=Answer.NO_SUCH_MODEL.value, model="ZZ-0", serial="0")]


def _candidates(opened: Pack, product: Product) -> list[str]:
    form = opened.recall.serial_format(product)
    rules = [rule for rule in opened.recall.rules if rule.product == product.model]
    inside = [serial for rule in rules if (serial := _inside(opened, rule, form))]
    dice = random.Random(product.model)  # noqa: S311 (samples, not secrets)
    outside = [
        form.prefix + "".join(dice.choices(form.alphabet, k=max(0, length - len(form.prefix))))
        for length in form.lengths
        for _ in range(TRIES // max(1, len(form.lengths)))
    ]
    return [*inside, *outside, "?"]


def _inside(opened: Pack, rule: Rule, form: SerialFormat) -> str:
    """Return one serial that a rule covers; its conditions may still turn it into a question."""
    if rule.kind is RuleKind.LIST:
        return next(opened.index.section(rule.no).serials(), b"").decode()
    if rule.kind in (RuleKind.RANGE, RuleKind.COUNTER):
        return rule.head + rule.first
    if rule.kind is RuleKind.CODES:
        return rule.codes[0]
    if rule.kind is RuleKind.TAIL:
        start = form.prefix + form.alphabet[0] * max(form.lengths)
        return start[: max(form.lengths) - len(rule.endings[0])] + rule.endings[0]
    start = rule.prefix if rule.kind is RuleKind.PREFIX else form.prefix
    length = rule.length or max(form.lengths)
    return start + form.alphabet[0] * (length - len(start))
