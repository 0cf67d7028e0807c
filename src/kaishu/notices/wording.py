"""Read the wordings and build the sources of each message: subject, plain text and HTML.

Both bodies come from one wording, so that they cannot say different things. A wording is written
in blocks with an empty line between them:

    Some words with {{ facts }}.
    1. numbered lines, each a step
    [[the button's words]]            the one link of the message
    (( ))                             the six digits, shown large
    ? fact                            on a first line: keep the block only where the fact is there
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from kaishu.core import canonical
from kaishu.core.recall import LANGUAGES
from kaishu.notices.errors import TemplateUnknown
from kaishu.notices.layout import page, style

FRAME = "frame.toml"
_STEP = re.compile(r"^\d+\. ")
_FACT = re.compile(r"{{ (\w+) }}")


@dataclass(frozen=True, slots=True)
class Source:
    """One wording in one language, ready to be filled in; `digest` names this version of it."""

    code: str
    language: str
    subject: str
    text: str
    html: str

    @property
    def digest(self) -> str:
        """Return the digest of all that a person reads."""
        return canonical.digest(
            [self.code, self.language, self.subject, self.text, self.html],
        )


@dataclass(frozen=True, slots=True)
class Needs:
    """What a message cannot be queued without."""

    facts: frozenset[str]
    secret: frozenset[str]


def codes() -> tuple[str, ...]:
    """Return the code of every message."""
    return tuple(sorted(_tables()))


def needs(code: str) -> Needs:
    """Return what a message must be given; raise TemplateUnknown for a code without a wording."""
    table = _table(code)
    return Needs(frozenset(table.get("facts", ())), frozenset(table.get("secret", ())))


@lru_cache(maxsize=256)
def source(code: str, language: str) -> Source:
    """Return the present wording of a message."""
    said = _table(code).get(language)
    if said is None:
        raise TemplateUnknown(template=code, language=language)
    return build(code, language, said, _frame()[language])


def build(code: str, language: str, said: Mapping[str, str], frame: Mapping[str, str]) -> Source:
    """Build the sources from a wording and the frame around it."""
    blocks = list(_blocks(said["body"]))
    return Source(
        code=code,
        language=language,
        subject=f"{{% autoescape off %}}{said['subject'].strip()}{{% endautoescape %}}",
        text=_text(blocks, frame),
        html=_html(blocks, frame, language),
    )


def sender(language: str) -> str:
    """Return the source of the sender's name."""
    return f"{{% autoescape off %}}{_frame()[language]['sender']}{{% endautoescape %}}"


def facts_named(said: str) -> frozenset[str]:
    """Return the facts that a source shows or asks for."""
    asked = re.findall(r"{% if (\w+) %}", said)
    return frozenset([*_FACT.findall(said), *asked])


@dataclass(frozen=True, slots=True)
class _Block:
    lines: tuple[str, ...]
    when: str = ""

    def wrap(self, words: str, when: str = "") -> str:
        for fact in (when, self.when):
            words = f"{{% if {fact} %}}{words}{{% endif %}}" if fact else words
        return words


def _blocks(body: str) -> Iterator[_Block]:
    for part in re.split(r"\n\s*\n", body.strip()):
        lines = tuple(line.strip() for line in part.splitlines())
        if lines[0].startswith("? "):
            yield _Block(lines[1:], lines[0][2:])
        else:
            yield _Block(lines)


def _button(block: _Block) -> str:
    first = block.lines[0]
    return first[2:-2] if first.startswith("[[") and first.endswith("]]") else ""


def _text(blocks: list[_Block], frame: Mapping[str, str]) -> str:
    parts = ["{% autoescape off %}" + frame["greeting"] + "\n\n"]
    for block in blocks:
        if words := _button(block):
            parts.append(block.wrap(f"{words}\n{{{{ link }}}}\n\n", "link"))
        elif block.lines[0] == "(( ))":
            parts.append(block.wrap("    {{ code }}\n\n"))
        else:
            parts.append(block.wrap("\n".join(block.lines) + "\n\n"))
    parts += [
        "------------------------\n",
        f"{{% if case %}}{frame['reference']}: {{{{ case }}}}\n{{% endif %}}",
        f"{{% if product %}}{frame['product']}: {{{{ product }}}}\n{{% endif %}}",
        f"{{% if phone %}}{frame['helpline']}: {{{{ phone }}}} ",
        "{{ phone_hours }}\n{% endif %}",
        f"\n{frame['genuine'].strip()}\n{{{{ genuine }}}}\n\n{frame['automatic']}\n",
        "{% endautoescape %}",
    ]
    return "".join(parts)


def _html(blocks: list[_Block], frame: Mapping[str, str], language: str) -> str:
    body = "\n".join(_html_block(block) for block in blocks)
    return page(body, {name: _escape(words) for name, words in frame.items()}, language)


def _html_block(block: _Block) -> str:
    if words := _button(block):
        link = f'<a href="{{{{ link }}}}"{style("button")}>{_escape(words)}</a>'
        plain = f"<br><span{style('small')}>{{{{ link }}}}</span>"
        return block.wrap(f"<p{style('p')}>{link}{plain}</p>", "link")
    if block.lines[0] == "(( ))":
        return block.wrap(f"<p{style('code')}>{{{{ code }}}}</p>")
    if all(_STEP.match(line) for line in block.lines):
        steps = (_STEP.sub("", line) for line in block.lines)
        items = "".join(f"<li{style('li')}>{_escape(step)}</li>" for step in steps)
        return block.wrap(f"<ol{style('ol')}>{items}</ol>")
    return block.wrap(f"<p{style('p')}>{'<br>'.join(map(_escape, block.lines))}</p>")


def _escape(words: str) -> str:
    """Escape words for HTML; facts are escaped when they are filled in, addresses become links."""
    safe = html.escape(words.strip(), quote=False)
    return safe.replace(
        "{{ stop_link }}", f'<a href="{{{{ stop_link }}}}"{style("a")}>{{{{ stop_link }}}}</a>'
    )


def _table(code: str) -> Mapping[str, Any]:
    if code not in _tables():
        raise TemplateUnknown(template=code, language="")
    return _tables()[code]


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Mapping[str, Any]]:
    tables: dict[str, Mapping[str, Any]] = {}
    for file in _folder():
        if file.name != FRAME:
            tables |= tomllib.loads(file.read_text(encoding="utf-8"))
    return tables


@lru_cache(maxsize=1)
def _frame() -> Mapping[str, Mapping[str, str]]:
    found = next(file for file in _folder() if file.name == FRAME)
    frame = tomllib.loads(found.read_text(encoding="utf-8"))
    return {language: frame[language] for language in LANGUAGES}


def _folder() -> list[Any]:
    folder = files("kaishu.notices") / "wordings"
    found = (file for file in folder.iterdir() if file.name.endswith(".toml"))
    return sorted(found, key=lambda file: file.name)


def forget_cached() -> None:
    """Read the wordings again: they were changed while this process ran."""
    for cached in (source, _tables, _frame):
        cached.cache_clear()
