"""Every story ends with an audit that finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaishu.books.audit import audit
from tests.stories.story import Story


@pytest.fixture
def story(db: None, tmp_path: Path) -> Iterator[Story]:
    """Give an unopened recall."""
    told = Story()
    told.folder = tmp_path
    yield told
    assert [str(finding) for finding in audit()] == []
