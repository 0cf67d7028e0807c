"""Try a whole file out: what each row would do, and what it would come to. Nothing is written."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from io import StringIO
from pathlib import Path

from kaishu.base import jobs
from kaishu.claims.imports.errors import RowTwice
from kaishu.claims.imports.models import ClaimImport
from kaishu.claims.imports.plan import CONTESTED, CREATED, Planned, pack_of, plan_row
from kaishu.claims.imports.table import stored_table
from kaishu.core.errors import Refusal
from kaishu.editions.imports.upload import store

TOLD_EVERY = 200


def check_file(
    source: ClaimImport, progress: jobs.Progress, *, today: date
) -> Mapping[str, object]:
    """Return the counts of a try-out; the result of every row is stored beside it."""
    pack = pack_of(source)
    table = stored_table(source.file, source.encoding)
    seen = _Seen()
    counts: Counter[str] = Counter()
    with tempfile.NamedTemporaryFile("w+", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for done, (number, _cells) in enumerate(table.rows, start=1):
            try:
                planned = plan_row(source, number, pack, today=today)
                did = seen.look(planned)
            except Refusal as refusal:
                counts["refused"] += 1
                writer.writerow([number, "refused", refusal.code, "", _packed(refusal.facts)])
            else:
                counts[did] += 1
                _count(counts, planned, did)
                code = "import_contested" if did == CONTESTED else planned.doubt
                writer.writerow([number, did, code, planned.serial, _packed(planned.facts)])
            if done % TOLD_EVERY == 0:
                progress(done, len(table.rows))
        file.flush()
        report = store().put(Path(file.name).read_bytes())
    return {"rows": len(table.rows), **counts, "report": report, "mapped": source.mapped}


def report_rows(
    result: Mapping[str, object],
) -> Iterator[tuple[int, str, str, str, dict[str, str]]]:
    """Yield (row, what it would do, reason code, serial, facts) of a try-out."""
    name = str(result.get("report", ""))
    if not name:
        return
    for row, did, code, serial, facts in csv.reader(
        StringIO(store().get(name).decode(), newline="")
    ):
        pairs = dict(pair.split("=", 1) for pair in facts.splitlines() if "=" in pair)
        yield int(row), did, code, serial, pairs


class _Seen:
    """What earlier rows of the same file will have brought in."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._serials: set[str] = set()

    def look(self, planned: Planned) -> str:
        """Return what the row would do after those before it. Raises RowTwice."""
        if planned.key in self._keys:
            raise RowTwice(reference=planned.row.reference)
        self._keys.add(planned.key)
        named = planned.serial if planned.verdict == "affected" else ""
        if planned.did == CREATED and named in self._serials:
            if planned.row.settled:
                raise RowTwice(reference=planned.serial)
            return CONTESTED
        if planned.did == CREATED and named:
            self._serials.add(named)
        return planned.did


def _count(counts: Counter[str], planned: Planned, did: str) -> None:
    if did != CREATED:
        return
    row = planned.row
    counts["approved"] += planned.approves
    counts["collected"] += row.collected
    counts["disposed"] += row.disposed_on is not None
    if row.paid:
        counts["paid"] += 1
        counts[f"paid:{planned.commodity}"] += planned.amount
    elif planned.approves:
        counts[f"owed:{planned.commodity}"] += planned.amount


def _packed(facts: Mapping[str, str]) -> str:
    return "\n".join(f"{name}={' '.join(str(value).split())}" for name, value in facts.items())
