"""Delete what people brought once its time is up: the files and the reports about their rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from kaishu.editions.imports.upload import store
from kaishu.people.retention import rule


def sweep(*, at: datetime, dry_run: bool) -> Mapping[str, int]:
    """Delete old files; return how many."""
    names = list(store().names(stored_before=rule("import_file").cut(at)))
    if not dry_run:
        for name in names:
            store().delete(name)
    return {"import_files": len(names)}
