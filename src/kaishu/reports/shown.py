"""A report in the words and figures of its language, for paper, spreadsheets and pages alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_precision
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kaishu.core.report import Money, Rate, Report, Table, Value
from kaishu.markets.forms import Column, Field, Form, Kind, Mark

LOCALES = {"ja": "ja_JP", "zh-Hans": "zh_Hans_CN", "en": "en_US"}
CATALOGUES = {"ja": "ja", "zh-Hans": "zh-hans", "en": "en"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One shown value: its text, what a spreadsheet holds, and the rows behind it."""

    text: str
    raw: Any
    rows: str = ""

    @property
    def number(self) -> bool:
        """Say whether it is a number, which stands on the right."""
        return isinstance(self.raw, int | Rate)

    @property
    def lines(self) -> list[str]:
        """Return the text line by line."""
        return self.text.split("\n")


@dataclass(frozen=True, slots=True)
class Shown:
    """One field as it is shown: a cell, or a table of them with heads."""

    field: Field
    label: str
    mark: str
    cell: Cell | None
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, tuple[Cell, ...]], ...] = ()

    @property
    def numbers(self) -> dict[int, bool]:
        """Say of each column whether it holds numbers."""
        first = self.rows[0][1] if self.rows else ()
        return {place: cell.number for place, cell in enumerate(first)}

    @property
    def named(self) -> dict[int, str]:
        """Return the head of each column by its place, for the cells of a folded table."""
        return dict(enumerate(self.heads))


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A block of the report with its title."""

    id: str
    title: str
    fields: tuple[Shown, ...]


def sections(form: Form, report: Report, language: str) -> tuple[ShownSection, ...]:
    """Return the whole report in a language, section by section."""
    with translation.override(CATALOGUES[language]):
        return tuple(
            ShownSection(
                section.id,
                section.title[language],
                tuple(_shown(field, report, language) for field in section.fields),
            )
            for section in form.sections
        )


def mark_word(mark: Mark) -> str:
    """Say how sure we are of a field; nothing where it was verified."""
    return {
        Mark.VERIFIED: "",
        Mark.SECONDARY: pgettext("mark", "from others"),
        Mark.UNVERIFIED: pgettext("mark", "not verified"),
    }[mark]


def flat(
    form: Form, report: Report, language: str
) -> Iterator[tuple[str, str, str, str, Any, str]]:
    """Yield the report as rows: section, field, row, column, value, how sure we are."""
    for section in sections(form, report, language):
        for each in section.fields:
            if each.cell is not None:
                yield section.title, each.label, "", "", each.cell.raw, each.mark
            for name, cells in each.rows:
                for head, cell in zip(each.heads, cells, strict=True):
                    yield section.title, each.label, name, head, cell.raw, each.mark


def flat_header(language: str) -> tuple[str, ...]:
    """Return the heads of the flat rows."""
    with translation.override(CATALOGUES[language]):
        return (_("Section"), _("Field"), _("Row"), _("Column"), _("Value"), _("How sure"))


def _shown(field: Field, report: Report, language: str) -> Shown:
    found = report.values[field.id]
    label, mark = field.label[language], mark_word(field.mark)
    if isinstance(found, Table):
        names = {row.id: row.label[language] for row in field.rows}
        return Shown(
            field,
            label,
            mark,
            None,
            tuple(column.label[language] for column in field.columns),
            tuple(
                (
                    names.get(row.id, row.id),
                    tuple(_in_column(row.cells, column, language) for column in field.columns),
                )
                for row in found.rows
            ),
        )
    return Shown(field, label, mark, cell(found, language))


def _in_column(cells: Mapping[str, Value], column: Column, language: str) -> Cell:
    return cell(cells[column.id], language)


def cell(value: Value, language: str) -> Cell:
    """Return one value as a cell; the language's catalogue is in force."""
    of, locale = value.of, LOCALES[language]
    if of is None:
        return Cell("-", "", value.rows)
    if isinstance(of, bool):
        word = pgettext("report", "yes") if of else pgettext("report", "no")
        return Cell(word, word, value.rows)
    if isinstance(of, int):
        return Cell(str(format_decimal(of, locale=locale)), of, value.rows)
    if isinstance(of, Rate):
        return Cell(str(of), of, value.rows)
    if isinstance(of, Money):
        amount = of.amount / 10 ** get_currency_precision(of.currency)
        text = str(format_currency(amount, of.currency, locale=locale))
        return Cell(text, text, value.rows)
    if isinstance(of, date):
        return Cell(str(format_date(of, "long", locale=locale)), of, value.rows)
    text = "\n".join(of) if isinstance(of, tuple) else of
    return Cell(text or "-", text, value.rows)


def wide(field: Field) -> bool:
    """Say whether a field takes the whole width of a page."""
    return field.kind in (Kind.TABLE, Kind.LINES)
