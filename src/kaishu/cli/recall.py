"""`kaishu recall`: check, compare and publish a recall folder."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kaishu.cli._django import load as load_django
from kaishu.cli._django import start
from kaishu.core.recall import LANGUAGES
from kaishu.editions.figures import count
from kaishu.editions.problems import Problem
from kaishu.editions.recall_file import Loaded, count_rows, load

if TYPE_CHECKING:
    from kaishu.core.pack import Pack

SHOWN_EACH = 20
FOLDER = click.argument("path", type=click.Path(exists=True, path_type=Path))


@click.group()
def recall() -> None:
    """Check, compare and publish recall folders."""


@recall.command()
@FOLDER
@click.option("--json", "as_json", is_flag=True, help="Write the result as JSON.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="Language of the problems.",
)
def check(*, path: Path, as_json: bool, language: str) -> None:
    """Check a recall folder without publishing anything. Exit code 1 if it has errors."""
    loaded = _load(path, quiet=as_json)
    if as_json:
        click.echo(json.dumps(_as_json(loaded, language), ensure_ascii=False, indent=2))
    else:
        _show_counts(loaded)
        _show_problems(loaded, language)
    if loaded.errors:
        raise SystemExit(1)


@recall.command()
@FOLDER
def diff(*, path: Path) -> None:
    """Show what publishing a recall folder would change against the current edition."""
    start()
    from kaishu.editions import queries

    loaded = _load(path)
    if loaded.recall is None:
        _show_problems(loaded, "en")
        raise SystemExit(1)
    newest = queries.current_edition(loaded.recall.slug)
    if newest is None:
        click.echo(f"{loaded.recall.slug} is not published yet: everything is new.")
        _show_counts(loaded)
        return
    click.echo(f"Against edition {newest.number}, published {newest.published_at:%Y-%m-%d}:")
    _show_changes(loaded, queries.pack_for(newest))


@recall.command()
@FOLDER
@click.option("--by", required=True, help="Who publishes: a name for the record.")
@click.option(
    "--alone",
    metavar="REASON",
    default="",
    help="Why no second person looks at it first. Needed outside development; kept for good.",
)
def publish(*, path: Path, by: str, alone: str) -> None:
    """Publish a recall folder as the next edition and open its population in the books.

    This publishes ALONE: nobody else looks at it first. On a real system, upload the folder as a
    draft in the console and let a second manager publish it; this command is for development, and
    for the day on which the console cannot be reached.
    """
    start()
    from kaishu.claims.population import open_population
    from kaishu.editions import actions, queries

    loaded = _load(path)
    if loaded.problems:
        _show_problems(loaded, "en")
    before = queries.current_edition(loaded.recall.slug) if loaded.recall else None
    at = datetime.now(UTC)
    edition = actions.publish_alone(loaded=loaded, why=alone, by=by, at=at)
    assert loaded.recall is not None
    entries = open_population(recall_row=edition.recall, recall=loaded.recall, by=by, at=at)
    if before is not None and before.id == edition.id:
        click.echo(f"Nothing changed: edition {edition.number} already says this.")
    else:
        click.echo(f"Published edition {edition.number} of {loaded.recall.slug}.")
    click.echo(f"Digest {edition.digest}")
    _show_counts(loaded)
    click.echo(f"Books: {len(entries)} population entries posted.")


@recall.command()
@click.argument("slug")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write. [default: SLUG.kaishu]",
)
def pack(*, slug: str, out: Path | None) -> None:
    """Write the published edition as one signed file, to check units without this system.

    Whoever gets it runs `kaishu check LIST --pack FILE --trust KEY`. It holds the serial lists:
    hand it only to whom the recall lets see them.
    """
    load_django()
    from kaishu.core import pack_file, signing
    from kaishu.core.receipts import fingerprint
    from kaishu.editions import keys, queries

    opened = queries.current_pack(slug)
    signer = keys.signer()
    signing.add(opened.path, signer)
    target = out or Path(f"{slug}.kaishu")
    pack_file.wrap(opened, target)
    size = target.stat().st_size / 1_000_000
    click.echo(f"{target}: {slug} edition {opened.ref.number}, {size:,.1f} MB, signed by")
    click.echo(f"  key   {signer.public.hex()}")
    click.echo(f"  print {fingerprint(signer.public)}")


def _load(path: Path, *, quiet: bool = False) -> Loaded:
    with _progress(path, quiet) as advance:
        return load(path, progress=advance)


@contextmanager
def _progress(path: Path, quiet: bool) -> Iterator[Any]:
    rows = count_rows(path)
    if quiet or not rows:
        yield None
        return
    with click.progressbar(length=rows, label="Reading serial lists") as bar:
        yield bar.update


def _show_counts(loaded: Loaded) -> None:
    figures = count(loaded)
    if not figures:
        return
    click.echo(f"{'Model':<10}{'Units':>12}")
    for model, units in figures["products"].items():
        click.echo(f"{model:<10}{units:>12,}")
    click.echo(f"{'Total':<10}{figures['units']:>12,}")
    for rule in figures["rules"]:
        serials = "" if rule["serials"] is None else f", {rule['serials']:,} serials"
        click.echo(f"Rule {rule['no']}: {rule['product']} by {rule['kind']}{serials}")
    places = ", ".join(f"{name} {units:,}" for name, units in figures["population"].items())
    click.echo(f"Population: {places}")


def _show_problems(loaded: Loaded, language: str) -> None:
    """Show problems as `file:line: severity [code] sentence`; many alike are cut short."""
    alike: Counter[tuple[str, str]] = Counter()
    for found in loaded.problems:
        alike[found.file, found.code] += 1
        if alike[found.file, found.code] <= SHOWN_EACH:
            click.echo(
                f"{found.file}:{found.line}: {found.severity.value} [{found.code}] "
                f"{found.say(language)}"
            )
    for (file, code), number in alike.items():
        if number > SHOWN_EACH:
            click.echo(f"{file}: … and {number - SHOWN_EACH} more [{code}]")
    click.echo(f"{len(loaded.errors)} errors, {len(loaded.warnings)} warnings.")


def _show_changes(loaded: Loaded, pack: Pack) -> None:
    from kaishu.editions import compare

    fields = compare.field_changes(loaded, pack)
    pictures = compare.picture_changes(loaded, pack)
    rules = [r for r in compare.rule_changes(loaded, pack) if r.added or r.removed]
    for change in fields:
        click.echo(f"  {change.path}: {_or_nothing(change.was)} → {_or_nothing(change.now)}")
    for name in pictures:
        click.echo(f"  picture {name} differs")
    for rule in rules:
        click.echo(
            f"  rule {rule.rule} ({rule.product}): {rule.was:,} → {rule.now:,} serials, "
            f"{rule.added:,} added, {rule.removed:,} removed"
        )
    if not (fields or pictures or rules):
        click.echo("  Nothing changed.")


def _or_nothing(value: str | None) -> str:
    return "(nothing)" if value is None else value


def _as_json(loaded: Loaded, language: str) -> dict[str, Any]:
    return {
        "ok": not loaded.errors,
        "counts": count(loaded),
        "problems": [_problem_as_json(found, language) for found in loaded.problems],
    }


def _problem_as_json(found: Problem, language: str) -> dict[str, Any]:
    return {
        "file": found.file,
        "line": found.line,
        "severity": found.severity.value,
        "code": found.code,
        "message": found.say(language),
        "facts": dict(found.facts),
    }
