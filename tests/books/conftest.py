"""Every test of the books starts with 100 units in homes and 20 in a shop, and ends audited."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kaishu.books.audit import audit
from tests.books.harness import Books


@pytest.fixture
def books(db: None) -> Iterator[Books]:
    """Open books; whatever the test did, the audit must find nothing afterwards."""
    opened = Books()
    opened.open(at_large=100, unsold=20)
    yield opened
    assert [str(finding) for finding in audit()] == []
