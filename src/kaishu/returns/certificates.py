"""Recyclers' certificates: which of a container's units are disposed of, and the rest stays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum

from kaishu.books import actions as books
from kaishu.books.values import Place, UnitMove
from kaishu.core.accounts import DISPOSED, RECYCLER
from kaishu.returns.containers import hold_chains, lock
from kaishu.returns.errors import (
    CertificateDiffers,
    CertificateNotFound,
    CertificateTooMany,
    CertificateTotalWrong,
    ContainerNotHandedOver,
)
from kaishu.returns.models import (
    Certificate,
    CertificateFile,
    CertificateLine,
    Container,
    ContainerUnit,
)


def left_to_certify(container: Container) -> dict[int, int]:
    """Return how many of each line no certificate covers yet, by line id; covered lines left out.

    A certificate from before parts existed covers its whole container.
    """
    if container.certificates.filter(lines=None).exists():
        return {}
    done = {
        row["line"]: row["total"]
        for row in CertificateLine.objects.filter(line__container=container)
        .values("line")
        .annotate(total=Sum("quantity"))
        .order_by()
    }
    lines = container.lines.order_by("id").values_list("id", "quantity")
    left = {line: quantity - done.get(line, 0) for line, quantity in lines}
    return {line: quantity for line, quantity in left.items() if quantity}


def certify(
    *,
    container_id: int,
    certificate_no: str,
    issued_on: date,
    by: str,
    at: datetime,
    parts: Mapping[int, int] | None = None,
    units: int | None = None,
    net_g: int | None = None,
    file: str = "",
) -> Certificate:
    """Record the recycler's certificate: the units it covers are disposed of.

    `parts` says how many of which line; without it, all that is left. `units` is the paper's own
    total. The same certificate twice is once. Raises ContainerNotHandedOver, CertificateDiffers,
    CertificateTooMany, CertificateTotalWrong.
    """
    with transaction.atomic():
        container = lock(container_id)
        if container.handed_over_at is None:
            raise ContainerNotHandedOver(number=container.number)
        left = left_to_certify(container)
        before = container.certificates.filter(certificate_no=certificate_no).first()
        chosen = {line: n for line, n in (left if parts is None else parts).items() if n}
        if before is not None:
            return _same(before, parts, chosen)
        if not chosen:
            raise CertificateDiffers(number=container.number)
        _check(container, left, chosen, units)
        made = Certificate.objects.create(
            container=container,
            certificate_no=certificate_no,
            issued_on=issued_on,
            units=sum(chosen.values()),
            net_g=net_g,
            file=file,
            by=by,
            at=at,
        )
        _dispose(made, chosen)
        return made


def add_certificate_file(
    *, certificate_id: int, name: str, sha256: str, by: str, at: datetime
) -> CertificateFile:
    """Keep the certificate's paper beside it; the same file twice is once."""
    certificate = Certificate.objects.filter(id=certificate_id).first()
    if certificate is None:
        raise CertificateNotFound(number=certificate_id)
    try:
        with transaction.atomic():
            return CertificateFile.objects.create(
                certificate=certificate, name=name, sha256=sha256, by=by, at=at
            )
    except IntegrityError:
        return CertificateFile.objects.get(certificate=certificate, sha256=sha256)


def _same(
    before: Certificate, parts: Mapping[int, int] | None, chosen: Mapping[int, int]
) -> Certificate:
    covered = dict(before.lines.values_list("line_id", "quantity"))
    if parts is not None and dict(chosen) != covered:
        raise CertificateDiffers(number=before.container.number)
    return before


def _check(
    container: Container, left: Mapping[int, int], chosen: Mapping[int, int], units: int | None
) -> None:
    for line, quantity in chosen.items():
        if quantity < 0 or quantity > left.get(line, 0):
            raise CertificateTooMany(
                number=container.number, wanted=quantity, left=left.get(line, 0)
            )
    total = sum(chosen.values())
    if units is not None and units != total:
        raise CertificateTotalWrong(stated=units, chosen=total)


def _dispose(certificate: Certificate, chosen: Mapping[int, int]) -> None:
    container = certificate.container
    lines = list(container.lines.filter(id__in=chosen).order_by("id"))
    hold_chains(container, lines)
    for line in lines:
        _post(certificate, line, chosen[line.id])
    CertificateLine.objects.bulk_create(
        CertificateLine(certificate=certificate, line=line, quantity=chosen[line.id])
        for line in lines
    )


def _post(certificate: Certificate, line: ContainerUnit, quantity: int) -> None:
    container = certificate.container
    move = UnitMove(
        product=line.product,
        pool=line.pool,
        quantity=quantity,
        source=Place(RECYCLER, container.recycler),
        target=Place(DISPOSED),
        unit=line.unit_id,
    )
    books.post(
        kind="disposal.certified",
        moves=(move,),
        recall_id=container.recall_id,
        key=f"container:{container.number}:{line.id}:{certificate.id}",
        door="returns.certificate",
        by=certificate.by,
        at=certificate.at,
        case_no=line.case_no,
        unit_no=line.unit_no,
        reason="certified",
    )
