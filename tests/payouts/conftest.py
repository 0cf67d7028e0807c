"""Payouts start from the same recall as claims, and end with audited payouts too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kaishu.payouts.audit import audit
from tests.claims.conftest import real_world, world

__all__ = ["real_world", "world"]


@pytest.fixture(autouse=True)
def audited(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever the test did, the audit of payouts must find nothing afterwards."""
    worlds = {"world", "real_world"} & set(request.fixturenames)
    for name in worlds:
        request.getfixturevalue(name)
    yield
    assert not worlds or [str(finding) for finding in audit()] == []
