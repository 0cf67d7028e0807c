"""The world of the API's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors import desk_world


@pytest.fixture
def world(db: None, data_dir: Path) -> desk_world.DeskWorld:
    """Open the recall, without claims."""
    return desk_world.open_world(data_dir)
