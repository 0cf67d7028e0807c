"""Hand a container to its recycler: the depot signs, then whoever takes it; then it moves.

Nothing moves in the books before the second signature. A difference is named line by line: what
was not there stays at the depot, and what was not on the paper is counted again by the depot.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from kaishu.base import limiter, sealing
from kaishu.books import actions as books
from kaishu.books.values import Place, UnitMove
from kaishu.core.accounts import DEPOT, RECYCLER
from kaishu.core.text import whole
from kaishu.returns import numbers
from kaishu.returns.containers import hold_chains, lock, note, pieces
from kaishu.returns.errors import (
    ContainerClosed,
    ContainerEmpty,
    ContainerNotSealed,
    HandOverCodeTries,
    HandOverCodeWrong,
    HandOverDiffers,
    HandOverNameNeeded,
    HandOverNotOpen,
    HandOverSamePerson,
    NotYourSite,
    SealDiffers,
    SealNotRead,
)
from kaishu.returns.models import Container, ContainerUnit, HandOver
from kaishu.returns.workplaces import parties_of, require

CODE_MINUTES = 15
CODE_TRIES = 5
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who takes a container: `how` is account, code or paper; a name comes with code or paper."""

    how: str
    by: str
    name: str = ""


def give(*, container_id: int, by: str, at: datetime) -> HandOver:
    """Sign a sealed container away for the depot. Twice is once; nothing moves yet."""
    with transaction.atomic():
        container = lock(container_id)
        require(account=by, parties=[container.site])
        if container.handed_over_at is not None:
            raise ContainerClosed(number=container.number)
        if not container.seal_no:
            raise ContainerNotSealed(number=container.number)
        return _open_of(container) or _offer(container, by=by, at=at)


def give_back(*, container_id: int, by: str, at: datetime) -> None:
    """Take the depot's signature back while nobody has taken the container."""
    with transaction.atomic():
        container = lock(container_id)
        require(account=by, parties=[container.site])
        offered = _open_of(container)
        if offered is None or container.handed_over_at is not None:
            raise HandOverNotOpen(number=container.number)
        offered.withdrawn_by, offered.withdrawn_at = by, at
        offered.save(update_fields=["withdrawn_by", "withdrawn_at"])
        note(container, "given_back", by=by, at=at, quantity=offered.stated)


def new_code(*, container_id: int, by: str, at: datetime) -> str:
    """Return a fresh one-time code for a driver without an account; the last one ends."""
    with transaction.atomic():
        container = lock(container_id)
        require(account=by, parties=[container.site])
        offered = _open_of(container)
        if offered is None or offered.taken_at is not None:
            raise HandOverNotOpen(number=container.number)
        code = f"{secrets.randbelow(10**6):06d}"
        offered.code_hash = _hash(offered, code)
        offered.code_until = at + timedelta(minutes=CODE_MINUTES)
        offered.save(update_fields=["code_hash", "code_until"])
        return code


def open_by_code(*, number: str, code: str, at: datetime) -> HandOver:
    """Return the hand-over that a code opens. Each wrong code counts, five end it.

    Raises HandOverCodeWrong for whatever is wrong, so that a stranger learns nothing.
    """
    offered = (
        HandOver.objects.filter(container__number=number, taken_at=None, withdrawn_at=None)
        .select_related("container")
        .first()
    )
    subject = str(offered.id) if offered else f"none {number[:40]}"
    seconds = CODE_MINUTES * 60
    if not limiter.allow(
        name="hand_over", subject=subject, limit=CODE_TRIES, seconds=seconds, at=at
    ):
        raise HandOverCodeTries
    fits = offered is not None and hmac.compare_digest(offered.code_hash, _hash(offered, code))
    if offered is None or not fits or offered.code_until is None or offered.code_until < at:
        raise HandOverCodeWrong
    limiter.forget(name="hand_over", subject=subject)
    return offered


def take(
    *,
    container_id: int,
    counted: int,
    signature: Signature,
    at: datetime,
    missing: Collection[int] = (),
    seal_no: str = "",
) -> HandOver:
    """Sign for a container on the recycler's side: its lines move into the recycler's custody.

    `missing` are the lines that were not in it: they stay at the depot, in no container.
    `seal_no` is what the taker read on the box; only a paper's signature comes without it.
    Raises HandOverDiffers where the rest is not `counted`, NotYourSite, HandOverSamePerson,
    SealNotRead, SealDiffers.
    """
    with transaction.atomic():
        container = lock(container_id)
        offered = _open_of(container)
        if offered is None:
            raise HandOverNotOpen(number=container.number)
        if offered.taken_at is not None:
            return offered
        _check_signature(container, offered, signature, seal_no)
        lines = list(container.lines.order_by("id"))
        there = [line for line in lines if line.id not in set(missing)]
        if sum(line.quantity for line in there) != counted or not there:
            raise HandOverDiffers(stated=offered.stated, counted=counted)
        container.lines.exclude(id__in=[line.id for line in there]).delete()
        return _moved(container, offered, there, signature, at)


def hand_over(*, container_id: int, by: str, at: datetime, taken_by: str = "") -> Container:
    """Record a hand-over that both sides signed on paper. Twice is once; every line moves."""
    with transaction.atomic():
        container = lock(container_id)
        if container.handed_over_at is not None:
            return container
        total = pieces(container)
        if not total:
            raise ContainerEmpty(number=container.number)
        if _open_of(container) is None:
            _offer(container, by=by, at=at)
        signed = Signature(how="paper", by=by, name=taken_by)
        take(container_id=container_id, counted=total, signature=signed, at=at)
        return lock(container_id)


def signer_of(offered: HandOver) -> str:
    """Return the name that a driver signed with, or ""."""
    if offered.sealed_name is None:
        return ""
    return sealing.unseal(bytes(offered.sealed_name), purpose=_purpose(offered)).decode()


def _open_of(container: Container) -> HandOver | None:
    return container.hand_overs.select_for_update().filter(withdrawn_at=None).first()


def _offer(container: Container, *, by: str, at: datetime) -> HandOver:
    total = pieces(container)
    note(container, "given", by=by, at=at, quantity=total)
    return HandOver.objects.create(
        container=container, seal_no=container.seal_no, stated=total, given_by=by, given_at=at
    )


def _check_signature(
    container: Container, offered: HandOver, signature: Signature, seal_no: str
) -> None:
    if signature.how == "account":
        if container.recycler not in parties_of(signature.by):
            raise NotYourSite(site=container.recycler)
        if signature.by == offered.given_by:
            raise HandOverSamePerson
    elif signature.how == "code" and not signature.name.strip():
        raise HandOverNameNeeded
    if signature.how != "paper" and not seal_no.strip():
        raise SealNotRead
    if seal_no and numbers.tidy(seal_no) != offered.seal_no:
        raise SealDiffers(typed=seal_no[:40], seal=offered.seal_no)


def _moved(
    container: Container,
    offered: HandOver,
    lines: list[ContainerUnit],
    signature: Signature,
    at: datetime,
) -> HandOver:
    hold_chains(container, lines)
    by = signature.by or f"driver of {container.recycler}"
    for line in lines:
        _post(container, line, by=by, at=at)
    counted = sum(line.quantity for line in lines)
    offered.counted, offered.taken_how, offered.taken_by = counted, signature.how, by
    offered.taken_at, offered.code_hash, offered.code_until = at, "", None
    if name := whole(signature.name, longest=LONGEST_NAME):
        offered.sealed_name = sealing.seal(name.encode(), purpose=_purpose(offered))
    offered.save()
    container.handed_over_by, container.handed_over_at = offered.given_by[:80], at
    container.save(update_fields=["handed_over_by", "handed_over_at"])
    short = "short" if counted != offered.stated else ""
    note(container, "taken", by=by, at=at, quantity=counted, reason=short)
    return offered


def _post(container: Container, line: ContainerUnit, *, by: str, at: datetime) -> None:
    move = UnitMove(
        product=line.product,
        pool=line.pool,
        quantity=line.quantity,
        source=Place(DEPOT, container.site),
        target=Place(RECYCLER, container.recycler),
        unit=line.unit_id,
    )
    books.post(
        kind="custody.handed_over",
        moves=(move,),
        recall_id=container.recall_id,
        key=f"container:{container.number}:{line.id}",
        door="returns",
        by=by,
        at=at,
        case_no=line.case_no,
        unit_no=line.unit_no,
    )


def _hash(offered: HandOver, code: str) -> str:
    digits = "".join(code.split())
    return sealing.blind_index(f"{offered.id}:{digits}", purpose="hand_over:code")


def _purpose(offered: HandOver) -> str:
    return f"hand_over:name:{offered.id}"
