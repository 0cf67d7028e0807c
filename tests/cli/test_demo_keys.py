"""A command finds the keys of a demo in its folder, and never anywhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaishu.cli._django import DEMO_KEYS, open_demo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, file in DEMO_KEYS.items():
        (tmp_path / file).write_text(f"of the demo: {name}")
    return tmp_path


def test_a_command_in_a_demos_folder_opens_the_demo(folder: Path) -> None:
    found = {"KAISHU_DATA_DIR": str(folder)}
    open_demo(found)
    assert found == {
        "KAISHU_DATA_DIR": str(folder),
        "KAISHU_MODE": "demo",
        "KAISHU_SECRET_KEY": "of the demo: KAISHU_SECRET_KEY",
        "KAISHU_FIELD_KEY": "of the demo: KAISHU_FIELD_KEY",
    }


@pytest.mark.parametrize(
    "given",
    [
        {"KAISHU_MODE": "production"},
        {"KAISHU_MODE": "development"},
        {"KAISHU_FIELD_KEY": "22" * 32},
        {"KAISHU_FIELD_KEY": ""},
    ],
)
def test_what_is_set_is_left_alone(folder: Path, given: dict[str, str]) -> None:
    found = {"KAISHU_DATA_DIR": str(folder), **given}
    open_demo(found)
    assert found == {"KAISHU_DATA_DIR": str(folder), **given}


def test_a_folder_without_both_keys_is_no_demo(folder: Path) -> None:
    (folder / DEMO_KEYS["KAISHU_SECRET_KEY"]).unlink()
    found = {"KAISHU_DATA_DIR": str(folder)}
    open_demo(found)
    assert found == {"KAISHU_DATA_DIR": str(folder)}
