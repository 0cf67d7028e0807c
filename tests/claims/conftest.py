"""Every test here starts with the published recall of `world`, and ends with audited books."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaishu.books.audit import audit
from kaishu.claims.audit import audit as audit_claims
from tests.claims.world import World


@pytest.fixture
def world(db: None, tmp_path: Path) -> Iterator[World]:
    """Open the recall; whatever the test did, the audit must find nothing afterwards."""
    yield World().open(tmp_path)
    assert [str(finding) for finding in (*audit(), *audit_claims())] == []


@pytest.fixture
def real_world(fresh_db: str, tmp_path: Path) -> Iterator[World]:
    """Open the recall on a database of its own, where commits are real."""
    yield World().open(tmp_path)
    assert [str(finding) for finding in (*audit(), *audit_claims())] == []
