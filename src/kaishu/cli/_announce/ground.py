"""The ground: editions, people, copies, the disk. Reads the installation and changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.contrib.auth.models import User

from kaishu.base import second_step
from kaishu.base.access import accounts
from kaishu.base.keeping import backup
from kaishu.base.roles import SECOND_STEP, Role
from kaishu.cli._announce.values import Point, go, no_go
from kaishu.core import pack as packs
from kaishu.core.errors import Refusal
from kaishu.core.pack import Pack
from kaishu.core.recall import LANGUAGES, Recall, Text
from kaishu.editions import keys

NEEDED = {
    Role.MANAGER: 2,  # one proposes an edition, another publishes it
    Role.OPERATOR: 1,
    Role.REVIEWER: 1,
    Role.APPROVER: 1,
    Role.FINANCE: 1,
}
FRESH = timedelta(days=1)
ROOM = 5_000_000_000


def editions(folder: Path) -> Iterator[Point]:
    """Every edition that answers is whole and signed by a key of this installation."""
    found = packs.all_current(folder)
    if not found:
        yield no_go("editions", "nothing is published", "Publish the recall first.")
    trusted = frozenset(keys.known().values())
    for pack in found:
        where = f"{pack.ref.recall} edition {pack.ref.number}"
        try:
            packs.verify(packs.load(pack.path, trusted=trusted))
        except Refusal as refusal:
            after = "Publish it again; `kaishu doctor` names what is damaged."
            yield no_go("editions", f"{where}: {refusal}", after)
        else:
            yield go("editions", f"{where} is whole and signed")


def words(found: list[Pack]) -> Iterator[Point]:
    """What an owner reads first is there in three languages, with a telephone number."""
    for pack in found:
        recall = pack.recall
        missing = [
            f"{name} ({tag})"
            for name, text in _texts(recall)
            for tag in LANGUAGES
            if not text.get(tag, "").strip()
        ]
        if missing:
            said = f"{recall.slug} has no {', '.join(missing[:5])}"
            yield no_go("words", said, "Fill them in on the recall's draft and publish.")
        else:
            yield go("words", f"{recall.slug}: three languages")
        if not recall.phone.strip():
            yield no_go(
                "words", f"{recall.slug} names no telephone", "Owners need a person: add it."
            )


def _texts(recall: Recall) -> Iterator[tuple[str, Text]]:
    for name in ("title", "company", "hazard", "stop_use", "keep_safe", "never", "flight"):
        yield name, getattr(recall, name)
    yield "phone_hours", recall.phone_hours
    for number, text in enumerate(recall.do_now, 1):
        yield f"do_now {number}", text


def roster() -> Iterator[Point]:
    """The people are there, and each has set up the second step that the role needs."""
    people = [(user, accounts.roles_named(user)) for user in User.objects.filter(is_active=True)]
    for role, least in NEEDED.items():
        having = sorted(user.username for user, roles in people if role in roles)
        if len(having) < least:
            said = f"{len(having)} of {least} with the role {role.value}"
            yield no_go("people", said, f"kaishu staff add NAME --role {role.value}")
        else:
            yield go("people", f"{role.value}: {', '.join(having)}")
    bare = sorted(
        user.username
        for user, roles in people
        if roles & SECOND_STEP and not second_step.ways(user).any
    )
    if bare:
        after = "Each signs in and sets up an app or a passkey."
        yield no_go("people", f"no second step: {', '.join(bare)}", after)
    else:
        yield go("people", "everybody has a second step")


def copies(folder: Path | None, at: datetime) -> Iterator[Point]:
    """There is a whole copy of today or yesterday."""
    if folder is None:
        yield no_go("backup", "no folder was named", "Name it: --backups /backups.")
        return
    newest = backup.newest(folder)
    try:
        made = datetime.strptime(newest.name, "backup-%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        yield no_go("backup", f"no copy in {folder}", f"kaishu backup {folder} --recipient age1…")
        return
    if at - made > FRESH:
        said = f"the newest is of {made:%F %R} UTC"
        yield no_go("backup", said, "Make one now, and let the timer make one a day.")
    else:
        yield go("backup", f"of {made:%F %R} UTC")


def disk(folder: Path) -> Iterator[Point]:
    """There is room for photos."""
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free"
    if free < ROOM:
        yield no_go("disk", said, f"Make room: {ROOM / 1e9:.0f} GB at least.")
    else:
        yield go("disk", said)
