"""Files: what rows name must be there and whole, and nothing else should be."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import datetime

from kaishu.base import clock
from kaishu.base.keeping.values import Advance
from kaishu.base.storage import FileDamaged, FileGone, Store, evidence_store
from kaishu.claims.imports.models import ClaimImport
from kaishu.claims.models import Evidence
from kaishu.cli._doctor.values import Trouble, error, warning
from kaishu.cli._retention import orphans
from kaishu.core import pack as packs_of
from kaishu.core.errors import Refusal
from kaishu.core.pack import PackMissing
from kaishu.doors.public import retention as public
from kaishu.editions import queries as editions
from kaishu.editions.drafting.folders import store as draft_store
from kaishu.editions.drafting.models import Revision
from kaishu.editions.imports.upload import store as import_store
from kaishu.editions.models import Edition
from kaishu.editions.place import packs_folder
from kaishu.people.retention import rule
from kaishu.returns.models import Certificate, CertificateFile
from kaishu.supply.links.parts import store as link_store
from kaishu.supply.models import LinkPart

LOST = "Restore it from a backup; a person may have to send it again."
Named = tuple[str, str, str]  # where, name in the store, sha256 of its bytes or ""


def packs(at: datetime, advance: Advance) -> Iterator[Trouble]:
    """Name editions whose pack is missing or changed, and recalls that answer by another one."""
    rows = list(Edition.objects.select_related("recall").order_by("id"))
    for number, row in enumerate(rows, 1):
        where = f"{row.recall.slug} edition {row.number}"
        try:
            packs_of.verify(packs_of.load(packs_folder() / row.digest))
        except PackMissing:
            yield error("pack_missing", where, "its folder is not there", LOST)
        except Refusal as refusal:
            yield error("pack_damaged", where, str(refusal), LOST)
        advance("editions", number, len(rows))
    for recall in editions.recall_rows():
        newest = editions.current_edition(recall.slug)
        if newest is None:
            continue
        try:
            answering = editions.current_pack(recall.slug).ref.digest
        except Refusal:
            answering = ""
        if answering != newest.digest:
            yield error(
                "edition_not_answering",
                recall.slug,
                "checks are answered by another one",
                "Publish the same folder again, or restore.",
            )


def stored(at: datetime, advance: Advance) -> Iterator[Trouble]:
    """Name files that are missing, damaged, or needed by nobody."""
    total = Evidence.objects.filter(erased=None).count()
    for number, (where, name, digest) in enumerate(_evidence(), 1):
        yield from _one(evidence_store(), where, name, digest)
        advance("files", number, max(total, number))
    for store, names in ((import_store, _imports), (draft_store, _drafts), (link_store, _links)):
        yield from _all_of(store, names)
    count = orphans(at=at, dry_run=True)["orphan_files"]
    if count:
        yield warning(
            "file_orphaned",
            f"{count} files",
            "nothing names them any more",
            "kaishu retention deletes them.",
        )


def _all_of(store: Callable[[], Store], names: Callable[[], Iterator[Named]]) -> Iterator[Trouble]:
    for where, name, digest in names():
        yield from _one(store(), where, name, digest)


def _one(store: Store, where: str, name: str, digest: str) -> Iterator[Trouble]:
    try:
        content = store.get(name)
    except FileGone:
        yield error("file_missing", where, f"no file {name}", LOST)
    except FileDamaged:
        yield error("file_damaged", where, f"{name} does not open", LOST)
    else:
        if digest and hashlib.sha256(content).hexdigest() != digest:
            yield error("file_altered", where, f"{name} is not what came in", LOST)


def _evidence() -> Iterator[Named]:
    for row in Evidence.objects.filter(erased=None).order_by("id").iterator(500):
        yield f"evidence {row.pk}", row.name, row.sha256
    for name in sorted(public.file_names()):
        yield "draft", name, ""
    for certificate in Certificate.objects.exclude(file="").order_by("id"):
        yield f"certificate {certificate.pk}", certificate.file, ""
    for paper in CertificateFile.objects.order_by("id"):
        yield f"certificate file {paper.pk}", paper.name, paper.sha256


def _imports() -> Iterator[Named]:
    for row in ClaimImport.objects.filter(at__gt=rule("import_file").cut(clock.now())):
        yield f"import {row.pk}", row.file, row.sha256


def _drafts() -> Iterator[Named]:
    for row in Revision.objects.order_by("id").iterator(200):
        for file in row.files.values():
            yield f"draft {row.draft_id} revision {row.pk}", file["name"], file.get("sha256", "")


def _links() -> Iterator[Named]:
    for row in LinkPart.objects.order_by("id").iterator(500):
        yield f"link file {row.file_id}, part {row.number} of {row.of}", row.name, row.sha256
