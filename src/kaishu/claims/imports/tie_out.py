"""Show that an import adds up: every row accounted for, and the books moved by just these rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Sum

from kaishu.base import jobs
from kaishu.base.clock import now
from kaishu.books.models import PromiseMoveRow, UnitMoveRow
from kaishu.books.queries import trial_balance
from kaishu.claims.imports.models import ClaimImport
from kaishu.claims.imports.plan import ALREADY, CONTESTED, CREATED
from kaishu.core.accounts import PROMISE_ACCOUNTS, UNIT_ACCOUNTS
from kaishu.core.tally import Tally, tally

_UNIT_ROUTE = ("product", "pool", "source", "source_party", "target", "target_party")
_PROMISE_ROUTE = ("commodity", "source", "target")
_SOME = 500
Key = tuple[str, str]  # what is counted ("" = units, else the commodity), and the account


@dataclass(frozen=True, slots=True)
class Line:
    """One account before, by this import, by everybody else meanwhile, and after."""

    commodity: str
    account: str
    before: int
    by_import: int
    by_others: int
    after: int

    @property
    def holds(self) -> bool:
        """Say whether what moved explains the difference."""
        return self.before + self.by_import + self.by_others == self.after


@dataclass(frozen=True, slots=True)
class TieOut:
    """The report of one import. `rows` = created + contested + already there + refused + broken
    + waiting; `lines` are the accounts that have anything in them."""

    rows: int
    created: int
    contested: int
    already: int
    refused: int
    broken: int
    waiting: int
    lines: tuple[Line, ...]

    @property
    def rows_hold(self) -> bool:
        """Say whether every row of the file has one result."""
        found = (self.created, self.contested, self.already, self.refused, self.broken)
        return self.rows == sum(found) + self.waiting

    @property
    def holds(self) -> bool:
        """Say whether rows and books add up."""
        return self.rows_hold and all(line.holds for line in self.lines)


def tie_out(source: ClaimImport) -> TieOut:
    """Return the report; while the job runs, as far as it has come."""
    assert source.job_id is not None and source.started_at is not None
    job = jobs.job_view(source.job_id)
    until = job.finished_at or now()
    did: Counter[str] = Counter()
    cases: list[str] = []
    for row in jobs.rows_of(job.id):
        result = str(row.result.get("did", "")) if row.state == "done" else row.state
        did[result] += 1
        if result in (CREATED, CONTESTED):
            cases.append(str(row.result["case_no"]))
    before = _sums(trial_balance(recall_id=source.recall_id, known_at=source.started_at))
    after = _sums(trial_balance(recall_id=source.recall_id, known_at=until))
    ours = _moved(source, cases, until)
    every = _moved(source, None, until)
    keys = sorted(before.keys() | after.keys() | every.keys(), key=_order)
    return TieOut(
        rows=source.rows,
        created=did[CREATED],
        contested=did[CONTESTED],
        already=did[ALREADY],
        refused=did["refused"],
        broken=did["broken"],
        waiting=did["waiting"],
        lines=tuple(
            Line(*key, before[key], ours[key], every[key] - ours[key], after[key])
            for key in keys
            if any(sums[key] for sums in (before, after, ours, every))
        ),
    )


def _moved(source: ClaimImport, cases: Iterable[str] | None, until: datetime) -> Counter[Key]:
    """Net the moves recorded since the import began: those of these cases, or all of them."""
    units = UnitMoveRow.objects.filter(
        recall_id=source.recall_id, recorded_at__gt=source.started_at, recorded_at__lte=until
    )
    promises = PromiseMoveRow.objects.filter(
        recall_id=source.recall_id, recorded_at__gt=source.started_at, recorded_at__lte=until
    )
    if cases is None:
        return _netted(units, promises)
    sums: Counter[Key] = Counter()
    for some in _some(cases):
        part = _netted(
            units.filter(entry__case_no__in=some), promises.filter(entry__case_no__in=some)
        )
        for key, quantity in part.items():
            sums[key] += quantity
    return sums


def _netted(units: Any, promises: Any) -> Counter[Key]:
    found = tally(
        units.values_list(*_UNIT_ROUTE).annotate(total=Sum("quantity")).order_by(),
        promises.values_list(*_PROMISE_ROUTE).annotate(total=Sum("quantity")).order_by(),
    )
    return _sums(found)


def _sums(found: Tally) -> Counter[Key]:
    sums: Counter[Key] = Counter()
    for unit in found.units:
        sums["", unit.account] += unit.quantity
    for promise in found.promises:
        sums[promise.commodity, promise.account] += promise.quantity
    return sums


def _order(key: Key) -> tuple[str, int]:
    accounts = PROMISE_ACCOUNTS if key[0] else UNIT_ACCOUNTS
    return key[0], accounts.index(key[1])


def _some(cases: Iterable[str]) -> Iterator[list[str]]:
    left = iter(cases)
    while some := list(islice(left, _SOME)):
        yield some
