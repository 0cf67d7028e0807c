"""Every screenshot stands on the sheet of its language."""

from __future__ import annotations

from pathlib import Path

from tools.contact_sheet import write


def test_each_shot_is_on_the_sheet_of_its_language(tmp_path: Path) -> None:
    names = ["walk-ja-home", "walk-zh-hans-home", "desk-sign-in-390-en", "tracking-zh", "plain<1"]
    for name in names:
        (tmp_path / f"{name}.png").write_bytes(b"")
    pages = {path.stem: path.read_text() for path in write(tmp_path)}
    assert set(pages) == {"sheet-ja", "sheet-zh", "sheet-en", "sheet-other"}
    assert 'src="walk-ja-home.png"' in pages["sheet-ja"]
    assert pages["sheet-zh"].count("<img") == 2
    assert 'src="desk-sign-in-390-en.png"' in pages["sheet-en"]
    assert "plain&lt;1" in pages["sheet-other"]
