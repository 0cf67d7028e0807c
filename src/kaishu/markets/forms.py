"""Read the forms that a market's regulator wants: which fields, in which order, from where.

A form is data. Each field says where its value comes from and how sure we are that the regulator
asks for it: `verified` (seen in the form or in the authority's text), `secondary` (others quote
it) or `unverified` (our own reading). Nothing unverified is written as if it were law, and the
page and the paper show the mark.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from kaishu.core.errors import Refusal
from kaishu.core.progress import DoneRule
from kaishu.core.recall import LANGUAGES, Text
from kaishu.core.report import Comparison, EndRule
from kaishu.markets.market import CODES, FOLDER


class FormUnknown(Refusal):
    """There is no such form."""

    code = "form_unknown"


class FormDataWrong(Exception):
    """A form's file is not whole."""

    code = "form_data_wrong"


class Mark(StrEnum):
    """How sure we are that the regulator asks for this."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"


class Kind(StrEnum):
    """What a value is: it decides how it is typed, shown and exported."""

    TEXT = "text"
    LINES = "lines"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    RATE = "rate"
    MONEY = "money"
    TABLE = "table"


class Origin(StrEnum):
    """Where a value comes from."""

    EDITION = "edition"
    BOOKS = "books"
    INCIDENTS = "incidents"
    CLAIMS = "claims"
    NOTICES = "notices"
    ACTIONS = "actions"
    COMPUTED = "computed"
    TYPED = "typed"


class Subject(StrEnum):
    """What one report is about: the recall once, one due date of a series, or one incident."""

    ONCE = "once"
    DUE = "due"
    INCIDENT = "incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table, or one of its fixed rows: an id and what people read."""

    id: str
    label: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `carries`: what was typed last time stands there again in the next report."""

    id: str
    label: Text
    kind: Kind
    origin: Origin
    mark: Mark
    basis: str
    carries: bool = False
    columns: tuple[Column, ...] = ()
    rows: tuple[Column, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A block of a form, with its fields in order."""

    id: str
    title: Text
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One form. `version` goes up whenever its fields change, and is kept with what was filed.

    `stock_rule` counts units of dealers, who are promised nothing, where it differs from
    `done_rule`. `about` says in words what is unverified of the form as a whole.
    """

    id: str
    market: str
    version: int
    regulator: str
    language: str
    title: Text
    about: Text
    subject: Subject
    cadence: str
    done_rule: DoneRule
    stock_rule: DoneRule
    sections: tuple[Section, ...]
    sources: dict[str, str]
    end: EndRule | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return every field, in order."""
        return tuple(field for section in self.sections for field in section.fields)

    def field(self, name: str) -> Field:
        """Return a field by its id; raise KeyError."""
        return {field.id: field for field in self.fields}[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """When reports of a form are due, counted from the start of the recall.

    `every_months`: months between them in the first year, then from the second on; None where the
    series is another. `first_of_month`: by the 1st of each month. `days`: once, so many days after
    the start, in `counting` days. No number at all: once, before the start.
    """

    code: str
    form: str
    addressee: str
    every_months: tuple[int, int] | None
    first_of_month: bool
    days: int | None
    counting: str
    starts: str
    mark: Mark
    basis: str
    article: str
    source: str
    from_date: date


@cache
def forms_of(market: str) -> tuple[Form, ...]:
    """Return the forms of a market in the order of their files; none where there are none."""
    if market not in CODES:
        return ()
    return tuple(_form(path) for path in sorted((FOLDER / market / "forms").glob("*.toml")))


def load_form(name: str) -> Form:
    """Return the form of this id; raise FormUnknown."""
    for market in CODES:
        for form in forms_of(market):
            if form.id == name:
                return form
    raise FormUnknown(form=name)


@cache
def cadences_of(market: str) -> tuple[Cadence, ...]:
    """Return when a market's reports are due, from its deadlines.toml."""
    path = FOLDER / market / "deadlines.toml"
    if market not in CODES or not path.is_file():
        return ()
    rows = tomllib.loads(path.read_text(encoding="utf-8")).get("cadences", [])
    return tuple(_cadence(row) for row in rows)


def cadence_of(form: Form) -> Cadence | None:
    """Return the series that a form is due in; None where it is filed when it is needed."""
    for cadence in cadences_of(form.market):
        if cadence.code == form.cadence:
            return cadence
    return None


def _form(path: Path) -> Form:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    rule = DoneRule(data["done_rule"])
    form = Form(
        id=data["id"],
        market=path.parent.parent.name,
        version=data["version"],
        regulator=data["regulator"],
        language=data["language"],
        title=_text(path, data["title"]),
        about=_text(path, data["about"]),
        subject=Subject(data["subject"]),
        cadence=data.get("cadence", ""),
        done_rule=rule,
        stock_rule=DoneRule(data.get("stock_rule", rule)),
        sections=tuple(
            Section(
                id=row["id"],
                title=_text(path, row["title"]),
                fields=tuple(_field(path, each) for each in row["fields"]),
            )
            for row in data["sections"]
        ),
        sources=data["sources"],
        end=_end(data.get("end")),
    )
    names = [field.id for field in form.fields]
    unknown = {field.basis for field in form.fields} - form.sources.keys()
    if form.id != path.stem or len(names) != len(set(names)) or unknown:
        raise FormDataWrong(f"{path.name}: id, a field's id or a source key is wrong {unknown}")
    return form


def _field(path: Path, row: dict[str, Any]) -> Field:
    return Field(
        id=row["id"],
        label=_text(path, row["label"]),
        kind=Kind(row["kind"]),
        origin=Origin(row["origin"]),
        mark=Mark(row["mark"]),
        basis=row["basis"],
        carries=row.get("carries", False),
        columns=_columns(path, row.get("columns", [])),
        rows=_columns(path, row.get("rows", [])),
    )


def _columns(path: Path, rows: list[dict[str, Any]]) -> tuple[Column, ...]:
    return tuple(Column(id=row["id"], label=_text(path, row["label"])) for row in rows)


def _text(path: Path, raw: dict[str, str]) -> Text:
    if set(raw) != set(LANGUAGES) or not all(raw.values()):
        raise FormDataWrong(f"{path.name}: a text is not in three languages: {raw}")
    return raw


def _end(row: dict[str, Any] | None) -> EndRule | None:
    if row is None:
        return None
    return EndRule(
        years_without_accident=row["years_without_accident"],
        percent=row["percent"],
        comparison=Comparison(row["comparison"]),
        plateau_years=row["plateau_years"],
        plateau_points=row["plateau_points"],
    )


def _cadence(row: dict[str, Any]) -> Cadence:
    months = row.get("every_months")
    return Cadence(
        code=row["code"],
        form=row["form"],
        addressee=row["addressee"],
        every_months=(months[0], months[1]) if months else None,
        first_of_month=row.get("first_of_month", False),
        days=row.get("days"),
        counting=row.get("counting", "calendar_days"),
        starts=row["starts"],
        mark=Mark(row["mark"]),
        basis=row["basis"],
        article=row["article"],
        source=row["source"],
        from_date=row["from"],
    )
