"""Change recall drafts: start, save a section, add and remove files, put away."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from kaishu.editions.drafting import folders, judging, queries, starting
from kaishu.editions.drafting.errors import ChangedMeanwhile, DraftClosed, DraftMoved
from kaishu.editions.drafting.models import RecallDraft, Revision
from kaishu.editions.drafting.sections import FILES, SECTIONS, part, with_part
from kaishu.editions.drafting.toml_text import write
from kaishu.editions.errors import RecallUnknown
from kaishu.editions.models import Edition
from kaishu.editions.queries import current_edition

STARTED = "started"
Stored = dict[str, Any]


def start_empty(*, market: str, by: str, at: datetime) -> RecallDraft:
    """Start the draft of a new recall from what nearly every recall says."""
    text, pictures = starting.empty(market=market, on=at.date())
    return _start(text, folders.keep(pictures), None, by=by, at=at)


def start_copy(*, slug: str, by: str, at: datetime) -> RecallDraft:
    """Start the draft of a recall's next edition from its published one; raise RecallUnknown."""
    edition = current_edition(slug)
    if edition is None:
        raise RecallUnknown(recall=slug)
    text, stored, files = starting.copied(edition)
    return _start(text, {**stored, **folders.keep(files)}, edition, by=by, at=at)


def start_upload(*, uploads: Mapping[str, bytes], by: str, at: datetime) -> RecallDraft:
    """Start a draft from an uploaded recall folder, as it is, wrong or right.

    A folder whose slug is published becomes the draft of that recall's next edition. Raises
    FolderUnreadable or FileNameWrong.
    """
    text, files = folders.unpacked(uploads)
    slug, _market = _names(text)
    return _start(text, folders.keep(files), current_edition(slug) if slug else None, by=by, at=at)


def save_section(
    *, draft_id: int, section: str, said: Mapping[str, Any], seen: int, by: str, at: datetime
) -> Revision:
    """Save what one section says now, right or wrong; nothing typed is refused for its content.

    `seen` is the version that the person had before them. What others changed in other sections
    since then stays; a change of the same section raises ChangedMeanwhile, and DraftClosed tells
    that the draft waits or is published. Saving what is there already makes no new revision.
    """
    tables = {name: said[name] for name in SECTIONS[section] if name in said}
    with transaction.atomic():
        draft = _locked(draft_id)
        newest = queries.revision(draft, draft.version)
        data = judging.data(newest)
        if part(data, section) == tables:
            return newest
        if seen != draft.version:
            before = queries.revision(draft, seen)
            if part(judging.data(before), section) != part(data, section):
                raise ChangedMeanwhile(by=_last_by(draft, section), section=section)
        text = write(with_part(data, section, tables))
        return _next(draft, text=text, files=newest.files, section=section, by=by, at=at)


def add_files(*, draft_id: int, uploads: Mapping[str, bytes], by: str, at: datetime) -> Revision:
    """Put serial lists and drawings beside the recall file; a file of the same name is replaced.

    Raises FileNameWrong or DraftClosed.
    """
    kept = folders.keep({folders.named(name): content for name, content in uploads.items()})
    with transaction.atomic():
        draft = _locked(draft_id)
        newest = queries.revision(draft, draft.version)
        files = {**newest.files, **kept}
        return _next(draft, text=newest.text, files=files, section=FILES, by=by, at=at)


def remove_file(*, draft_id: int, name: str, by: str, at: datetime) -> Revision:
    """Take a file out of the draft; earlier revisions keep it."""
    with transaction.atomic():
        draft = _locked(draft_id)
        newest = queries.revision(draft, draft.version)
        if name not in newest.files:
            return newest
        files = {each: kept for each, kept in newest.files.items() if each != name}
        return _next(draft, text=newest.text, files=files, section=FILES, by=by, at=at)


def hold(*, draft_id: int, seen: int) -> RecallDraft:
    """Hold a draft until the transaction ends, for a change of several sections at once.

    Raises DraftClosed, and DraftMoved where it is no longer at the version that was seen.
    """
    draft = _locked(draft_id)
    if draft.version != seen:
        raise DraftMoved(by=queries.newest(draft).by, draft=draft.slug or str(draft.id))
    return draft


def put_away(*, draft_id: int) -> None:
    """Take a draft off the desk; its revisions stay. Raises DraftClosed."""
    with transaction.atomic():
        _locked(draft_id)
        RecallDraft.objects.filter(id=draft_id).update(open=False)


def _start(
    text: str, files: Stored, edition: Edition | None, *, by: str, at: datetime
) -> RecallDraft:
    with transaction.atomic():
        draft = RecallDraft.objects.create(based_on=edition, created_by=by, created_at=at)
        _next(draft, text=text, files=files, section=STARTED, by=by, at=at)
    return queries.draft(draft.id)


def _next(
    draft: RecallDraft, *, text: str, files: Stored, section: str, by: str, at: datetime
) -> Revision:
    slug, market = _names(text)
    RecallDraft.objects.filter(id=draft.id).update(
        version=F("version") + 1, slug=slug, market=market
    )
    draft.refresh_from_db()
    return Revision.objects.create(
        draft=draft, number=draft.version, text=text, files=files, section=section, by=by, at=at
    )


def _locked(draft_id: int) -> RecallDraft:
    """Hold a draft until the transaction ends; raise DraftNotFound or DraftClosed."""
    draft = queries.draft(draft_id, lock=True)
    if not draft.open or queries.waiting_of(draft) is not None:
        raise DraftClosed(draft=draft.slug or str(draft.id))
    return draft


def _last_by(draft: RecallDraft, section: str) -> str:
    rows = Revision.objects.filter(draft=draft, section=section).order_by("-number")
    return rows.values_list("by", flat=True).first() or draft.created_by


def _names(text: str) -> tuple[str, str]:
    """Return the slug and the market that a recall file names, as far as they can be columns."""
    try:
        head = tomllib.loads(text).get("recall", {})
    except tomllib.TOMLDecodeError:
        return "", ""
    said = head if isinstance(head, dict) else {}
    slug, market = (said.get(name, "") for name in ("slug", "market"))
    return str(slug).replace("\0", "")[:80], str(market).replace("\0", "")[:8]
