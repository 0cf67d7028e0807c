"""`kaishu trace load`, `files`, `void`: link files come in, are listed, are taken back."""

from __future__ import annotations

import csv
import getpass
import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kaishu.cli._django import load, start
from kaishu.cli._progress import bars, json_option, no_progress_option

if TYPE_CHECKING:
    import polars as pl

    from kaishu.supply.capture.loading import BadEvent, Progress, Taken
    from kaishu.supply.links.actions import Loaded
    from kaishu.supply.models import Network

SHOWN = 20
THERE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("load")
@click.argument("paths", metavar="FILE…", nargs=-1, required=True, type=THERE)
@click.option("--network", default="", help="Its short name; not needed where there is only one.")
@click.option("--map", "mapping", type=THERE, help="What the columns mean, in TOML.")
@click.option("--act", default="", help="What each row did, where neither file nor mapping says.")
@click.option("--zone", default="", help="Where times without a zone were written: Asia/Tokyo.")
@click.option("--strict", is_flag=True, help="Keep nothing of a file in which one row is bad.")
@click.option("--dry-run", is_flag=True, help="Look at every row and keep nothing.")
@click.option("--bad", type=click.Path(dir_okay=False, path_type=Path), help="Bad rows as CSV.")
@json_option
@no_progress_option
def load_(
    *,
    paths: tuple[Path, ...],
    network: str,
    mapping: Path | None,
    act: str,
    zone: str,
    strict: bool,
    dry_run: bool,
    bad: Path | None,
    as_json: bool,
    no_progress: bool,
) -> None:
    """Load link files (CSV, XLSX or Parquet, one row a link), and EPCIS events of any number.

    EPCIS is a 2.0 document in JSON-LD, or a 1.2 document in XML. It is read event by event, so it
    may be larger than memory; a load that was killed goes on when it is started again. A link file
    whose columns are called parent, child, quantity, time, party, place needs no mapping, only
    --act: made, fitted, removed, packed, unpacked, seen_in, moved, ended. Bad rows and events are
    listed and the good ones kept; the same file a second time changes nothing.

    \b
    Example:  kaishu trace load issues.xlsx --map issues.toml --dry-run
    Example:  kaishu trace load events.json
    Exit codes: 0 loaded · 1 refused, or rows were bad (the good ones are kept without --strict)
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.links import actions
    from kaishu.supply.links.mapping import from_toml
    from kaishu.supply.network import graphs, queries

    there = queries.network(network)
    read = from_toml(mapping.read_text("utf-8"), act=act, zone=zone) if mapping else None
    found = 0
    several = graphs.loading(there.slug)  # no answer says "none" between two files
    with several, _Bad(bad) as rows, bars(hidden=no_progress) as progress:
        for path in paths:
            rows.path = path
            taken = _load_events(there, path, strict, dry_run, rows, progress)
            if taken is not None:
                found += taken.refused
                click.echo(_events_told(path, taken, dry_run, as_json))
                continue
            loaded = actions.load_file(
                network=there, path=path, mapping=read, act=act, zone=zone, strict=strict,
                dry_run=dry_run, by=f"server:{getpass.getuser()}", at=now(), note=rows.note,
                progress=progress,
            )  # fmt: skip
            found += loaded.bad
            click.echo(_as_json(path, loaded) if as_json else _told(path, loaded, dry_run))
    rows.show()
    raise SystemExit(1 if found else 0)


def _load_events(
    there: Network, path: Path, strict: bool, dry_run: bool, rows: _Bad, progress: Progress
) -> Taken | None:
    """Load a file that holds EPCIS events; None where it is another one."""
    from kaishu.base.clock import now
    from kaishu.supply.capture.loading import load_json
    from kaishu.supply.capture.streaming import is_json
    from kaishu.supply.capture12.actions import load_xml
    from kaishu.supply.capture12.reading import is_xml

    by, at = f"server:{getpass.getuser()}", now()
    if is_xml(path):
        return load_xml(
            network=there, path=path, dry_run=dry_run, by=by, at=at, note=rows.event,
            progress=progress,
        )  # fmt: skip
    if not is_json(path):
        return None
    return load_json(
        network=there, path=path, strict=strict, dry_run=dry_run, by=by, at=at, note=rows.event,
        progress=progress,
    )  # fmt: skip


def _events_told(path: Path, taken: Taken, dry_run: bool, as_json: bool) -> str:
    if as_json:
        return json.dumps({"file": path.name, **asdict(taken)})
    if dry_run:
        good = taken.events - taken.refused
        return f"{path.name}: {good:,} of {taken.events:,} events would be kept."
    return (
        f"{path.name}: {taken.events:,} events, {taken.kept:,} kept, "
        f"{taken.known:,} known already, {taken.refused:,} refused; {taken.names:,} names."
    )


@click.command("names")
@click.argument("paths", metavar="FILE…", nargs=-1, required=True, type=THERE)
@click.option("--network", default="", help="Its short name; not needed where there is only one.")
@click.option("--dry-run", is_flag=True, help="Look at every row and keep nothing.")
def names(*, paths: tuple[Path, ...], network: str, dry_run: bool) -> None:
    """Load what things and parties are called: CSV, XLSX or Parquet.

    Items have the columns item, name, kind (material, cell, pack, product, box), brand, model;
    partners code, name, role, country, party (its code in recall files), belongs_to. A row that is
    there already is put right.

    \b
    Example:  kaishu trace names items.csv partners.csv
    Exit codes: 0 loaded · 1 refused, or rows were bad (the good ones are kept)
    """
    start()
    from kaishu.supply.links.masters import load_names
    from kaishu.supply.network import queries

    there, found = queries.network(network), 0
    rows = _Bad(None)
    for path in paths:
        rows.path = path
        read = load_names(network=there, path=path, dry_run=dry_run, note=rows.note)
        found += read.bad
        kept = "would be kept" if dry_run else "kept"
        click.echo(f"{path.name}: {read.good:,} {read.what} {kept}, {read.bad:,} bad.")
    rows.show()
    raise SystemExit(1 if found else 0)


@click.command("files")
@click.option("--network", default="", help="Its short name; not needed where there is only one.")
def files(*, network: str) -> None:
    """List the link files of a network with their numbers."""
    load()
    from kaishu.supply.links.models import LinkFile
    from kaishu.supply.network import queries

    there = queries.network(network)
    for row in LinkFile.objects.filter(network=there).select_related("void"):
        void = f"  taken back: {row.void.reason}" if hasattr(row, "void") else ""
        click.echo(f"{row.pk:5}  {row.at:%Y-%m-%d}  {row.good:12,} rows  {row.name}{void}")


@click.command("void")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; it is kept with the file.")
def void(*, number: int, reason: str) -> None:
    """Take link file NUMBER back: its rows count no more from the next build on. It stays kept.

    \b
    Exit codes: 0 taken back, now or before · 1 refused, with the reason
    """
    start()
    from kaishu.base.clock import now
    from kaishu.supply.links import actions

    by = f"server:{getpass.getuser()}"
    file = actions.void_file(number=number, reason=reason, by=by, at=now())
    click.echo(f"{file.name} is taken back. kaishu trace build {file.network.slug}")


@dataclass(slots=True)
class _Bad:
    """Shows the first bad rows in words, and writes all of them to a file where one is named."""

    to: Path | None
    path: Path = Path()
    shown: list[tuple[str, int, str, str]] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    events: int = 0

    def __enter__(self) -> _Bad:
        if self.to is not None:
            self.to.write_text("file,row,sheet,code,value,why,next\n", "utf-8-sig")
        return self

    def __exit__(self, *_problem: object) -> None:
        """Nothing is open between two pieces."""

    def note(self, bad: pl.DataFrame) -> None:
        """Take a piece's bad rows."""
        if not len(bad):
            return
        self.reasons.update(dict(bad["code"].value_counts().iter_rows()))
        for row, _, code, value in bad.head(SHOWN - len(self.shown)).iter_rows():
            self.shown.append((self.path.name, row, code, value))
        if self.to is not None:
            with self.to.open("a", encoding="utf-8", newline="") as file:
                file.write(_with_words(bad, self.path.name).write_csv(include_header=False))

    def event(self, bad: BadEvent) -> None:
        """Take an event that was refused: the first in words, all of them in the file."""
        from kaishu.core.sentences import sentence

        said = sentence(bad.code, "en", bad.facts)
        self.reasons[bad.code] += 1
        self.events += 1
        if self.events <= SHOWN:
            where = f"{self.path.name} event {bad.number} (line {bad.line}) {bad.pointer}".rstrip()
            click.echo(f"{where}: {said.text} {said.next}".rstrip(), err=True)
        if self.to is not None:
            row = (
                self.path.name, bad.line, "", bad.code, bad.pointer, said.text, said.next,
            )  # fmt: skip
            with self.to.open("a", encoding="utf-8", newline="") as file:
                csv.writer(file).writerow(row)

    def show(self) -> None:
        """Print the first bad rows, and how many there are of each kind."""
        for name, row, code, value in self.shown:
            said = _sentence(code, value)
            click.echo(f"{name} row {row}: {said[0]} {said[1]}", err=True)
        more = self.reasons.total() - len(self.shown) - min(self.events, SHOWN)
        if more > 0:
            kinds = ", ".join(f"{code} {count:,}" for code, count in self.reasons.most_common())
            click.echo(f"… and {more:,} more bad rows ({kinds}); --bad FILE has all.", err=True)


def _with_words(bad: pl.DataFrame, name: str) -> pl.DataFrame:
    import polars as pl

    words = [_sentence(code, value) for _, _, code, value in bad.iter_rows()]
    return bad.select(
        pl.lit(name),
        "row",
        "sheet",
        "code",
        "value",
        pl.Series("why", [said for said, _ in words], pl.String),
        pl.Series("next", [following for _, following in words], pl.String),
    )


def _sentence(code: str, value: str) -> tuple[str, str]:
    from kaishu.core.sentences import sentence

    said = sentence(code, "en", {"value": value})
    return said.text, said.next


def _told(path: Path, loaded: Loaded, dry_run: bool) -> str:
    if loaded.before:
        return f"{path.name}: known already, as file {loaded.number}."
    kept = "would be kept" if dry_run else f"kept as file {loaded.number}"
    more = [
        f"{count:,} {words}"
        for count, words in (
            (loaded.bad, "bad"),
            (loaded.twice, "twice in it"),
            (loaded.known, "known from earlier files"),
        )
        if count
    ]
    told = f"{path.name}: {loaded.good:,} of {loaded.rows:,} rows {kept}"
    return f"{told} ({', '.join(more)})." if more else f"{told}."


def _as_json(path: Path, loaded: Loaded) -> str:
    return json.dumps({"file": path.name, **asdict(loaded)}, default=str)
