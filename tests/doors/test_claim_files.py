"""Photos of a draft: kept at once, shown to their owner alone, refused with the reason."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from kaishu.base import storage
from kaishu.base.clock import now
from kaishu.claims.models import Claim, ClaimUnit, Evidence
from kaishu.claims.proof_code import ALPHABET, proof_code
from kaishu.doors.public.claiming import keep_files, store
from kaishu.doors.public.models import Draft
from tests.doors import kumo
from tests.doors.draft import Walk, photo
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
KNOWN = {"model": "K100", "serial": kumo.LISTED, "colour": "white"}


@pytest.fixture
def walk(db: None, data_dir: Path) -> Walk:
    """Give a draft at the page for the photo of the number."""
    kumo.publish(data_dir)
    return Walk().start(**KNOWN).to("photo")


def stored(data_dir: Path) -> int:
    """Count the files on the disk."""
    return sum(path.is_file() for path in (data_dir / "evidence").rglob("*"))


def test_a_photo_is_kept_at_once_shown_and_belongs_to_the_claim(walk: Walk) -> None:
    walk.say(camera=photo("私の写真.jpg"))
    root = walk.page()
    assert "私の写真.jpg" in text(find(root, ".kept")[0])
    address = find(root, ".photos img")[0].get("src")
    response = walk.client.get(address)
    assert Image.open(io.BytesIO(response.content)).size == (256, 128)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in response["Cache-Control"]
    walk.to_check().send()
    kept = Evidence.objects.get()
    assert (kept.kind, kept.media_type) == ("serial_photo", "image/jpeg")
    assert kept.claim_unit == ClaimUnit.objects.get()


def test_a_photo_is_served_under_its_own_drafts_address_only(walk: Walk) -> None:
    address = find(walk.say(file=photo()).page(), ".photos img")[0].get("src")
    other = Walk().start(**KNOWN)
    assert Client().get(address.replace(walk.root, other.root)).status_code == 404
    assert Client().get(address[:-1]).status_code == 404
    walk.to_check().send()
    assert Client().get(address).status_code == 404


def test_a_photo_turns_right_and_stays_turned(walk: Walk, data_dir: Path) -> None:
    root = walk.say(file=photo()).page()
    name = find(root, ".photos img")[0].get("src").rpartition("/")[2]
    walk.say(do=f"turn-{name}")
    turned = find(walk.page(), ".photos img")[0].get("src")
    assert Image.open(io.BytesIO(walk.client.get(turned).content)).size == (128, 256)
    assert stored(data_dir) == 1
    walk.say(do=f"remove-{turned.rpartition('/')[2]}")
    assert not find(walk.page(), ".photos")
    assert stored(data_dir) == 0
    walk.say(do=f"turn-{name}")  # pressed in an old tab
    walk.to_check().send()
    assert Evidence.objects.count() == 0


def test_a_photo_taken_out_while_the_claim_is_sent_stays_with_the_claim(
    walk: Walk, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk.say(camera=photo())
    name = find(walk.page(), ".photos img")[0].get("src").rpartition("/")[2]

    def sent_meanwhile(draft: store.OpenDraft, *_: object, **__: object) -> store.OpenDraft:
        return replace(draft, link="sent-in-another-tab")

    with monkeypatch.context() as patch:
        patch.setattr(store, "change", sent_meanwhile)
        walk.say(do=f"remove-{name}")
    assert stored(data_dir) == 1
    assert storage.evidence_store().get(name)


def test_sending_without_choosing_a_photo_says_so(walk: Walk) -> None:
    walk.say(do="send")
    root = walk.page()
    assert text(find(root, ".summary a")[0]) == "Add a photo of the serial number."
    walk.say(do="continue")
    assert walk.question == "shop"


def test_four_photos_are_the_most(walk: Walk, data_dir: Path) -> None:
    for number in range(4):
        walk.say(file=photo(f"{number}.jpg"))
    assert not find(walk.page(), "#id-camera")
    walk.say(file=photo("5.jpg"))
    assert "error=photos_full" in walk.at
    assert stored(data_dir) == 4
    assert len(find(walk.page(), ".photos li")) == 4


REFUSED = {
    "file_empty": SimpleUploadedFile("empty.jpg", b"", "image/jpeg"),
    "file_mislabelled": SimpleUploadedFile("letter.jpg", b"Dear Sir or Madam " * 9, "image/jpeg"),
    "file_type": SimpleUploadedFile("letter.doc", b"Dear Sir or Madam " * 9),
    "file_unreadable": SimpleUploadedFile("cut.jpg", b"\xff\xd8\xff\xe0" + bytes(99), "image/jpeg"),
    "file_too_big": SimpleUploadedFile("big.jpg", b"\xff\xd8" + bytes(40 * 1024 * 1024)),
}
SAYS = {
    "file_empty": "This file is empty.",
    "file_mislabelled": "The file's name and its content do not match.",
    "file_type": "This kind of file cannot be used.",
    "file_unreadable": "This file could not be opened.",
    "file_too_big": "This file is too big. The limit is 15 MB.",
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_file_that_is_not_taken_says_why_and_loses_nothing(
    walk: Walk, code: str, data_dir: Path
) -> None:
    walk.say(file=photo("good.jpg"))
    REFUSED[code].seek(0)
    walk.say(file=REFUSED[code])
    root = walk.page()
    assert text(find(root, "title")[0]).startswith("Error: ")
    [link] = find(root, ".summary a")
    assert link.get("href") == "#id-camera"
    assert text(link).startswith(SAYS[code])
    assert text(find(root, "#id-camera_error")[0]) == text(link)
    assert "good.jpg" in text(find(root, ".kept")[0])
    assert stored(data_dir) == 1


@pytest.mark.parametrize("where", ["put", "spool"])
def test_a_full_disk_says_so_and_keeps_the_answers(
    walk: Walk, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(handler: object, *_: object) -> None:
        if where == "spool":
            handler.spooled.close()  # type: ignore[attr-defined]
        raise OSError(28, "No space left on device")

    if where == "put":
        monkeypatch.setattr(storage.FolderStore, "put", full)
    else:
        monkeypatch.setattr("kaishu.base.uploads.LimitedUpload.receive_data_chunk", full)
    walk.say(camera=photo())
    root = walk.page()
    assert text(find(root, ".summary a")[0]).startswith("We could not keep this photo just now.")
    monkeypatch.undo()
    walk.to_check()
    assert "山田電器" in text(find(walk.page(), "main")[0])
    walk.went(walk.post("1/photo/", {"camera": photo()}))
    assert find(walk.page(), ".photos img")


def test_a_number_that_cannot_be_read_needs_a_photo_and_a_person(walk: Walk) -> None:
    other = Walk().start(model="K100").say(do="unknown").to("photo")
    assert text(find(other.page(), "h1")[0]) == "Please take photos of the product"
    assert not find(other.page(), "#without")
    other.say(do="continue")
    assert text(find(other.page(), ".summary a")[0]).startswith("Add a photo: of the place")
    other.say(camera=photo())
    other.to_check().send()
    unit = ClaimUnit.objects.get()
    assert (unit.serial, unit.serial_typed, unit.verdict_answer) == ("", "", "ask")
    assert Evidence.objects.get().kind == "serial_photo"


def test_proof_is_required_only_where_the_recall_says_so(data_dir: Path, db: None) -> None:
    rule = kumo.recall().evidence
    strict = type(rule)(order_where=rule.order_where, proof="required")
    kumo.publish(data_dir, kumo.recall(evidence=strict))
    walk = Walk().start(**KNOWN).to("proof")
    assert not find(walk.page(), "#without")
    walk.say(do="continue")
    assert text(find(walk.page(), ".summary a")[0]) == (
        "Add a photo of the receipt or of the order page."
    )
    code = proof_code(Draft.objects.get().id.hex)
    assert code in text(find(walk.page(), "details")[0])
    walk.say(file=photo())
    walk.to_check().send()
    assert proof_code(Claim.objects.get().key) == code


def test_the_proof_code_has_no_look_alikes_and_differs_by_draft() -> None:
    codes = {proof_code(f"{number:032x}") for number in range(200)}
    assert len(codes) > 190
    assert all(len(code) == 4 and set(code) <= set(ALPHABET) for code in codes)
    assert not set(ALPHABET) & set("0O1IL2Z5S8BGQ")


def test_drafts_past_their_time_go_with_their_photos(walk: Walk, data_dir: Path) -> None:
    walk.say(file=photo())
    sent = Walk().start(**KNOWN).to("photo").say(file=photo())
    sent.to_check().send()
    assert store.drop_old(at=now()) == 0
    assert store.drop_old(at=now() + store.KEPT_FOR * 1.1) == 2
    assert Draft.objects.count() == 0
    assert stored(data_dir) == 1
    assert storage.evidence_store().get(Evidence.objects.get().name)


def test_an_address_cannot_make_the_page_say_anything_else(walk: Walk) -> None:
    root = parsed(walk.client.get(f"{walk.at}?error=cannot_open"))
    assert not find(root, ".summary")
    assert keep_files.facts_of("cannot_open") is None
