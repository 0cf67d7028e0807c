"""Name the keys that a copy needs, without telling them: a fingerprint each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from django.conf import settings

from kaishu.base import sealing
from kaishu.base.keeping.errors import KeyMissing

SECRET = "secret"  # noqa: S105 (the name of one)


def fingerprints() -> dict[str, str]:
    """Return a fingerprint of each key of this installation, by its name."""
    found = {f"field:{number}": mark for number, mark in sealing.fingerprints().items()}
    mark = hashlib.sha256(b"kaishu secret fingerprint " + settings.SECRET_KEY.encode())
    return {**found, SECRET: mark.hexdigest()[:16]}


def refuse_missing(needed: Mapping[str, str]) -> None:
    """Raise KeyMissing for the first key that opens details or files and is not set here.

    Another KAISHU_SECRET_KEY only ends sign-ins; without a field key everything sealed is lost.
    """
    here = fingerprints()
    for name, mark in needed.items():
        if name != SECRET and here.get(name) != mark:
            raise KeyMissing(key=name, fingerprint=mark)
