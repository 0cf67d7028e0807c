"""Build and check the translations of page wording.

    python -m kaishu.base.catalogue build    parts/*.toml -> ja and zh_Hans, .po and .mo
    python -m kaishu.base.catalogue check    every message used has both translations, and back

Each area of the house keeps its own part, so that two people rarely edit one file:

    [[message]]
    msgid = "Continue"
    ja = "次へ"
    zh_Hans = "继续"
    # context = "word"      where a short word means different things
    # plural = "%(n)s bags" where English has a plural; Japanese and Chinese have one form

The English of a page is the msgid itself. What is computed (`gettext(variable)`) cannot be seen
by the check: mark its texts with `gettext_noop`, or keep them as values of a module's `WORDS`
dictionary, which are messages in the context "word".
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "base" / "locale"
LANGUAGES = ("ja", "zh_Hans")

CALLS: dict[str, Any] = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], (1,)),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
KEYS = {"msgid", "context", "plural", *LANGUAGES}


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a part with its two translations; `where` is the part's file name."""

    msgid: str
    translations: dict[str, str]
    context: str
    plural: str
    where: str

    @property
    def key(self) -> tuple[str, str]:
        """Return what gettext looks a message up by."""
        return (self.context, self.msgid)


@dataclass(frozen=True, slots=True)
class Use:
    """One place in a template or module that shows a message."""

    context: str
    msgid: str
    plural: str
    where: str


def messages(locale: Path = LOCALE) -> Iterator[Message]:
    """Read every part, in the order of file names."""
    for part in sorted((locale / "parts").glob("*.toml")):
        for row in tomllib.loads(part.read_text("utf-8")).get("message", []):
            if unknown := set(row) - KEYS:
                raise SystemExit(f"{part.name}: unknown key {', '.join(sorted(unknown))}")
            yield Message(
                msgid=row.get("msgid", ""),
                translations={language: row.get(language, "") for language in LANGUAGES},
                context=row.get("context", ""),
                plural=row.get("plural", ""),
                where=part.name,
            )


def build(locale: Path = LOCALE) -> int:
    """Write the .po and .mo of each language; returns how many messages they hold.

    Where they are of these very parts already, that is seen at once: every server builds them.
    """
    made_of, done = _made_of(locale), _mo(locale, LANGUAGES[0]).with_name("made_of")
    known = done.read_text("utf-8").split() if done.exists() else []
    if known[:1] == [made_of] and all(_mo(locale, language).exists() for language in LANGUAGES):
        return int(known[1])
    merged = {message.key: message for message in messages(locale)}
    done.unlink(missing_ok=True)
    for language in LANGUAGES:
        catalog = Catalog(locale=language, project="Kaishu", charset="utf-8", fuzzy=False)
        for (context, msgid), message in sorted(merged.items()):
            text = message.translations[language]
            both = (msgid, message.plural) if message.plural else msgid
            catalog.add(both, (text,) if message.plural else text, context=context or None)
        compiled = _mo(locale, language)
        compiled.parent.mkdir(parents=True, exist_ok=True)
        _replace(compiled.with_suffix(".po"), _bytes(write_po, catalog))
        _replace(compiled, _bytes(write_mo, catalog))
    _replace(done, f"{made_of} {len(merged)}".encode())
    return len(merged)


def _mo(locale: Path, language: str) -> Path:
    return locale / language / "LC_MESSAGES" / "django.mo"


def _made_of(locale: Path) -> str:
    """Name the parts and the code that a catalogue is made of by what is in them."""
    digest = sha256(Path(__file__).read_bytes())
    for part in sorted((locale / "parts").glob("*.toml")):
        digest.update(f"\0{part.name}\0".encode() + part.read_bytes())
    return digest.hexdigest()


def _bytes(write: Any, catalog: Catalog) -> bytes:
    buffer = BytesIO()
    write(buffer, catalog)
    return buffer.getvalue()


def _replace(path: Path, content: bytes) -> None:
    """Write whole or not at all: a server may be reading the old file."""
    draft = path.with_suffix(f"{path.suffix}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


def uses(package: Path = PACKAGE) -> Iterator[Use]:
    """Find every message that a template or a module shows."""
    for path in sorted(package.rglob("*")):
        where = str(path.relative_to(package))
        if path.suffix in {".html", ".txt"} and "templates" in path.parts:
            source = templatize(path.read_text("utf-8"), origin=where)
            # What is left between the calls is no Python: without indents it can be tokenised.
            yield from _calls("\n".join(line.strip() for line in source.splitlines()), where)
        elif path.suffix == ".py" and "migrations" not in path.parts:
            source = path.read_text("utf-8")
            yield from _calls(source, where)
            yield from _words(source, where)


def _calls(source: str, where: str) -> Iterator[Use]:
    found = extract("python", BytesIO(source.encode()), keywords=CALLS)
    for line, texts, _comments, context in found:
        msgid, plural = (texts[0], texts[1]) if isinstance(texts, tuple) else (texts, "")
        yield Use(context or "", msgid, plural, f"{where}:{line}")


def _words(source: str, where: str) -> Iterator[Use]:
    for node in ast.parse(source).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        named = any(isinstance(target, ast.Name) and target.id == "WORDS" for target in targets)
        if named and isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            for value in node.value.values:
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield Use("word", value.value, "", f"{where}:{value.lineno}")


def problems(*, package: Path = PACKAGE, locale: Path = LOCALE) -> list[str]:
    """Say, one line each, what keeps a person from reading a page in their language."""
    found: list[str] = []
    known: dict[tuple[str, str], Message] = {}
    for message in messages(locale):
        found += _faults(message)
        earlier = known.setdefault(message.key, message)
        if (earlier.translations, earlier.plural) != (message.translations, message.plural):
            found.append(f"{message.where}: {message.msgid!r} differs from {earlier.where}")
    used: dict[tuple[str, str], Use] = {}
    for use in uses(package):
        first = used.setdefault((use.context, use.msgid), use)
        match = known.get((use.context, use.msgid))
        if match is None and use is first:
            context = f" in context {use.context!r}" if use.context else ""
            found.append(f"{use.where}: {use.msgid!r}{context} has no translation")
        elif match is not None and match.plural != use.plural:
            found.append(f"{use.where}: the plural of {use.msgid!r} differs from {match.where}")
    found += [
        f"{message.where}: {message.msgid!r} is used nowhere"
        for key, message in known.items()
        if key not in used
    ]
    return found


def _faults(message: Message) -> Iterator[str]:
    english = message.plural or message.msgid
    for language, text in message.translations.items():
        at = f"{message.where}: {message.msgid!r}, {language}:"
        if not text.strip():
            yield f"{at} empty"
        elif sorted(set(PLACEHOLDER.findall(text))) != sorted(set(PLACEHOLDER.findall(english))):
            yield f"{at} its placeholders are not those of the English"
        elif text.strip() != text:
            yield f"{at} spaces at an end"


def main(arguments: list[str]) -> int:
    """Run one command; returns 1 where the check found something."""
    parser = argparse.ArgumentParser(prog="python -m kaishu.base.catalogue")
    parser.add_argument("command", choices=["build", "check"])
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args(arguments)
    if options.command == "build":
        count = build()
        if not options.quiet:
            sys.stdout.write(f"catalogue: {count} messages in {len(LANGUAGES)} languages\n")
        return 0
    found = problems()
    sys.stdout.write("".join(f"{line}\n" for line in found))
    sys.stdout.write(f"catalogue: {len(found)} problems\n" if found else "catalogue: complete\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
