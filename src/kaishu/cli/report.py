"""`kaishu report`: fill a form for a regulator, file it, run a filed one again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaishu.cli._django import start

if TYPE_CHECKING:
    from kaishu.core.report import Report
    from kaishu.markets.forms import Form

FORMATS = ("json", "pdf", "xlsx", "csv")
MINUTE = timedelta(minutes=1)


@click.command()
@click.argument("recall")
@click.argument("form", required=False)
@click.option("--subject", default="", help="The due date or incident; default: the next date.")
@click.option("--as-of", "as_of", help="Day (2026-01-07, its end in the market) or ISO time.")
@click.option("--known-at", help="ISO time with zone; default: a minute ago.")
@click.option("--format", "kind", type=click.Choice(FORMATS), help="Write this file to --to.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Where to write it.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as canonical JSON.")
@click.option("--file", "file_it", is_flag=True, help="File it: freeze figures and files.")
@click.option("--by", default="", help="Who files: a name for the record.")
@click.option("--verify", "filed_id", type=int, help="Run a filed report again and compare.")
def report(
    *,
    recall: str,
    form: str | None,
    subject: str,
    as_of: str | None,
    known_at: str | None,
    kind: str | None,
    to: Path | None,
    as_json: bool,
    file_it: bool,
    by: str,
    filed_id: int | None,
) -> None:
    """Fill FORM of RECALL from the books, as of one moment and as known at another.

    Without FORM the forms of the recall's market and what is due are listed. What the system
    cannot know is typed on the page of the report; here it is taken as it was typed.
    Exit code 1: refused, or a filed report no longer comes out as it was filed.
    """
    start()
    if filed_id is not None:
        _verify(recall, filed_id)
        return
    if form is None:
        _list(recall)
        return
    if file_it and not by:
        raise click.UsageError("--file needs --by: who files?")
    if kind and to is None and not file_it:
        raise click.UsageError("--format needs --to: where should the file go?")
    at, known, filled = _fill(recall, form, subject, (as_of, known_at), draft=not file_it)
    if file_it:
        _file(known, filled, by=by, at=at)
    elif as_json:
        click.echo(_json(filled))
    else:
        _show(known, filled)
    if kind and to is not None:
        from kaishu.reports.files import make_file

        to.write_bytes(make_file(kind, known, filled, at=at))
        click.echo(f"Wrote {to}", err=True)


def _fill(
    recall: str, name: str, subject: str, clocks: tuple[str | None, str | None], *, draft: bool
) -> tuple[datetime, Form, Report]:
    from kaishu.base.clock import now
    from kaishu.editions.queries import recall_row
    from kaishu.reports import duties, filling, typed

    at = now()
    form = filling.form_for(recall_row(recall).market, name)
    about = subject or duties.next_subject(form, recall, at=at)
    filled = filling.fill(
        form=form,
        slug=recall,
        subject=about,
        as_of=_as_of(clocks[0], form, at),
        known_at=_known_at(clocks[1], at),
        at=at,
        texts=typed.answers(form=form, slug=recall, subject=about),
        draft=draft,
    )
    return at, form, filled


def _json(filled: Report) -> str:
    from kaishu.reports import filling

    return filling.content_of(filled).decode()


def _as_of(text: str | None, form: Form, at: datetime) -> datetime:
    from datetime import date

    from kaishu.reports.duties import zone_of_market
    from kaishu.reports.facts import end_of_day

    zone = zone_of_market(form.market)
    try:
        if text and len(text) > len("2026-01-07"):
            return _with_zone(datetime.fromisoformat(text))
        day = date.fromisoformat(text) if text else at.astimezone(zone).date()
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--as-of") from None
    return end_of_day(day, zone)


def _known_at(text: str | None, at: datetime) -> datetime:
    if not text:
        return at.replace(second=0, microsecond=0) - MINUTE
    try:
        return _with_zone(datetime.fromisoformat(text))
    except ValueError as wrong:
        raise click.BadParameter(str(wrong), param_hint="--known-at") from None


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} needs a time zone, like +09:00")
    return moment


def _file(form: Form, filled: Report, *, by: str, at: datetime) -> None:
    from kaishu.reports import filing

    row = filing.file(
        form=form,
        slug=filled.recall,
        subject=filled.subject,
        as_of=filled.as_of,
        known_at=filled.known_at,
        addressee=form.regulator,
        reference="",
        key=f"cli:{by}:{form.id}:{filled.subject}:{at.isoformat()}",
        by=by,
        at=at,
    )
    click.echo(f"Filed as no. {row.id}: {form.id} {filled.subject}".rstrip())
    click.echo(f"SHA-256 {row.sha256}")


def _show(form: Form, filled: Report) -> None:
    from kaishu.reports.shown import sections

    click.echo(f"{form.title['en']} ({form.regulator})")
    click.echo(f"As of {filled.as_of.isoformat()}, as known at {filled.known_at.isoformat()}")
    for section in sections(form, filled, "en"):
        click.echo(f"\n{section.title}")
        for each in section.fields:
            mark = f" [{each.mark}]" if each.mark else ""
            if each.cell is not None:
                click.echo(f"  {each.label}{mark}: {each.cell.text}")
                continue
            click.echo(f"  {each.label}{mark}:")
            for name, cells in each.rows:
                pairs = zip(each.heads, cells, strict=True)
                click.echo(f"    {name}: " + ", ".join(f"{h} {c.text}" for h, c in pairs))


def _list(recall: str) -> None:
    from kaishu.base.clock import now
    from kaishu.editions.queries import recall_row
    from kaishu.markets.forms import forms_of
    from kaishu.reports.duties import calendar

    at = now()
    for form in forms_of(recall_row(recall).market.lower()):
        click.echo(f"{form.id:16}{form.title['en']} ({form.regulator})")
    click.echo("")
    for due in calendar(recall, at=at):
        stand = "filed" if due.filed else "LATE" if due.late(at) else "open"
        click.echo(f"{due.day or '-'!s:12}{stand:7}{due.name}  to {due.addressee}")


def _verify(recall: str, filed_id: int) -> None:
    from kaishu.base.clock import now
    from kaishu.reports import filing

    row = filing.filed(filed_id, slug=recall)
    checked = filing.verify(row, at=now())
    if checked.holds:
        click.echo(f"Equal: no. {row.id} comes out as it was filed. SHA-256 {row.sha256}")
        return
    click.echo(f"NOT EQUAL: no. {row.id}, filed {row.at.isoformat()}", err=True)
    if not checked.files_whole:
        click.echo("A stored file is not what was filed.", err=True)
    was, again = json.loads(row.content)["values"], json.loads(checked.again)["values"]
    for name in sorted(was.keys() | again.keys()):
        if was.get(name) != again.get(name):
            click.echo(f"  {name}: filed {was.get(name)}, now {again.get(name)}", err=True)
    raise SystemExit(1)
