"""Containers from a depot to a recycler, and the certificates that close their units."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from kaishu.books import actions as books
from kaishu.books.models import Unit
from kaishu.books.values import Place, UnitMove
from kaishu.core.accounts import DEPOT, DISPOSED, RECYCLER
from kaishu.returns.errors import (
    AlreadyPacked,
    CertificateDiffers,
    ContainerClosed,
    ContainerEmpty,
    ContainerNotFound,
    ContainerNotHandedOver,
    NotInDepot,
    PackingKeyReused,
)
from kaishu.returns.models import Certificate, Container, ContainerUnit, Scan


def open_container(
    *, recall_id: int, number: str, site: str, recycler: str, by: str, at: datetime
) -> Container:
    """Open a container, or return the one that was opened with this number at this site."""
    container, made = Container.objects.get_or_create(
        number=number,
        defaults={
            "recall_id": recall_id,
            "site": site,
            "recycler": recycler,
            "opened_by": by,
            "opened_at": at,
        },
    )
    asked = (recall_id, site, recycler)
    if not made and (container.recall_id, container.site, container.recycler) != asked:
        raise ContainerNotFound(number=number)
    return container


def put_in_container(*, container_id: int, unit_id: int) -> ContainerUnit:
    """Put a named unit into a container; twice is once.

    Raises NotInDepot where the unit lies elsewhere, AlreadyPacked where it lies in another.
    """
    with transaction.atomic():
        container = _open(container_id)
        before = ContainerUnit.objects.filter(unit_id=unit_id).first()
        if before is not None:
            if before.container_id != container_id:
                raise AlreadyPacked(unit=unit_id)
            return before
        unit = Unit.objects.filter(
            id=unit_id, recall_id=container.recall_id, account=DEPOT, party=container.site
        ).first()
        if unit is None:
            raise NotInDepot(unit=unit_id, site=container.site)
        scan = Scan.objects.filter(unit_id=unit_id).order_by("-id").first()
        return _line(container, unit, scan)


def put_stock_in_container(
    *, container_id: int, product: str, quantity: int, key: str, pool: str = "retailer"
) -> ContainerUnit:
    """Put counted stock into a container, once a key; the hand-over checks that it is there."""
    with transaction.atomic():
        container = _open(container_id)
        line, made = ContainerUnit.objects.get_or_create(
            container=container,
            key=key,
            defaults={"product": product, "pool": pool, "quantity": quantity},
        )
        if not made and (line.product, line.pool, line.quantity) != (product, pool, quantity):
            raise PackingKeyReused(key=key)
        return line


def take_out_of_container(*, container_id: int, line_id: int) -> None:
    """Take a line out of a container that is still open; what is not in it stays out."""
    with transaction.atomic():
        _open(container_id).lines.filter(id=line_id).delete()


def hand_over(*, container_id: int, by: str, at: datetime) -> Container:
    """Give a container to its recycler: every line moves, or none. Twice is once."""
    with transaction.atomic():
        container = _lock(container_id)
        if container.handed_over_at is not None:
            return container
        lines = list(container.lines.order_by("id"))
        if not lines:
            raise ContainerEmpty(number=container.number)
        _hold_chains(container, lines)
        for line in lines:
            _move(container, line, "custody.handed_over", by=by, at=at, reason="")
        container.handed_over_by, container.handed_over_at = by, at
        container.save(update_fields=["handed_over_by", "handed_over_at"])
        return container


def certify(
    *,
    container_id: int,
    certificate_no: str,
    issued_on: date,
    by: str,
    at: datetime,
    file: str = "",
) -> Certificate:
    """Record the recycler's certificate: every unit of the container is disposed of.

    The same certificate twice is once. Raises ContainerNotHandedOver, CertificateDiffers.
    """
    with transaction.atomic():
        container = _lock(container_id)
        before = Certificate.objects.filter(container=container).first()
        if before is not None:
            if before.certificate_no != certificate_no:
                raise CertificateDiffers(number=container.number)
            return before
        if container.handed_over_at is None:
            raise ContainerNotHandedOver(number=container.number)
        lines = list(container.lines.order_by("id"))
        _hold_chains(container, lines)
        for line in lines:
            _move(container, line, "disposal.certified", by=by, at=at, reason="certified")
        return Certificate.objects.create(
            container=container,
            certificate_no=certificate_no,
            issued_on=issued_on,
            file=file,
            by=by,
            at=at,
        )


def _lock(container_id: int) -> Container:
    container = Container.objects.select_for_update().filter(id=container_id).first()
    if container is None:
        raise ContainerNotFound(number=container_id)
    return container


def _hold_chains(container: Container, lines: list[ContainerUnit]) -> None:
    books.hold_chains(recall_id=container.recall_id, case_nos={line.case_no for line in lines})


def _open(container_id: int) -> Container:
    container = _lock(container_id)
    if container.handed_over_at is not None:
        raise ContainerClosed(number=container.number)
    return container


def _line(container: Container, unit: Unit, scan: Scan | None) -> ContainerUnit:
    try:
        with transaction.atomic():
            return ContainerUnit.objects.create(
                container=container,
                unit_id=unit.id,
                product=unit.product,
                pool=unit.pool,
                quantity=1,
                case_no=scan.case_no if scan else "",
                unit_no=scan.unit_no if scan else None,
            )
    except IntegrityError as packed:
        raise AlreadyPacked(unit=unit.id) from packed


def _move(
    container: Container, line: ContainerUnit, kind: str, *, by: str, at: datetime, reason: str
) -> None:
    recycler = Place(RECYCLER, container.recycler)
    out = kind == "custody.handed_over"
    move = UnitMove(
        product=line.product,
        pool=line.pool,
        quantity=line.quantity,
        source=Place(DEPOT, container.site) if out else recycler,
        target=recycler if out else Place(DISPOSED),
        unit=line.unit_id,
    )
    books.post(
        kind=kind,
        moves=(move,),
        recall_id=container.recall_id,
        key=f"container:{container.number}:{line.id}",
        door="returns" if out else "returns.certificate",
        by=by,
        at=at,
        case_no=line.case_no,
        unit_no=line.unit_no,
        reason=reason,
    )
