"""The follower takes whole editions only, and says what it could not take."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaishu.core import pack as packs
from kaishu.doors.edge.shelf import Follower, Shelf
from tests.doors import kumo
from tests.edge.asking import ask, edge_of
from tests.edge.test_process import publish


def follower(folder: Path, heard: list[Shelf]) -> Follower:
    return Follower(folder / "packs", heard.append)


def test_an_unchanged_pointer_makes_no_new_shelf(tmp_path: Path) -> None:
    kumo.write_pack(tmp_path)
    heard: list[Shelf] = []
    one = follower(tmp_path, heard)
    one.look()
    one.look()
    assert [shelf.packs[kumo.SLUG].ref.number for shelf in heard] == [1]


def test_every_new_edition_is_taken_once(tmp_path: Path) -> None:
    kumo.write_pack(tmp_path)
    heard: list[Shelf] = []
    one = follower(tmp_path, heard)
    one.look()
    publish(tmp_path, 2, [kumo.LISTED])
    one.look()
    kumo.write_pack(tmp_path, kumo.abroad())
    one.look()
    assert [sorted(shelf.packs) for shelf in heard] == [
        [kumo.SLUG],
        [kumo.SLUG],
        [kumo.ABROAD_SLUG, kumo.SLUG],
    ]
    assert heard[2].packs[kumo.SLUG] is heard[1].packs[kumo.SLUG]


@pytest.mark.parametrize("name", [packs.MANIFEST, packs.INDEX, "pictures/label-serial.svg"])
def test_a_start_over_a_damaged_edition_answers_from_the_newest_whole_one(
    tmp_path: Path, name: str
) -> None:
    kumo.write_pack(tmp_path)
    publish(tmp_path, 2, [kumo.LISTED])
    publish(tmp_path, 3, [kumo.LISTED])
    digest = packs.current(tmp_path / "packs", kumo.SLUG).ref.digest
    file = tmp_path / "packs" / digest / name
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    heard: list[Shelf] = []
    follower(tmp_path, heard).look()
    assert heard[0].packs[kumo.SLUG].ref.number == 2
    assert set(heard[0].damaged) == {kumo.SLUG}


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"digest": "../../etc"}'])
def test_a_damaged_pointer_keeps_what_answers(tmp_path: Path, content: bytes) -> None:
    kumo.write_pack(tmp_path)
    heard: list[Shelf] = []
    one = follower(tmp_path, heard)
    one.look()
    (tmp_path / "packs" / "current" / f"{kumo.SLUG}.json").write_bytes(content)
    one.look()
    assert heard[1].packs[kumo.SLUG] is heard[0].packs[kumo.SLUG]
    assert set(heard[1].damaged) == {kumo.SLUG}
    one.look()
    assert len(heard) == 2  # the same damage is no news


def test_an_edge_without_editions_says_so(tmp_path: Path) -> None:
    edge = edge_of(tmp_path)
    found = ask(edge, "/healthz")
    assert (found.status, found.text) == (503, '{"status":"empty","editions":{},"damaged":{}}')
    assert ask(edge, f"/en/r/{kumo.SLUG}/check/").status == 404
