"""A good recall folder for each test to spoil."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.editions.harness import Folder, write_example


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Give the documented example as a folder of its own."""
    return write_example(tmp_path / "lamp-jp-2026")
