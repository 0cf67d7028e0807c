"""Read recalls and editions; packs are opened once a process and kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from kaishu.core import pack
from kaishu.editions.errors import RecallUnknown
from kaishu.editions.models import Edition, Recall, RecallState
from kaishu.editions.place import packs_folder

# Which pack belongs to an edition, by database and folder: an edition never changes.
_digests: dict[tuple[str, str, int], str] = {}


def recall_row(slug: str) -> Recall:
    """Return the recall of this name; raise RecallUnknown."""
    try:
        return Recall.objects.get(slug=slug)
    except Recall.DoesNotExist:
        raise RecallUnknown(recall=slug) from None


def recall_rows() -> list[Recall]:
    """Return every recall, by name."""
    return list(Recall.objects.order_by("slug"))


def edition(edition_id: int) -> Edition:
    """Return an edition by its id, with its recall."""
    return Edition.objects.select_related("recall").get(id=edition_id)


def editions_of(slug: str) -> list[Edition]:
    """Return the editions of a recall, the first one first."""
    return list(Edition.objects.filter(recall__slug=slug).order_by("number"))


def closed_before(moment: datetime) -> frozenset[int]:
    """Return the ids of recalls that are closed and have been since before a moment."""
    closed = Recall.objects.filter(state=RecallState.CLOSED)
    newest = closed.annotate(since=Max("events__at")).filter(since__lte=moment)
    return frozenset(newest.values_list("id", flat=True))


def slugs(recall_ids: Collection[int]) -> frozenset[str]:
    """Return the names of these recalls."""
    rows = Recall.objects.filter(id__in=recall_ids)
    return frozenset(rows.values_list("slug", flat=True))


def current_edition(slug: str) -> Edition | None:
    """Return the newest edition of a recall, or None while it is a draft."""
    rows = Edition.objects.filter(recall__slug=slug).select_related("recall")
    return rows.order_by("-number").first()


def edition_of_digest(digest: str) -> Edition | None:
    """Return the edition that a pack belongs to; None for a pack whose publication never ended."""
    return Edition.objects.filter(digest=digest).select_related("recall").first()


def pack_for(edition: Edition) -> pack.Pack:
    """Return the pack of an edition, old or new."""
    return pack.open_pack(packs_folder(), edition.digest)


def pack_of(edition_id: int) -> pack.Pack:
    """Return the pack of an edition by its id; a process asks the database once for each."""
    folder = packs_folder()
    mark = (str(connection.settings_dict["NAME"]), str(folder), edition_id)
    digest = _digests.get(mark)
    if digest is None:
        digest = Edition.objects.values_list("digest", flat=True).get(id=edition_id)
        known = digest
        transaction.on_commit(lambda: _digests.update({mark: known}))  # never one rolled back
    return pack.open_pack(folder, digest)


def current_pack(slug: str) -> pack.Pack:
    """Return the pack that answers now; raise core.pack.PackMissing for a draft."""
    return pack.current(packs_folder(), slug)


def current_packs() -> list[pack.Pack]:
    """Return the pack that answers now for every published recall."""
    folder = packs_folder()
    return pack.all_current(folder) if folder.is_dir() else []
