"""Publish editions, and close or reopen a recall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from kaishu.core import pack, signing
from kaishu.core.recall import Recall as CoreRecall
from kaishu.core.verdict import EditionRef
from kaishu.editions import keys
from kaishu.editions.errors import (
    AloneNeedsReason,
    MarketMoved,
    PublishedMeanwhile,
    RecallFileHasErrors,
    RecallIsClosed,
    RecallStateClosedToThis,
)
from kaishu.editions.figures import content_digest, count
from kaishu.editions.models import Edition, Recall, RecallEvent, RecallState
from kaishu.editions.place import packs_folder
from kaishu.editions.queries import current_edition, recall_row
from kaishu.editions.recall_file import Loaded

FIRST_REASON = "first_edition"
ALONE = "published_alone"
Within = Callable[[Edition], None]


def publish(*, loaded: Loaded, by: str, at: datetime, within: Within | None = None) -> Edition:
    """Publish what a recall folder says as the next edition, and let it answer from now on.

    First the pack, then the row, then the pointer: a crash leaves the old edition answering, and
    publishing again finishes the work. The same content again returns the edition that has it.
    `within` runs in the transaction of a new edition's row and can still stop it.
    Raises RecallFileHasErrors, RecallIsClosed, MarketMoved or PublishedMeanwhile.
    """
    recall = _publishable(loaded)
    newest = current_edition(recall.slug)
    _refuse_unfit(recall, newest)
    content = content_digest(loaded)
    if newest is None or newest.content != content:
        newest = _publish_next(loaded, recall, newest, content, by=by, at=at, within=within)
    let_answer(edition=newest)
    return newest


def publish_alone(*, loaded: Loaded, why: str, by: str, at: datetime) -> Edition:
    """Publish from the command line, where no second person is asked; `why` is kept for good.

    In development nobody is asked why. Raises AloneNeedsReason, and what `publish` raises.
    """
    why = why.strip()
    if not why and settings.KAISHU_MODE != "development":
        raise AloneNeedsReason

    def note(made: Edition) -> None:
        reason = f"{ALONE}: {why}"[:200] if why else ALONE
        state = Recall.objects.values_list("state", flat=True).get(id=made.recall_id)
        RecallEvent.objects.create(recall=made.recall, state=state, reason=reason, by=by, at=at)

    return publish(loaded=loaded, by=by, at=at, within=note)


def let_answer(*, edition: Edition) -> None:
    """Point every check at an edition, unless a newer one of the recall is published."""
    slug = edition.recall.slug
    newest = current_edition(slug) or edition
    ref = EditionRef(slug, newest.number, newest.digest)
    folder = packs_folder()
    if (folder / ref.digest).is_dir():  # signs what was published before editions were signed
        signing.add(folder / ref.digest, keys.signer())
    pack.swap(folder, slug, ref)


def close(*, slug: str, reason: str, by: str, at: datetime) -> None:
    """Close a recall. The check stays up; claims and books are not touched."""
    _change_state(
        slug,
        RecallState.CLOSED,
        among=(RecallState.PUBLISHED, RecallState.REOPENED),
        reason=reason,
        by=by,
        at=at,
    )


def reopen(*, slug: str, reason: str, by: str, at: datetime) -> None:
    """Open a closed recall again."""
    _change_state(
        slug, RecallState.REOPENED, among=(RecallState.CLOSED,), reason=reason, by=by, at=at
    )


def _publishable(loaded: Loaded) -> CoreRecall:
    if loaded.recall is None or loaded.errors:
        raise RecallFileHasErrors(count=len(loaded.errors))
    return loaded.recall


def _refuse_unfit(recall: CoreRecall, newest: Edition | None) -> None:
    if newest is None:
        return
    if newest.recall.state == RecallState.CLOSED:
        raise RecallIsClosed(recall=recall.slug)
    if newest.recall.market != recall.market:
        raise MarketMoved(recall=recall.slug, was=newest.recall.market, now=recall.market)


def _publish_next(
    loaded: Loaded,
    recall: CoreRecall,
    newest: Edition | None,
    content: str,
    *,
    by: str,
    at: datetime,
    within: Within | None,
) -> Edition:
    number = newest.number + 1 if newest else 1
    counts = count(loaded)
    ref = pack.write(
        packs_folder(),
        recall,
        number,
        loaded.lists,
        loaded.pictures,
        published_at=at,
        sign=keys.signer(),
    )
    try:
        with transaction.atomic(durable=True):
            row, _ = Recall.objects.get_or_create(
                slug=recall.slug, defaults={"market": recall.market}
            )
            _mark_published(row, by=by, at=at)
            made = Edition.objects.create(
                recall=row,
                number=number,
                digest=ref.digest,
                content=content,
                published_at=at,
                published_by=by,
                counts=counts,
            )
            if within is not None:
                within(made)
            return made
    except IntegrityError:
        raise PublishedMeanwhile(recall=recall.slug, number=number) from None


def _mark_published(row: Recall, *, by: str, at: datetime) -> None:
    """Record the first publication; later editions leave the state as it is.

    A close that came in while the pack was written wins: the edition is refused.
    """
    draft = Recall.objects.filter(id=row.id, state=RecallState.DRAFT)
    if draft.update(state=RecallState.PUBLISHED):
        RecallEvent.objects.create(
            recall=row, state=RecallState.PUBLISHED, reason=FIRST_REASON, by=by, at=at
        )
    elif Recall.objects.select_for_update().get(id=row.id).state == RecallState.CLOSED:
        raise RecallIsClosed(recall=row.slug)


@transaction.atomic
def _change_state(
    slug: str,
    state: RecallState,
    *,
    among: tuple[RecallState, ...],
    reason: str,
    by: str,
    at: datetime,
) -> None:
    row = recall_row(slug)
    if not Recall.objects.filter(id=row.id, state__in=among).update(state=state):
        raise RecallStateClosedToThis(recall=slug, state=row.state)
    RecallEvent.objects.create(recall=row, state=state, reason=reason, by=by, at=at)
