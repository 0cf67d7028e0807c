"""The queue and filter that a person works through: kept in the session from page to page."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.db.models import QuerySet
from django.http import HttpRequest

from kaishu.base import clock
from kaishu.claims import assignment
from kaishu.claims.models import ClaimUnit
from kaishu.doors.console import queues
from kaishu.doors.console.review import filters
from kaishu.doors.console.review.filters import Filter

_KEPT = "review-filter"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A queue with the filter that was laid over it."""

    queue: str
    filter: Filter
    by: str

    def narrow(self, rows: QuerySet[ClaimUnit]) -> QuerySet[ClaimUnit]:
        """Return the rows that the filter leaves now."""
        return filters.narrow(rows, self.filter, by=self.by, at=clock.now())

    def of_queue(self, rows: QuerySet[ClaimUnit]) -> QuerySet[ClaimUnit]:
        """Return the rows of the queue that the filter leaves now."""
        return self.narrow(rows.filter(queues.filter_of(self.queue)))


def keep(request: HttpRequest, chosen: Filter) -> None:
    """Remember the filter that the queue page shows."""
    if request.session.get(_KEPT, "") != chosen.query():
        request.session[_KEPT] = chosen.query()


def of(request: HttpRequest, queue: str = "") -> Chosen:
    """Return the queue that a page or a form names, with the remembered filter."""
    name = queue or request.POST.get("queue") or request.GET.get("queue", "")
    kept = dict(parse_qsl(request.session.get(_KEPT, "")))
    name = name if name in queues.WAITING else "to_review"
    return Chosen(name, filters.read(kept), request.user.get_username())


def take_next(request: HttpRequest, chosen: Chosen, *, but_not: int = 0) -> ClaimUnit | None:
    """Take the next claim unit of the queue for this person; others get another one."""
    if chosen.queue not in queues.REVIEWED:
        return queues.after(chosen.queue, not_unit=but_not, narrow=chosen.narrow)
    return assignment.take_next(
        by=chosen.by, at=clock.now(), narrow=chosen.of_queue, but_not=but_not
    )


def peek(chosen: Chosen, *, but_not: int) -> ClaimUnit | None:
    """Return what comes next, without taking it."""
    if chosen.queue not in queues.REVIEWED:
        return queues.after(chosen.queue, not_unit=but_not, narrow=chosen.narrow)
    return assignment.peek(by=chosen.by, narrow=chosen.of_queue, but_not=but_not)
