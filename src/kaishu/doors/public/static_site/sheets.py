"""What the hotline reads from when nothing else works: one sheet a recall and language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext

from kaishu.base.words import word
from kaishu.core import spelling
from kaishu.core.answer import Inspection, judge, tell
from kaishu.core.pack import Pack
from kaishu.core.recall import Effect, Recall, RuleKind, say
from kaishu.core.rule_words import rule_in_words
from kaishu.core.sentences import sentence
from kaishu.core.verdict import Answer, Verdict
from kaishu.core.words import WORDS
from kaishu.paper.operator_sheet import operator_sheet_pdf

# Which question a condition leads to, in the order in which an owner is asked.
_ASKED = (
    ("colours not_colours", "ask_colour"),
    ("variants not_variants", "ask_variant"),
    ("batches", "ask_batch"),
    ("made", "ask_made"),
    ("channels not_channels", "ask_channel"),
    ("bought_from bought_to", "ask_bought"),
    ("markets", "ask_market"),
)


def sheet_file(slug: str, code: str) -> str:
    """Return where the paper of a sheet lies in the copy."""
    return f"sheets/{slug}-{code}.pdf"


def sheet_of(pack: Pack, tag: str) -> dict[str, Any]:
    """Return a sheet: questions in order, rules, how to read back, what to say of each answer."""
    recall = pack.recall
    return {
        "language": tag,
        "title": say(recall.title, tag),
        "phone": recall.phone,
        "phone_hours": say(recall.phone_hours, tag),
        "edition": tell(pack, judge(pack, Inspection(model="")), tag).data_as_of,
        "questions": questions(recall, tag),
        "products": [_product(pack, product.model, tag) for product in recall.products],
        "example": _example(recall, tag),
        "answers": [_answer(pack, answer, tag) for answer in Answer],
        "hazard": say(recall.hazard, tag),
        "flight": say(recall.flight, tag),
        "listed": any(rule.kind is RuleKind.LIST for rule in recall.rules),
        "published": recall.check.publish_list,
    }


def questions(recall: Recall, tag: str) -> list[str]:
    """Return what a caller is asked, in order: safety first, then what the rules need."""
    whens = [rule.when for rule in recall.rules]
    asked = ["ask_safe", "ask_model", "ask_serial"]
    asked += [
        code for names, code in _ASKED if any(getattr(w, n) for w in whens for n in names.split())
    ]
    return [sentence(code, tag).text for code in asked]


def _product(pack: Pack, model: str, tag: str) -> dict[str, Any]:
    recall = pack.recall
    product = recall.product(model)
    assert product is not None, model
    form = recall.serial_format(product)
    lengths = " / ".join(str(length) for length in sorted(form.lengths))
    shape = sentence("sheet_shape", tag, {"lengths": lengths, "prefix": form.prefix or "-"})
    return {
        "model": model,
        "name": say(product.name, tag),
        "where": say(product.serial_where, tag),
        "shape": shape.text,
        "rules": rules_of(pack, model, tag),
    }


def rules_of(pack: Pack, model: str, tag: str) -> list[str]:
    """Return the rules of a product in words; the language must be in force.

    What a rule says to the owner whose unit it takes in stands behind it, as in the answer.
    """
    said = {code: word(code) for code in WORDS}
    lines = []
    for rule in pack.recall.rules:
        if rule.product == model:
            units = pack.listed.get(rule.no, 0)
            line = rule_in_words(pack.recall, rule, tag, units=units, words=said)
            told = rule.why and rule.effect is Effect.INCLUDE
            lines.append(f"{line} {say(rule.why, tag)}" if told else line)
    return lines


def _example(recall: Recall, tag: str) -> dict[str, str]:
    """Return the signs that are easily confused, as they are read back."""
    form = recall.formats[0]
    signs = form.prefix + "".join(dict.fromkeys("0O1I8B5S2Z"))
    kept = "".join(sign for sign in signs if sign in form.alphabet)
    return {"signs": kept, "spoken": spelling.spell(kept, tag)}


def _answer(pack: Pack, answer: Answer, tag: str) -> dict[str, Any]:
    """Return what to say when the answer is this one, in the words of every other door."""
    recall = pack.recall
    facts = {
        "phone": recall.phone,
        "phone_hours": say(recall.phone_hours, tag),
        "company": say(recall.company, tag),
    }
    steps = [say(text, tag) for text in recall.do_now] if answer is Answer.AFFECTED else []
    first = tell(pack, Verdict(answer, "refused", pack.ref), tag).first
    then = sentence(f"sheet_{answer.value}", tag, facts).text
    return {
        "code": answer.value,
        "headline": sentence(f"answer_{answer.value}", tag, facts).text,
        "first": first,
        "steps": steps,
        "then": then,
    }


def sheet_pdf(pack: Pack, tag: str) -> bytes:
    """Return the sheet on paper; the language must be in force."""
    sheet = sheet_of(pack, tag)
    kept = gettext(
        "This copy holds no list. If the live site does not open, the answer is "
        "“We cannot tell yet”."
    )
    carried = gettext(
        "To look in the list, open the check of this copy; it works without our computers."
    )
    labels = {
        "sheet": gettext("Sheet for the hotline"),
        "ask": gettext("Ask in this order"),
        "scope": gettext("Which products are affected"),
        "list": carried if sheet["published"] else kept,
        "back": gettext("Read the number back"),
        "say": gettext("What to say"),
        "danger": gettext("The danger"),
    }
    return operator_sheet_pdf(sheet, labels, at=pack.published_at)
