"""Say what a code means to a person, in three languages, with the next step.

Each area of the house has its own table here: `<area>.toml`, one TOML table per code with a
sentence for each language and, where there is one, a next step under `next`.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from kaishu.core.recall import LANGUAGES

FALLBACK = "refused"


class SentenceWrong(Exception):
    """A table of sentences is incomplete or names one code twice."""

    code = "sentence_wrong"


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said and what to do next; `next` is empty where nothing needs to be done."""

    text: str
    next: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    texts: Mapping[str, str]
    nexts: Mapping[str, str]


class _Facts(dict[str, str]):
    """Fill a fact that nobody gave with nothing: a sentence never fails in front of a person."""

    def __missing__(self, name: str) -> str:
        return ""


def sentence(code: str, language: str, facts: Mapping[str, object] | None = None) -> Sentence:
    """Return the sentence of a code; a code that no table knows gets the sentence of `refused`."""
    entry = _tables().get(code) or _tables()[FALLBACK]
    known = _Facts({name: str(value) for name, value in (facts or {}).items()})
    spoken = language if language in LANGUAGES else "en"
    return Sentence(
        entry.texts[spoken].format_map(known), entry.nexts.get(spoken, "").format_map(known)
    )


def unfilled(code: str, language: str) -> tuple[str, str]:
    """Return a sentence and its next step with {fact} where a fact belongs; KeyError if unknown."""
    entry = _tables()[code]
    return entry.texts[language], entry.nexts.get(language, "")


def codes() -> frozenset[str]:
    """Return every code that has a sentence."""
    return frozenset(_tables())


def placeholders(text: str) -> frozenset[str]:
    """Return the facts that a sentence names."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, _Entry]:
    """Return all tables as one, checked whole on first use."""
    entries: dict[str, _Entry] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda each: each.name):
        if file.name.endswith(".toml"):
            for code, raw in tomllib.loads(file.read_text(encoding="utf-8")).items():
                if code in entries:
                    raise SentenceWrong(f"{file.name}: {code} is already in another table")
                entries[code] = _entry(f"{file.name}: {code}", raw)
    return entries


def _entry(where: str, raw: Mapping[str, object]) -> _Entry:
    texts = {key: value for key, value in raw.items() if key != "next"}
    return _Entry(_whole(where, texts), _whole(f"{where}: next", raw.get("next") or {}))


def _whole(where: str, texts: object) -> Mapping[str, str]:
    """Return texts that are there in every language with the same facts, or not there at all."""
    if not isinstance(texts, Mapping):
        raise SentenceWrong(f"{where}: not a table of languages")
    if texts and set(texts) != set(LANGUAGES):
        raise SentenceWrong(f"{where}: needs exactly {', '.join(LANGUAGES)}")
    if not all(isinstance(text, str) and text.strip() for text in texts.values()):
        raise SentenceWrong(f"{where}: a text is empty")
    if len({placeholders(text) for text in texts.values()}) > 1:
        raise SentenceWrong(f"{where}: the languages name different facts")
    return dict(texts)
