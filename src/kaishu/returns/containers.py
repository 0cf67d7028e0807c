"""Containers at a depot: opened, filled, sealed. Their hand-over is in `hand_overs`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum

from kaishu.books import actions as books
from kaishu.books.errors import QuantityWrong, TooLittle
from kaishu.books.models import Unit
from kaishu.books.sums import unnamed_in
from kaishu.books.values import Place
from kaishu.core.accounts import DEPOT
from kaishu.markets import zone_of
from kaishu.returns import limits, numbers
from kaishu.returns.errors import (
    AlreadyPacked,
    ContainerClosed,
    ContainerEmpty,
    ContainerForIntact,
    ContainerKindUnknown,
    ContainerNotFound,
    ContainerNotSealed,
    ContainerNumberTaken,
    ContainerNumberWrong,
    ContainerSealed,
    ContainerTooHeavy,
    ContainerWeightNeeded,
    HandOverOpen,
    NotInDepot,
    PackingKeyReused,
    RecyclerNotOfRecall,
    SealNumberWrong,
    SealReasonUnknown,
)
from kaishu.returns.models import KINDS, Container, ContainerStep, ContainerUnit, Scan
from kaishu.returns.workplaces import require

DAMAGED = ("swollen", "hot", "leaking")
UNSEAL_REASONS = ("wrong_content", "count_again", "damaged", "seal_broken")


def open_container(
    *,
    recall_id: int,
    site: str,
    recycler: str,
    by: str,
    at: datetime,
    number: str = "",
    kind: str = "box",
    max_units: int | None = None,
    max_net_g: int | None = None,
    max_wh: int | None = None,
) -> Container:
    """Open a container, or return the one that was opened with this number at this site.

    `number` is the one printed on it; without it we give the site's next of the year. Raises
    ContainerNumberWrong, ContainerNumberTaken, RecyclerNotOfRecall, ContainerKindUnknown.
    """
    require(account=by, parties=[site])
    recall = limits.recall_of(recall_id)
    takers = {party.code for party in recall.parties if party.role == "recycler"}
    if takers and recycler not in takers:
        raise RecyclerNotOfRecall(recycler=recycler)
    if kind not in KINDS:
        raise ContainerKindUnknown(kind=kind)
    new = Container(
        recall_id=recall_id,
        site=site,
        recycler=recycler,
        kind=kind,
        max_units=max_units,
        max_net_g=max_net_g,
        max_wh=max_wh,
        opened_by=by,
        opened_at=at,
    )
    if not number.strip():
        zone = zone_of([recall.market])
        return _numbered(new, numbers.stem(site, at.astimezone(zone).year))
    new.number = numbers.tidy(number)
    if not new.number:
        raise ContainerNumberWrong(number=number[:40])
    return _made(new) or _known(new)


def put_in_container(*, container_id: int, unit_id: int) -> ContainerUnit:
    """Put a named unit into a container; twice is once.

    Raises NotInDepot where the unit lies elsewhere, AlreadyPacked where it lies in another,
    ContainerSealed, ContainerFull, ContainerEnergy, ContainerForIntact.
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
        limits.check(container, product=unit.product, quantity=1)
        scan = Scan.objects.filter(unit_id=unit_id, undone=None).order_by("-id").first()
        if scan is not None and scan.outcome in DAMAGED and container.kind == "box":
            raise ContainerForIntact(number=container.number)
        return _line(container, unit, scan)


def put_stock_in_container(
    *, container_id: int, product: str, quantity: int, key: str, pool: str = "retailer"
) -> ContainerUnit:
    """Put counted stock into a container, once a key.

    Raises TooLittle where the books hold fewer at the site that no container has yet.
    """
    if quantity < 1:
        raise QuantityWrong(quantity=quantity)
    with transaction.atomic():
        container = _open(container_id)
        before = container.lines.filter(key=key).first()
        if before is not None:
            if (before.product, before.pool, before.quantity) != (product, pool, quantity):
                raise PackingKeyReused(key=key)
            return before
        books.hold_chains(recall_id=container.recall_id, case_nos=("",))
        free = free_stock(container, product=product, pool=pool)
        if quantity > free:
            raise TooLittle(place=container.site, there=free, wanted=quantity)
        limits.check(container, product=product, quantity=quantity)
        return ContainerUnit.objects.create(
            container=container, key=key, product=product, pool=pool, quantity=quantity
        )


def free_stock(container: Container, *, product: str, pool: str) -> int:
    """Count the units without a name at the container's site that lie in no container yet."""
    there = unnamed_in(container.recall_id, product, pool, Place(DEPOT, container.site))
    packed = ContainerUnit.objects.filter(
        container__recall_id=container.recall_id,
        container__site=container.site,
        container__handed_over_at=None,
        unit_id=None,
        product=product,
        pool=pool,
    ).aggregate(total=Sum("quantity", default=0))
    return there - int(packed["total"])


def take_out_of_container(*, container_id: int, line_id: int) -> None:
    """Take a line out of a container that is still open; what is not in it stays out."""
    with transaction.atomic():
        _open(container_id).lines.filter(id=line_id).delete()


def seal_container(
    *, container_id: int, seal_no: str, by: str, at: datetime, net_g: int | None = None
) -> Container:
    """Put a seal on: nothing goes in or out while it is there. The same seal twice is once.

    Raises ContainerEmpty, SealNumberWrong, ContainerWeightNeeded, ContainerTooHeavy.
    """
    number = numbers.tidy(seal_no)
    if not number:
        raise SealNumberWrong(number=seal_no[:40])
    with transaction.atomic():
        container = lock(container_id)
        require(account=by, parties=[container.site])
        if container.seal_no == number:
            return container
        _refuse_closed(container)
        total = pieces(container)
        if not total:
            raise ContainerEmpty(number=container.number)
        if container.max_net_g is not None:
            if net_g is None:
                raise ContainerWeightNeeded(limit=_kg(container.max_net_g))
            if net_g > container.max_net_g:
                raise ContainerTooHeavy(limit=_kg(container.max_net_g), wanted=_kg(net_g))
        container.seal_no, container.net_g = number, net_g
        container.save(update_fields=["seal_no", "net_g"])
        note(container, "sealed", by=by, at=at, quantity=total)
        return container


def unseal_container(*, container_id: int, reason: str, by: str, at: datetime) -> Container:
    """Break the seal, with a reason from `UNSEAL_REASONS`. Raises HandOverOpen once signed."""
    if reason not in UNSEAL_REASONS:
        raise SealReasonUnknown(reason=reason[:40])
    with transaction.atomic():
        container = lock(container_id)
        require(account=by, parties=[container.site])
        if container.handed_over_at is not None:
            raise ContainerClosed(number=container.number)
        if not container.seal_no:
            raise ContainerNotSealed(number=container.number)
        if container.hand_overs.filter(withdrawn_at=None).exists():
            raise HandOverOpen(number=container.number)
        note(container, "unsealed", by=by, at=at, quantity=pieces(container), reason=reason)
        container.seal_no, container.net_g = "", None
        container.save(update_fields=["seal_no", "net_g"])
        return container


def pieces(container: Container) -> int:
    """Count what lies in a container."""
    return int(container.lines.aggregate(total=Sum("quantity", default=0))["total"])


def note(
    container: Container, step: str, *, by: str, at: datetime, quantity: int, reason: str = ""
) -> None:
    """Write down one step of a container's life."""
    ContainerStep.objects.create(
        container=container,
        step=step,
        seal_no=container.seal_no,
        quantity=quantity,
        reason=reason,
        by=by,
        at=at,
    )


def lock(container_id: int) -> Container:
    """Lock a container for the transaction. Raises ContainerNotFound."""
    container = Container.objects.select_for_update().filter(id=container_id).first()
    if container is None:
        raise ContainerNotFound(number=container_id)
    return container


def hold_chains(container: Container, lines: Sequence[ContainerUnit]) -> None:
    """Lock the chains of every case in a container at once."""
    books.hold_chains(recall_id=container.recall_id, case_nos={line.case_no for line in lines})


def _open(container_id: int) -> Container:
    container = lock(container_id)
    _refuse_closed(container)
    return container


def _refuse_closed(container: Container) -> None:
    if container.handed_over_at is not None:
        raise ContainerClosed(number=container.number)
    if container.seal_no:
        raise ContainerSealed(number=container.number, seal=container.seal_no)


def _made(new: Container) -> Container | None:
    """Save a new container with its first step; None where its number is taken."""
    try:
        with transaction.atomic():
            new.pk = None
            new.save(force_insert=True)
            note(new, "opened", by=new.opened_by, at=new.opened_at, quantity=0)
            return new
    except IntegrityError:
        return None


def _known(new: Container) -> Container:
    known = Container.objects.get(number=new.number)
    asked = (new.recall_id, new.site, new.recycler)
    if (known.recall_id, known.site, known.recycler) != asked or known.handed_over_at:
        raise ContainerNumberTaken(number=new.number)
    return known


def _numbered(new: Container, stem: str) -> Container:
    taken = Container.objects.filter(number__startswith=stem).values_list("number", flat=True)
    tails = [number.removeprefix(stem) for number in taken]
    following = max((int(tail) for tail in tails if tail.isdigit()), default=0) + 1
    while True:
        new.number = f"{stem}{following:04d}"
        if made := _made(new):
            return made
        following += 1


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


def _kg(grams: int) -> str:
    return f"{grams / 1000:g}"
