"""The rules of a product in plain words, for a page without a script and for paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from kaishu.core.answer import spoken_date
from kaishu.core.recall import Conditions, Recall, Rule, RuleKind, say
from kaishu.core.sentences import codes, sentence
from kaishu.core.words import WORDS

MOST_NAMED = 40
_SEPARATOR = {"en": ", "}


def rule_in_words(
    recall: Recall,
    rule: Rule,
    language: str,
    *,
    units: int = 0,
    words: Mapping[str, str] | None = None,
) -> str:
    """Return one rule with its conditions as a sentence or two.

    `units` is how long its list is; `words` says a colour or a market in the language.
    """
    code = f"rule_{rule.kind.value}"
    if rule.kind is RuleKind.PREFIX and rule.length:
        code = "rule_prefix_length"
    facts: dict[str, Any] = {
        "units": f"{units:,}",
        "first": rule.first,
        "last": rule.last,
        "head": rule.head,
        "prefix": rule.prefix,
        "length": rule.length,
        "endings": _joined(rule.endings, language),
        "codes": _joined(rule.codes, language),
    }
    said = sentence(code if code in codes() else "rule_other", language, facts).text
    if rule.effect.value == "exclude":
        said = sentence("rule_spared", language, {"rule": said}).text
    return " ".join([said, *_conditions(recall, rule.when, language, words or WORDS)])


def _conditions(
    recall: Recall, when: Conditions, language: str, words: Mapping[str, str]
) -> list[str]:
    channels = {channel.code: say(channel.name, language) for channel in recall.channels}
    named: Sequence[tuple[str, Sequence[str], Mapping[str, str]]] = (
        ("when_colours", when.colours, words),
        ("when_not_colours", when.not_colours, words),
        ("when_variants", when.variants, {}),
        ("when_not_variants", when.not_variants, {}),
        ("when_channels", when.channels, channels),
        ("when_not_channels", when.not_channels, channels),
        ("when_batches", when.batches, {}),
        ("when_markets", [market.upper() for market in when.markets], words),
    )
    said = [
        sentence(
            code, language, {"what": _joined([table.get(v, v) for v in values], language)}
        ).text
        for code, values, table in named
        if values
    ]
    windows = [("when_made", window.start, window.end) for window in when.made]
    if when.bought_from or when.bought_to:
        windows.append(("when_bought", when.bought_from, when.bought_to))
    return said + [_window(code, start, end, language) for code, start, end in windows]


def _window(code: str, start: date | None, end: date | None, language: str) -> str:
    kind = "between" if start and end else "from" if start else "to"
    facts = {
        "start": spoken_date(start, language) if start else "",
        "end": spoken_date(end, language) if end else "",
    }
    return sentence(f"{code}_{kind}", language, facts).text


def _joined(values: Sequence[str], language: str) -> str:
    shown = [*values[:MOST_NAMED], *(["…"] if len(values) > MOST_NAMED else [])]
    return _SEPARATOR.get(language, "、").join(shown)
