"""From tables of the recall file to a form: fields, rows, and each problem beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kaishu.base.language import NAMES, TAGS
from kaishu.core.recall import LANGUAGES, RuleKind
from kaishu.doors.console.recalls.choices import Choices
from kaishu.doors.console.recalls.groups import SECTION_GROUPS, Group
from kaishu.doors.console.recalls.words import field_hint, field_label, said_of
from kaishu.editions.check_rules import keys_of
from kaishu.editions.drafting.judging import Found
from kaishu.editions.drafting.sections import Path
from kaishu.editions.reading import Key

OWN_NAMES = {tag: NAMES[code] for code, tag in TAGS.items()}
LONG_WORDS = frozenset({"alphabet", "codes", "note", "notice_url", "source", "url", "what"})
# What every rule has; what its kind uses is added, other keys show only where they hold something.
EVERY_RULE = frozenset({"product", "kind", "effect", "verified", "note", "why"})


@dataclass(kw_only=True)
class Spot:
    """Anything a problem can stand beside."""

    id: str
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(kw_only=True)
class Part(Spot):
    """One language of a text."""

    name: str
    tag: str
    language: str
    value: str


@dataclass(kw_only=True)
class Field(Spot):
    """One control, or three for a text. `options`: (value, words, chosen)."""

    name: str
    label: str
    control: str
    hint: str = ""
    value: str = ""
    options: list[tuple[str, str, bool]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    wide: bool = False
    bare: bool = False


@dataclass(kw_only=True)
class Row(Spot):
    """One table of the recall file as it stands in the form."""

    name: str
    number: int
    title: str
    fields: list[Field]
    groups: list[Section]
    first: bool = False
    last: bool = False


@dataclass(kw_only=True)
class Section(Spot):
    """One table or an array of tables. `path` and `adds` make the row buttons.

    `pastes` are the buttons for pasted lines: (act, kind, columns in words).
    """

    path: str
    label: str
    many: bool
    rows: list[Row]
    adds: list[tuple[str, str]]
    pastes: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Form:
    """A section's form. `spots` finds the element of a key of the recall file."""

    groups: list[Section] = field(default_factory=list)
    spots: dict[Path, Spot] = field(default_factory=dict)

    def spot(self, path: Path) -> Spot | None:
        """Return the element of a key, or of the nearest table around it."""
        while path:
            if path in self.spots:
                return self.spots[path]
            path = path[:-1]
        return None


def build(section: str, data: Mapping[str, Any], found: Iterable[Found], choices: Choices) -> Form:
    """Return a section's form over the whole recall file's tables, with its problems in place."""
    form = Form()
    maker = _Maker(form, choices)
    for group in SECTION_GROUPS[section]:
        form.groups.append(maker.group(group, data.get(group.name), (group.name,), group.name))
    for each in found:
        spot = form.spot(each.path)
        if spot is not None:
            said = said_of(each, control=getattr(spot, "control", ""))
            (spot.errors if each.is_error else spot.warnings).append(said)
    return form


class _Maker:
    """Makes the parts of one form and notes where each key stands."""

    def __init__(self, form: Form, choices: Choices) -> None:
        self.form = form
        self.choices = choices

    def group(self, group: Group, said: Any, path: Path, name: str) -> Section:
        """Make a table or an array of tables."""
        made = Section(
            id=id_of(name),
            path=name,
            label=field_label(_plain(name)),
            many=group.many,
            rows=[],
            adds=[(f"add:{name}:{kind}", kind) for kind in group.adds] if group.many else [],
        )
        for kind, columns in group.pastes:
            called = ", ".join(field_label(f"{_plain(name)}.{column}") for column in columns)
            made.pastes.append((f"paste:{name}:{kind}", kind, called))
        self.form.spots[path] = made
        for number, (step, table) in enumerate(_tables(group, said)):
            below = path if step is None else (*path, step)
            row_name = f"{name}.{number}" if group.many else name
            made.rows.append(self.row(group, table, below, row_name, number))
        if made.rows:
            made.rows[0].first = made.rows[-1].last = True
        return made

    def row(self, group: Group, table: Any, path: Path, name: str, number: int) -> Row:
        """Make the fields and inner tables of one table."""
        said = table if isinstance(table, Mapping) else {}
        row = Row(
            id=id_of(f"{name}-row"),
            name=name,
            number=number,
            title=_title(group, said),
            fields=[],
            groups=[],
        )
        if group.many:
            self.form.spots[path] = row
        for key_name, key in group.keys.items():
            if group.name == "rules" and not _rule_uses(said, key_name):
                continue
            below = (*path, key_name) if key_name else path
            field_name = f"{name}.{key_name}" if key_name else name
            value = said if group.bare else said.get(key_name)
            row.fields.append(self.field(key, value, below, field_name))
            row.fields[-1].bare = group.bare
        for inner in group.inner:
            inner_name = f"{name}.{inner.name}"
            row.groups.append(
                self.group(inner, said.get(inner.name), (*path, inner.name), inner_name)
            )
        return row

    def field(self, key: Key, value: Any, path: Path, name: str) -> Field:
        """Make one control with what was typed or saved."""
        plain = _plain(name)
        options = self.choices.of(plain, key, path)
        made = Field(
            id=id_of(name),
            name=name,
            label=field_label(plain),
            hint=field_hint(plain),
            control=_control(key, options),
            value=_shown(value),
            wide=plain.rpartition(".")[2] in LONG_WORDS,
        )
        self.form.spots[path] = made
        if made.control == "text":
            self._parts(made, value, path)
        elif options is not None:
            chosen = value if isinstance(value, list) else [_shown(value)]
            held = [str(each) for each in chosen if each not in ("", None)]
            known = [*options, *((each, each) for each in held if each not in dict(options))]
            made.options = [(code, words, code in held) for code, words in known]
        elif made.control == "check":
            yes = key.default if value is None else value is True
            made.options = [("yes", "", bool(yes))]
        return made

    def _parts(self, made: Field, value: Any, path: Path) -> None:
        said = value if isinstance(value, Mapping) else {}
        for tag in LANGUAGES:
            part = Part(
                id=f"{made.id}-{tag}",
                name=f"{made.name}.{tag}",
                tag=tag,
                language=OWN_NAMES[tag],
                value=_shown(said.get(tag)),
            )
            made.parts.append(part)
            self.form.spots[(*path, tag)] = part


def _tables(group: Group, said: Any) -> list[tuple[Any, Any]]:
    """Return each table with its step in the path; None where the table is the group itself."""
    if not group.many:
        return [(None, said)]
    if group.named:
        tables = said if isinstance(said, Mapping) else {}
        return [(code, {"code": code, **dict(row)}) for code, row in tables.items()]
    return list(enumerate(said if isinstance(said, list) else []))


def _rule_uses(rule: Mapping[str, Any], key: str) -> bool:
    kind = str(rule.get("kind", ""))
    used = keys_of(RuleKind(kind)) if kind in tuple(RuleKind) else ()
    return key in EVERY_RULE or key in used or bool(rule.get(key))


def _control(key: Key, options: list[tuple[str, str]] | None) -> str:
    if key.kind in ("text", "maybe text"):
        return "text"
    if options is not None:
        return "boxes" if key.kind == "list of words" else "choice"
    return {"yes or no": "check", "number": "number", "days": "number", "date": "date"}.get(
        key.kind, "words"
    )


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(str(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{left}={right}" for left, right in value.items())
    return str(value)


def _title(group: Group, said: Mapping[str, Any]) -> str:
    names = ("code", "model", "product", "what", "colour", "kind")
    return next((str(said[name]) for name in names if isinstance(said.get(name), str)), "")


def id_of(name: str) -> str:
    """Return the id of the element that stands for a form path."""
    return "f-" + re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")


def where(spot: Spot | None) -> str:
    """Say which field, row or table an element is."""
    if isinstance(spot, Part):
        return f"{field_label(_plain(spot.name.rpartition('.')[0]))} ({spot.language})"
    if isinstance(spot, Field | Section):
        return spot.label
    return f"{field_label(_plain(spot.name))} {spot.number + 1}" if isinstance(spot, Row) else ""


def _plain(name: str) -> str:
    """Return a field's name without its row numbers: `products.variants.jan`."""
    return ".".join(part for part in name.split(".") if not part.isdecimal())
