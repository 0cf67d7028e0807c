"""The files of a report: canonical JSON, PDF, XLSX and CSV, in the language of filing."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from kaishu.base.exports import csv_lines, plain
from kaishu.core.canonical import digest
from kaishu.core.progress import percent
from kaishu.core.recall import LANGUAGES
from kaishu.core.report import Rate, Report, Table
from kaishu.markets import load_market
from kaishu.markets.forms import Form, Mark
from kaishu.paper.report import Block, Grid, Item, Paper, report_pdf
from kaishu.reports import shown
from kaishu.reports.duties import zone_of_market
from kaishu.reports.filling import content_of
from kaishu.reports.shown import CATALOGUES, Shown

MEDIA = {
    "json": "application/json",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def make_files(form: Form, report: Report, *, at: datetime) -> dict[str, bytes]:
    """Return every file of a report by its kind; the same report and `at` give the same bytes."""
    return {
        "json": content_of(report),
        "pdf": pdf(form, report, at=at),
        "xlsx": xlsx(form, report, at=at),
        "csv": csv(form, report),
    }


def make_file(kind: str, form: Form, report: Report, *, at: datetime) -> bytes:
    """Return one file of a report. Raises KeyError for a kind that there is not."""
    makers: dict[str, Any] = {
        "json": lambda: content_of(report),
        "pdf": lambda: pdf(form, report, at=at),
        "xlsx": lambda: xlsx(form, report, at=at),
        "csv": lambda: csv(form, report),
    }
    made: bytes = makers[kind]()
    return made


def csv(form: Form, report: Report) -> bytes:
    """Return the report as flat rows."""
    language = form.language
    rows = (
        tuple(_flat_value(value) for value in row) for row in shown.flat(form, report, language)
    )
    return "".join(csv_lines(shown.flat_header(language), rows)).encode()


def xlsx(form: Form, report: Report, *, at: datetime) -> bytes:
    """Return the report as a workbook: one sheet with every value, one sheet for each table."""
    file, language = io.BytesIO(), form.language
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": form.title[language], "created": at.replace(tzinfo=None)})
        styles = {
            "bold": book.add_format({"bold": True}),
            "rate": book.add_format({"num_format": "0.0%"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        _sheet(
            book,
            "report",
            shown.flat_header(language),
            list(shown.flat(form, report, language)),
            styles,
        )
        for each in _tables(form, report, language):
            rows = [(name, *(cell.raw for cell in cells)) for name, cells in each.rows]
            _sheet(book, each.field.id, (each.label, *each.heads), rows, styles)
    return file.getvalue()


def pdf(form: Form, report: Report, *, at: datetime) -> bytes:
    """Return the report on paper, in the language of filing."""
    language = form.language
    with translation.override(CATALOGUES[language]), timezone.override(zone_of_market(form.market)):
        paper = Paper(
            language=language,
            title=form.title[language],
            to=_regulator(form, language),
            about=form.about[language],
            marks=_marks(),
            head=_head(form, report),
            footer=f"{form.id} {form.version} · {digest(report.plain())[:16]}",
            blocks=tuple(
                Block(
                    title=section.title,
                    items=tuple(_item(each) for each in section.fields),
                )
                for section in shown.sections(form, report, language)
            ),
        )
    return report_pdf(paper, at=at)


def _head(form: Form, report: Report) -> tuple[tuple[str, str], ...]:
    since = report.period.since
    subject = [(_("About"), report.subject)] if report.subject else []
    period = [(_("Period after"), _moment(since))] if since else []
    return (
        (_("As of"), _moment(report.as_of)),
        (_("As known at"), _moment(report.known_at)),
        *period,
        *subject,
        (_("Recall"), report.recall),
        (_("Edition"), str(report.edition)),
    )


def _marks() -> tuple[str, ...]:
    return (
        _("Fields without a mark were seen in the regulator's form or text."),
        "{}: {}".format(
            shown.mark_word(Mark.SECONDARY), _("others quote it; the form itself was not seen.")
        ),
        "{}: {}".format(
            shown.mark_word(Mark.UNVERIFIED), _("our own reading; ask the regulator before filing.")
        ),
    )


def _regulator(form: Form, language: str) -> str:
    found = {each.code: each.name[language] for each in load_market(form.market).regulators}
    assert language in LANGUAGES
    return found.get(form.regulator, form.regulator)


def _item(each: Shown) -> Item:
    if each.cell is not None:
        return Item(label=each.label, mark=each.mark, lines=tuple(each.cell.lines))
    return Item(
        label=each.label,
        mark=each.mark,
        grid=Grid(
            heads=each.heads,
            numbers=tuple(each.numbers.get(place, False) for place in range(len(each.heads))),
            rows=tuple((name, *(cell.text for cell in cells)) for name, cells in each.rows),
        ),
    )


def _tables(form: Form, report: Report, language: str) -> list[Shown]:
    return [
        each
        for section in shown.sections(form, report, language)
        for each in section.fields
        if isinstance(report.values[each.field.id], Table)
    ]


def _sheet(
    book: Any, name: str, header: tuple[str, ...], rows: list[Any], styles: dict[str, Any]
) -> None:
    sheet = book.add_worksheet(name[:31])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(header) - 1, 24)
    for column, head in enumerate(header):
        sheet.write_string(0, column, head, styles["bold"])
    for line, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write(sheet, line, column, value, styles)


def _write(sheet: Any, line: int, column: int, value: Any, styles: dict[str, Any]) -> None:
    if isinstance(value, Rate):
        text = percent(value.exact)
        if text:
            # as it is shown: a spreadsheet's own rounding would turn 99.96 % into 100.0 %
            sheet.write_number(line, column, float(Decimal(text) / 100), styles["rate"])
        return
    cell = plain(value)
    if isinstance(cell, str):
        sheet.write_string(line, column, cell)
    else:
        sheet.write_number(line, column, float(cell))


def _flat_value(value: Any) -> Any:
    return str(value) if isinstance(value, Rate) else value


def _moment(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M %Z")
