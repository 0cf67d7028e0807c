"""The files of a draft stay inside its folder and never become one another."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from kaishu.editions.drafting import actions, folders, judging, queries
from kaishu.editions.drafting.errors import FolderUnreadable
from tests.editions.harness import Folder
from tests.editions.test_drafting import AT, SLUG, draft_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slug", ["{out}", "../../{name}", 'a\\"b', "a\\u0000b"])
def test_a_slug_that_is_a_path_writes_nothing_outside(
    folder: Folder, tmp_path: Path, slug: str
) -> None:
    out = tmp_path / "outside"
    typed = slug.format(out=out, name=out.name)
    revision = queries.newest(draft_of(folder.change(f'slug = "{SLUG}"', f'slug = "{typed}"')))
    with folders.materialised(revision) as written:
        assert written.name in ("recall", "ab")
    assert judging.judge(revision).errors
    assert not out.exists()


def test_two_names_in_other_letters_stay_two_files(folder: Folder) -> None:
    draft = draft_of(folder)
    drawn = {"\u5199\u771f.svg": b"<svg/>", "\u56f3.svg": b"<svg></svg>", "front.SVG": b"<svg />"}
    kept = actions.add_files(draft_id=draft.id, uploads=drawn, by="hana", at=AT).files
    assert len({name for name in kept if name.startswith("pictures/file-")}) == 2
    assert "pictures/front.svg" in kept
    again = actions.add_files(draft_id=draft.id, uploads=drawn, by="hana", at=AT).files
    assert set(again) == set(kept)


def test_a_zip_that_names_a_smaller_size_is_not_inflated() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("recall.toml", b" " * 1_000_000)
    lying = packed.getvalue().replace((1_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    try:
        text, _files = folders.unpacked({"a.zip": lying})
    except FolderUnreadable:  # the checksum told
        return
    assert len(text) <= 10


def test_a_file_with_zero_bytes_is_no_recall_file() -> None:
    for content in (b"a = 1\0", "a = 1".encode("utf-16")):
        with pytest.raises(FolderUnreadable):
            folders.unpacked({"recall.toml": content})
