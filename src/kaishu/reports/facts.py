"""Everything that a form may ask for, as of one moment and as known at another.

One object for one report: it asks each source once, and gives every figure the address of the
page with the rows behind it. Whatever it reads can be read again later with the same result:
moves, editions, claims and incidents by when they were written down; nothing by how it is now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from kaishu.books.progress import figures
from kaishu.books.queries import trial_balance
from kaishu.claims.models import ClaimUnit
from kaishu.core.progress import Discarded, DoneRule, Progress
from kaishu.core.recall import Product, Recall, Text, say
from kaishu.core.report import Money, Period, Rate, Row, Table, Value
from kaishu.core.tally import Tally
from kaishu.editions import queries as editions
from kaishu.editions.models import Edition
from kaishu.editions.models import Recall as RecallRow
from kaishu.incidents.models import Incident
from kaishu.markets import load_market
from kaishu.markets.forms import Form, Subject
from kaishu.notices.models import Message
from kaishu.reports.corrective import Corrective, correctives

STOCK = frozenset({"maker", "distributor", "retailer"})


@dataclass(frozen=True)
class Facts:
    """The facts of one report. `typed` is what people wrote, already read by kind of field."""

    form: Form
    row: RecallRow
    edition: Edition
    recall: Recall
    subject: str
    as_of: datetime
    known_at: datetime
    period: Period
    typed: Mapping[str, Any]

    def say(self, text: Text) -> str:
        """Say a text in the language of filing."""
        return say(text, self.form.language)

    @property
    def zone(self) -> ZoneInfo:
        """Return the clock on the wall of the market."""
        return ZoneInfo(load_market(self.form.market).time_zone)

    def day_of(self, moment: datetime) -> date:
        """Return the day of a moment in the market."""
        return moment.astimezone(self.zone).date()

    @property
    def announced_at(self) -> datetime:
        """Return the moment at which the recall's first day began."""
        return datetime.combine(self.recall.announced, time(), tzinfo=self.zone)

    @cached_property
    def discarded(self) -> tuple[Discarded, ...]:
        """Return the typed estimate of units thrown away; none without its source."""
        units, source = self.typed.get("discarded"), self.typed.get("discarded_source") or ""
        if not units or not str(source).strip():
            return ()
        return (Discarded(quantity=int(units), source=str(source).strip()),)

    @cached_property
    def progress(self) -> Progress:
        """Return the progress by the form's rule, as of the report's moment."""
        return self.progress_at(self.as_of)

    def progress_at(self, as_of: datetime | None, *, rule: DoneRule | None = None) -> Progress:
        """Return the progress as of another moment, as known at the report's."""
        return figures(
            recall_id=self.row.id,
            as_of=as_of,
            known_at=self.known_at,
            rule=rule or self.form.done_rule,
            discarded=self.discarded,
        )

    @cached_property
    def balance(self) -> Tally:
        """Return the trial balance on both clocks."""
        return trial_balance(recall_id=self.row.id, as_of=self.as_of, known_at=self.known_at)

    # ------------------------------------------------------------------ figures with their rows

    def rows(self, what: str, **more: object) -> str:
        """Return the address of the rows behind a figure: target, done, gone or an account."""
        asked = {
            "what": what,
            "rule": self.form.done_rule.value,
            "as_of": self.as_of.isoformat(),
            "known_at": self.known_at.isoformat(),
            **{name: value for name, value in more.items() if value},
        }
        return f"/staff/recalls/{self.row.slug}/reports/rows/?{urlencode(asked)}"

    def count(self, what: str, units: int, **more: object) -> Value:
        """Return a number of units with its rows."""
        return Value(of=units, rows=self.rows(what, **more))

    def rate(self, units: int, target: int, what: str = "done", **more: object) -> Value:
        """Return a share with the rows of its first count."""
        return Value(of=Rate(units=units, target=target), rows=self.rows(what, **more))

    def paid(self) -> Value:
        """Return the money and shop credit of the recall's currency that reached owners."""
        currency = self.recall.currency
        amount = sum(
            self.balance.promised(commodity, "paid")
            for commodity in (currency, f"coupon:{currency}")
        )
        return Value(of=Money(amount=amount, currency=currency), rows=self.rows("paid"))

    # ----------------------------------------------------------------------------- the products

    def product(self, model: str) -> Product | None:
        """Return a product of the edition; None for one that only the books know."""
        return next((each for each in self.recall.products if each.model == model), None)

    def by_model(self, columns: Collection[str]) -> Table:
        """Return a row a model, in the edition's order, with the columns asked for."""
        listed = [product.model for product in self.recall.products]
        others = [model for model in self.progress.products if model not in listed]
        return Table(
            rows=tuple(
                Row(id=model, cells={name: self._cell(name, model) for name in columns})
                for model in (*listed, *others)
            )
        )

    def _cell(self, name: str, model: str) -> Value:
        product, found = self.product(model), self.progress.of(model)
        match name:
            case "name":
                return Value(of=self.say(product.name) if product else model)
            case "sold_from" | "sold_to":
                return Value(of=getattr(product, name) if product else None)
            case "target" | "done" | "gone":
                return self.count(name, getattr(found, name), product=model)
            case "rate":
                return self.rate(found.done, found.target, product=model)
            case "accounted_rate":
                return self.rate(found.accounted, found.target, "accounted", product=model)
        raise KeyError(name)

    # ---------------------------------------------------------------------- incidents and people

    def incidents(self, *, since: datetime | None = None) -> QuerySet[Incident]:
        """Return the recall's reports that the company knew by the report's moment.

        `since` leaves out those that it knew before. Written down later than the report's
        knowledge does not count, whatever day it is about.
        """
        written = Q(recorded_at=None) | Q(recorded_at__lte=self.known_at)
        found = Incident.objects.filter(
            written,
            recall_slug=self.row.slug,
            known_at__lte=min(self.as_of, self.known_at),
        )
        return found if since is None else found.filter(known_at__gt=since)

    def count_incidents(self, side: str, *, since: datetime | None = None, **more: Any) -> Value:
        """Count reports by when it happened: before, after (the announcement) or undated."""
        return Value(
            of=self.sided(self.incidents(since=since), side).filter(**more).count(),
            rows=f"/staff/incidents/?recall={self.row.slug}&side={side}",
        )

    def sided(self, found: QuerySet[Incident], side: str) -> QuerySet[Incident]:
        """Narrow reports to one side of the announcement."""
        first = self.recall.announced
        narrow = {
            "before": Q(happened_on__lt=first),
            "after": Q(happened_on__gte=first, happened_on__lte=self.day_of(self.as_of)),
            "undated": Q(happened_on=None),
        }
        return found.filter(narrow[side])

    @cached_property
    def incident(self) -> Incident:
        """Return the incident that the report is about."""
        assert self.form.subject is Subject.INCIDENT
        return Incident.objects.get(number=self.subject)

    def identification(self) -> str:
        """Return the serial of the incident's claim unit; "" where the case is not known."""
        about = self.incident
        unit = ClaimUnit.objects.filter(claim__case_no=about.case_no, unit_no=about.unit_no or 1)
        found = unit.values_list("serial", "serial_typed").first() if about.case_no else None
        return (found[0] or found[1]) if found else ""

    def mails(self, *, since: datetime | None = None) -> Value:
        """Count the mails that were written to owners; watches are left out, they end by wish."""
        until = min(self.as_of, self.known_at)
        found = Message.objects.filter(recall_slug=self.row.slug, queued_at__lte=until)
        found = found.exclude(key__startswith="watch:")
        return Value(of=(found.filter(queued_at__gt=since) if since else found).count())

    def correctives(self) -> tuple[Corrective, ...]:
        """Return the corrective actions as they stood."""
        return correctives(self.row.slug, known_at=self.known_at)


def gather(
    *,
    form: Form,
    slug: str,
    subject: str,
    as_of: datetime,
    known_at: datetime,
    period: Period,
    typed: Mapping[str, Any],
) -> Facts:
    """Return the facts of one report, with the edition that was in force as known then."""
    row = editions.recall_row(slug)
    listed = editions.editions_of(slug)
    known = [each for each in listed if each.published_at <= known_at] or listed[:1]
    if not known:
        editions.current_pack(slug)  # raises: a draft has nothing to report
    edition = known[-1]
    return Facts(
        form=form,
        row=row,
        edition=edition,
        recall=editions.pack_for(edition).recall,
        subject=subject,
        as_of=as_of,
        known_at=known_at,
        period=period,
        typed=typed,
    )


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the last moment of a day in a market."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone) - timedelta(
        microseconds=1
    )
