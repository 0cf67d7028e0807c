"""Take a serial list for a recall draft: keep the file, read it in the worker, attach what is good.

A list with bad rows is not attached by itself: a unit that is left out would be told that it is
safe. A person sees the rows first, and may then attach the list without them.
"""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from io import StringIO
from pathlib import Path

from django.conf import settings

from kaishu.base import jobs
from kaishu.base.storage import FolderStore, Store
from kaishu.core.canonical import digest
from kaishu.core.recall import SerialFormat
from kaishu.editions.drafting import actions as drafting
from kaishu.editions.drafting import folders, judging, queries
from kaishu.editions.imports.errors import BadRowsDiffer, FormatUnknown
from kaishu.editions.imports.pieces import BadRow, Choice
from kaishu.editions.imports.reader import ListRead, open_list, read_serials
from kaishu.editions.lists import in_batches

KIND = "serial_list"
HEADER = b"serial\n"
PROGRESS_EVERY = 1 << 17


def store() -> Store:
    """Return the place that keeps what people brought, and what was wrong with it."""
    return FolderStore(settings.KAISHU_DATA_DIR / "imports")


def formats_of(draft_id: int) -> tuple[SerialFormat, ...]:
    """Return the serial formats that a draft names. Raises DraftNotFound."""
    recall = judging.load(queries.newest(queries.draft(draft_id))).recall
    return recall.formats if recall else ()


def list_upload(
    *,
    draft_id: int,
    content: bytes,
    name: str,
    form: str,
    choice: Choice,
    by: str,
    at: datetime,
) -> jobs.JobView:
    """Keep a file and start reading it. The same file for the same place is the same job.

    `name` is what the list is called in the draft, `form` the code of its serial format. Raises
    DraftNotFound, FormatUnknown, FileNameWrong.
    """
    _format(draft_id, form)
    facts: dict[str, str | int] = {
        "draft": draft_id,
        "name": folders.named(f"{Path(name).stem}.csv"),
        "form": form,
        "column": choice.column,
        "sheet": choice.sheet,
        "encoding": choice.encoding,
        "sha256": hashlib.sha256(content).hexdigest(),
        "without": 0,
    }
    key = f"list:{digest(facts)[:40]}"
    known = next(
        (job for job in jobs.recent(kinds=(KIND,)) if (job.key, job.by) == (key, by)), None
    )
    return known or jobs.start(
        kind=KIND, key=key, by=by, at=at, facts=facts, file=store().put(content)
    )


def attach_without(*, job_id: int, bad: int, by: str, at: datetime) -> jobs.JobView:
    """Attach a list without its bad rows, whose number the person has typed.

    Raises JobNotFound, and BadRowsDiffer where it is another number.
    """
    job = jobs.job_view(job_id)
    if job.kind != KIND or not bad or job.result.get("bad") != bad:
        raise BadRowsDiffer(bad=job.result.get("bad", 0))
    facts = {**job.facts, "without": bad}
    key = f"list:{digest(facts)[:40]}"
    return jobs.start(kind=KIND, key=key, by=by, at=at, facts=facts, file=job.file)


def read_upload(job: jobs.JobView, progress: jobs.Progress, at: datetime) -> Mapping[str, object]:
    """Read the stored file; attach the list to its draft where no row is bad, or as agreed."""
    facts = job.facts
    choice = Choice(
        column=str(facts["column"]), sheet=str(facts["sheet"]), encoding=str(facts["encoding"])
    )
    with _on_disk(job.file) as path, _Report() as report:
        source = open_list(path, choice)
        told = _Told(progress, source.about)
        read = read_serials(
            source=source,
            form=_format(int(facts["draft"]), str(facts["form"])),
            note=report.note,
            progress=told,
        )
        agreed = read.bad == 0 or read.bad == facts["without"]
        if agreed and len(read.serials):
            _attach(job, read, at)
        return {
            "rows": read.rows,
            "serials": len(read.serials),
            "bad": read.bad,
            "twice": read.twice,
            "attached": int(agreed and len(read.serials) > 0),
            "column": read.column,
            "unread_sheets": ", ".join(read.unread),
            "report": report.stored(),
        }


def report_rows(job: jobs.JobView) -> Iterator[list[str]]:
    """Yield (sheet, row, code, text, facts as name=value pairs) of every row that was left out."""
    name = str(job.result.get("report", ""))
    if name:
        yield from csv.reader(StringIO(store().get(name).decode(), newline=""))


def _attach(job: jobs.JobView, read: ListRead, at: datetime) -> None:
    """Put the list beside the recall file; a job that runs again finds it there."""
    content = bytearray(HEADER)
    for batch in in_batches(read.serials):
        content += b"\n".join(batch) + b"\n"
    name = str(job.facts["name"])
    draft = queries.draft(int(job.facts["draft"]))
    there = queries.newest(draft).files.get(name)
    if there is None or there["sha256"] != hashlib.sha256(content).hexdigest():
        drafting.add_files(
            draft_id=draft.id, uploads={Path(name).name: bytes(content)}, by=job.by, at=at
        )


def _format(draft_id: int, code: str) -> SerialFormat:
    found = next((form for form in formats_of(draft_id) if form.code == code), None)
    if found is None:
        raise FormatUnknown(form=code)
    return found


@contextmanager
def _on_disk(name: str) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="kaishu-list-") as file:
        file.write(store().get(name))
        file.flush()
        yield Path(file.name)


class _Told:
    """Passes progress on now and then; it also says that the worker is alive."""

    def __init__(self, progress: jobs.Progress, about: int) -> None:
        self._progress = progress
        self._about = about
        self._done = 0
        progress(0, about)

    def __call__(self, rows: int) -> None:
        self._done += rows
        self._progress(self._done, max(self._about, self._done))


class _Report:
    """Writes every bad row to a file as it is found, so that a million of them need no memory."""

    def __enter__(self) -> _Report:
        self._file = tempfile.NamedTemporaryFile("w+", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file)
        self._count = 0
        return self

    def __exit__(self, *_problem: object) -> None:
        self._file.close()

    def note(self, row: BadRow) -> None:
        facts = "\n".join(f"{name}={value}" for name, value in row.facts.items())
        self._writer.writerow([row.sheet, row.row, row.code, row.text, facts])
        self._count += 1

    def stored(self) -> str:
        """Keep the file and return its name; "" where no row was bad."""
        if not self._count:
            return ""
        self._file.flush()
        return store().put(Path(self._file.name).read_bytes())


SERIAL_LIST = jobs.JobKind(name=KIND, run_whole=read_upload)
