"""Read what is handled: kits to send, what lies at a site, containers on their way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from kaishu.books.models import Unit
from kaishu.core.accounts import DEPOT, STRAY
from kaishu.returns.kits import kits_to_send
from kaishu.returns.models import Certificate, Container, ContainerUnit, Kit, Scan

__all__ = [
    "ContainerView",
    "certificate_of",
    "containers",
    "kits_of",
    "kits_to_send",
    "recent_scans",
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


def kits_of(*, case_no: str) -> list[Kit]:
    """Return the kits that left for a case, oldest first."""
    return list(Kit.objects.filter(case_no=case_no).order_by("id"))


def certificate_of(*, case_no: str, unit_no: int) -> Certificate | None:
    """Return the recycler's certificate for the container that a claim's unit went in."""
    inside = Certificate.objects.filter(
        container__lines__case_no=case_no, container__lines__unit_no=unit_no
    )
    return inside.order_by("-id").first()


def recent_scans(*, site: str, limit: int = 20) -> list[Scan]:
    """Return the newest scans of a site."""
    return list(Scan.objects.filter(site=site).order_by("-id")[:limit])


def to_pack(*, site: str, strays: bool = False) -> QuerySet[Unit]:
    """Return the named units that lie at a site outside any container, oldest first."""
    packed = ContainerUnit.objects.filter(unit_id__isnull=False).values("unit_id")
    units = Unit.objects.filter(account=DEPOT, party=site).exclude(id__in=packed)
    return (units.filter(pool=STRAY) if strays else units.exclude(pool=STRAY)).order_by("id")


def containers(*, site: str = "", recycler: str = "") -> list[ContainerView]:
    """Return the containers of a site or a recycler, newest first."""
    rows = Container.objects.select_related("certificate").annotate(total=Sum("lines__quantity"))
    if site:
        rows = rows.filter(site=site)
    if recycler:
        rows = rows.filter(recycler=recycler)
    return [_view(row, row.total or 0) for row in rows.order_by("-id")]


def _view(row: Container, total: int) -> ContainerView:
    certificate = getattr(row, "certificate", None)
    return ContainerView(
        container_id=row.id,
        number=row.number,
        site=row.site,
        recycler=row.recycler,
        quantity=total,
        opened_at=row.opened_at,
        handed_over_at=row.handed_over_at,
        certificate_no=certificate.certificate_no if certificate else "",
    )
