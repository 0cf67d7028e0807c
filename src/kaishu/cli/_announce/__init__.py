"""The rehearsal of an announcement: each file looks at one thing and yields its points."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings

from kaishu.cli._announce import copy, ground, loading, mail
from kaishu.cli._announce.page import page_bytes as page_bytes
from kaishu.cli._announce.page import verdict as verdict
from kaishu.cli._announce.values import Point as Point
from kaishu.cli._announce.values import Targets as Targets
from kaishu.cli._announce.values import no_go
from kaishu.core import pack as packs
from kaishu.editions.place import packs_folder


def rehearse(want: Targets, *, at: datetime) -> Iterator[Point]:
    """Yield every point; what cannot even be looked at is a no-go, and the rest goes on."""
    folder, data = packs_folder(), Path(settings.KAISHU_DATA_DIR)
    found = packs.all_current(folder)
    with tempfile.TemporaryDirectory(prefix=".rehearsal-", dir=data) as name:
        scratch = Path(name)
        looks: dict[str, Callable[[], Iterator[Point]]] = {
            "editions": lambda: ground.editions(folder),
            "words": lambda: ground.words(found),
            "people": ground.roster,
            "mail": lambda: mail.mail(want.mail_dns, settings.KAISHU_MAIL_FROM),
            "backup": lambda: ground.copies(want.backups, at),
            "disk": lambda: ground.disk(data),
        }
        if found:
            looks["copy"] = lambda: copy.static_copy(scratch / "site", found)
            looks["load"] = lambda: loading.load_test(scratch, folder, found, want)
            looks["site"] = lambda: loading.load_site(scratch, folder, found, want)
        for area, look in looks.items():
            try:
                yield from look()
            except Exception as problem:
                said = f"cannot be looked at: {type(problem).__name__}"
                yield no_go(area, said, "Run kaishu doctor; mend that first.")
