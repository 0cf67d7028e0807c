"""Read what is handled: kits to send, what lies at a site, containers on their way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from kaishu.books.models import Unit, UnitMoveRow
from kaishu.books.queries import units_by_id
from kaishu.claims.models import ClaimUnit
from kaishu.core.accounts import AT_LARGE, DEPOT, OWNER, STRAY, TRANSIT
from kaishu.returns.kits import kits_to_send
from kaishu.returns.models import (
    Certificate,
    CertificateLine,
    Container,
    ContainerUnit,
    HandOver,
    Kit,
    Scan,
)

__all__ = [
    "ContainerView",
    "certificate_of",
    "containers",
    "kinds_held",
    "kits_of",
    "kits_to_send",
    "others_of_claim",
    "recent_scans",
    "scans_between",
    "to_pack",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerView:
    """One container with what lies in it."""

    container_id: int
    number: str
    site: str
    recycler: str
    quantity: int
    opened_at: datetime
    handed_over_at: datetime | None
    certificate_no: str
    recall_id: int = 0
    kind: str = "box"
    seal_no: str = ""
    given_at: datetime | None = None
    certified: int = 0

    @property
    def state(self) -> str:
        """Return open, sealed, given, handed_over, part_certified or certified."""
        if self.handed_over_at is not None:
            part = "part_certified" if self.certified else "handed_over"
            return "certified" if self.certificate_no and self.certified >= self.quantity else part
        if self.given_at is not None:
            return "given"
        return "sealed" if self.seal_no else "open"


def kits_of(*, case_no: str) -> list[Kit]:
    """Return the kits that left for a case, oldest first."""
    return list(Kit.objects.filter(case_no=case_no).order_by("id"))


def certificate_of(*, case_no: str, unit_no: int) -> Certificate | None:
    """Return the recycler's certificate that covers a claim's unit."""
    line = {"case_no": case_no, "unit_no": unit_no}
    by_line = Q(**{f"lines__line__{name}": value for name, value in line.items()})
    whole = Q(lines=None, **{f"container__lines__{name}": v for name, v in line.items()})
    return Certificate.objects.filter(by_line | whole).order_by("-id").first()


def recent_scans(*, site: str, limit: int = 20) -> list[Scan]:
    """Return the newest scans of a site, those that were taken back too."""
    return list(Scan.objects.filter(site=site).select_related("undone").order_by("-id")[:limit])


def scans_between(*, site: str, since: datetime, until: datetime) -> list[Scan]:
    """Return a site's scans of a time, oldest first, those that were taken back too."""
    rows = Scan.objects.filter(site=site, at__gte=since, at__lt=until)
    return list(rows.select_related("undone").order_by("id"))


def others_of_claim(*, case_no: str, unit_no: int) -> list[ClaimUnit]:
    """Return the claim's other units that are still on their way to us."""
    units = list(
        ClaimUnit.objects.filter(claim__case_no=case_no, contested=False)
        .exclude(unit_no=unit_no)
        .order_by("unit_no")
    )
    held = units_by_id([unit.unit_id for unit in units if unit.unit_id is not None])
    return [
        unit
        for unit in units
        if unit.unit_id is None or held[unit.unit_id].account in (AT_LARGE, OWNER, TRANSIT)
    ]


def to_pack(*, site: str, strays: bool = False) -> QuerySet[Unit]:
    """Return the named units that lie at a site outside any container, oldest first."""
    packed = ContainerUnit.objects.filter(unit_id__isnull=False).values("unit_id")
    units = Unit.objects.filter(account=DEPOT, party=site).exclude(id__in=packed)
    return (units.filter(pool=STRAY) if strays else units.exclude(pool=STRAY)).order_by("id")


def kinds_held(*, recall_id: int, account: str, party: str) -> list[tuple[str, str]]:
    """Return the products and pools that ever came into a place."""
    came = UnitMoveRow.objects.filter(recall_id=recall_id, target=account, target_party=party)
    return sorted(came.order_by().values_list("product", "pool").distinct())


def containers(*, site: str = "", recycler: str = "") -> list[ContainerView]:
    """Return the containers of a site or a recycler, newest first."""
    inside = ContainerUnit.objects.filter(container=OuterRef("id")).order_by().values("container")
    covered = CertificateLine.objects.filter(certificate__container=OuterRef("id")).order_by()
    open_offer = HandOver.objects.filter(container=OuterRef("id"), withdrawn_at=None)
    newest = Certificate.objects.filter(container=OuterRef("id")).order_by("-id")
    rows = Container.objects.annotate(
        total=Subquery(inside.annotate(n=Sum("quantity")).values("n")),
        done=Subquery(
            covered.values("certificate__container").annotate(n=Sum("quantity")).values("n")
        ),
        given=Subquery(open_offer.values("given_at")[:1]),
        paper=Subquery(newest.values("certificate_no")[:1]),
    )
    if site:
        rows = rows.filter(site=site)
    if recycler:
        rows = rows.filter(recycler=recycler)
    return [_view(row) for row in rows.order_by("-id")]


def _view(row: Any) -> ContainerView:
    total = row.total or 0
    done = row.done if row.done is not None or not row.paper else total  # a whole one, before parts
    return ContainerView(
        container_id=row.id,
        number=row.number,
        site=row.site,
        recycler=row.recycler,
        quantity=total,
        opened_at=row.opened_at,
        handed_over_at=row.handed_over_at,
        certificate_no=row.paper or "",
        recall_id=row.recall_id,
        kind=row.kind,
        seal_no=row.seal_no,
        given_at=row.given,
        certified=done or 0,
    )
