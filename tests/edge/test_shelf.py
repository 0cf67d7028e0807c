"""The follower takes whole editions only, and says what it could not take."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kaishu.cli.edge import edge as edge_command
from kaishu.core import pack as packs
from kaishu.core.receipts import key_id
from kaishu.core.signing import KeysUnreadable, Signer, Trusted
from kaishu.core.verdict import EditionRef
from kaishu.doors.edge.app import Edge
from kaishu.doors.edge.settings import EdgeSettings, from_environment
from kaishu.doors.edge.shelf import Follower, Shelf
from tests.core.test_signing import OURS, STRANGER, TRUSTED
from tests.doors import kumo
from tests.edge.asking import NOW, ask, edge_of
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


def signed(folder: Path, number: int, signer: Signer | None, phone: str = "") -> EditionRef:
    """Publish an edition that this key signed."""
    value = kumo.recall(phone=phone or f"0120-000-00{number}")
    lists, place = kumo.LISTS, folder / "packs"
    ref = packs.write(
        place, value, number, lists, kumo.PICTURES, published_at=kumo.PUBLISHED, sign=signer
    )
    packs.swap(place, value.slug, ref)
    return ref


@pytest.mark.parametrize("sign", [None, STRANGER])
def test_a_strangers_edition_never_answers_where_keys_are_given(
    tmp_path: Path, sign: Signer | None
) -> None:
    ours = signed(tmp_path, 1, OURS)
    theirs = signed(tmp_path, 2, sign)
    told = EdgeSettings(packs=tmp_path / "packs", trusted=TRUSTED)
    edge = Edge(told, lambda: NOW)
    health = json.loads(ask(edge, "/healthz").text)
    assert health["editions"] == {kumo.SLUG: {"number": 1, "digest": ours.digest}}
    assert health["status"] == "damaged"
    assert health["damaged"] == {kumo.SLUG: "pack_key_unknown" if sign else "pack_unsigned"}
    assert health["trusted"] == [key_id(OURS.public)]
    page = ask(edge, f"/en/r/{kumo.SLUG}/check/", f"model=K100&serial={kumo.LISTED}").text
    assert "0120-000-001" in page and "0120-000-002" not in page
    for ref, status in ((ours, 200), (theirs, 404)):
        assert ask(edge, f"/pictures/{ref.digest}/label-serial.svg").status == status
    again = signed(tmp_path, 3, OURS)
    edge.follower.look()
    health = json.loads(ask(edge, "/healthz").text)
    assert (health["status"], health["editions"][kumo.SLUG]["digest"]) == ("ok", again.digest)


def test_an_edition_of_ours_under_another_name_is_not_taken(tmp_path: Path) -> None:
    ref = signed(tmp_path, 1, OURS)
    (tmp_path / "packs" / ref.digest).rename(tmp_path / "packs" / ("0" * 64))
    pointer = tmp_path / "packs" / "current" / f"{kumo.SLUG}.json"
    pointer.write_text(pointer.read_text().replace(ref.digest, "0" * 64))
    edge = Edge(EdgeSettings(packs=tmp_path / "packs", trusted=TRUSTED), lambda: NOW)
    assert json.loads(ask(edge, "/healthz").text)["damaged"] == {kumo.SLUG: "pack_corrupt"}


def test_keys_are_named_in_the_settings_or_by_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps([{"ed25519": OURS.public.hex()}]))
    for said in (OURS.public.hex(), str(file)):
        assert from_environment({"KAISHU_EDGE_TRUST": said}).trusted == TRUSTED
    assert from_environment({}).trusted is None
    file.write_text("nothing")
    with pytest.raises(KeysUnreadable):
        from_environment({"KAISHU_EDGE_TRUST": str(file)})
    wrong = CliRunner().invoke(edge_command, ["--trust", str(file)])
    assert isinstance(wrong.exception, KeysUnreadable)


def test_the_command_hands_the_keys_to_its_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAISHU_EDGE_TRUST", "")
    heard: list[Trusted | None] = []
    monkeypatch.setattr(
        "kaishu.cli.edge.serve", lambda **_: heard.append(from_environment().trusted)
    )
    done = CliRunner().invoke(edge_command, ["--trust", OURS.public.hex()])
    assert (done.exit_code, heard) == (0, [TRUSTED])
