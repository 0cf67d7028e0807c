"""Run every app's sweep, then take the files that nothing names any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice

from django.contrib.sessions.models import Session
from django.db.models import Q

from kaishu.base import limiter, logs
from kaishu.base.access.models import SignIn
from kaishu.base.storage import evidence_store
from kaishu.claims import retention as claims
from kaishu.claims.imports import retention as imports
from kaishu.doors.console.hotline import drafts as hotline
from kaishu.doors.public import retention as public
from kaishu.incidents import retention as incidents
from kaishu.notices import retention as notices
from kaishu.people.retention import rule
from kaishu.returns.models import Certificate, CertificateFile
from kaishu.supply.links import parts as links

log = logs.get_logger("kaishu.retention")
A_DAY = 24 * 3600
SOME = 500


def sweep(*, at: datetime, dry_run: bool = False) -> Mapping[str, int]:
    """Delete everywhere what is past its time; return counts, and never whose it was."""
    counts: dict[str, int] = {}
    sweeps = (
        public.sweep,
        hotline.sweep,
        claims.sweep,
        notices.sweep,
        incidents.sweep,
        imports.sweep,
        links.sweep,
        _sessions,
        _sign_ins,
        orphans,
    )
    for step in sweeps:
        try:
            counts |= step(at=at, dry_run=dry_run)
        except Exception:
            # One row that cannot be read must not keep everything else for ever.
            log.exception("retention.step_failed", step=step.__module__)
            counts["failed_steps"] = counts.get("failed_steps", 0) + 1
    return counts


def daily(*, at: datetime) -> Mapping[str, int]:
    """Sweep once a day, whichever of the workers comes first; return the counts for its log."""
    day = f"{at:%Y-%m-%d}"
    if not limiter.allow(name="retention", subject=day, limit=1, seconds=A_DAY, at=at):
        return {}
    return sweep(at=at)


def _sessions(*, at: datetime, dry_run: bool) -> Mapping[str, int]:
    over = Session.objects.filter(expire_date__lte=rule("session").cut(at))
    found = over.count()
    if not dry_run:
        over.delete()
    return {"sessions": found}


def _sign_ins(*, at: datetime, dry_run: bool) -> Mapping[str, int]:
    """Forget when staff signed in and out; one that was never ended counts from its last page."""
    cut = rule("sign_in").cut(at)
    left = Q(ended_at=None, seen_at__lte=cut) & Q(started_at__lte=cut)
    over = SignIn.objects.filter(Q(ended_at__lte=cut) | left)
    found = over.count()
    if not dry_run:
        over.delete()
    return {"sign_ins": found}


def orphans(*, at: datetime, dry_run: bool) -> Mapping[str, int]:
    """Delete old files that no draft, claim or certificate names.

    Drafts are read first: a draft that is sent meanwhile hands its files to a claim.
    """
    store, found = evidence_store(), 0
    in_drafts = public.file_names()
    old = store.names(stored_before=rule("orphan_file").cut(at))
    for names in _some(old):
        needed = in_drafts | claims.named(names) | _certificates(names)
        for name in names - needed:
            found += 1
            if not dry_run:
                store.delete(name)
    return {"orphan_files": found}


def _some(names: Iterable[str]) -> Iterator[set[str]]:
    rest = iter(names)
    while part := set(islice(rest, SOME)):
        yield part


def _certificates(names: set[str]) -> set[str]:
    rows = Certificate.objects.filter(file__in=names)
    papers = CertificateFile.objects.filter(name__in=names)
    return {*rows.values_list("file", flat=True), *papers.values_list("name", flat=True)}
