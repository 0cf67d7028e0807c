"""Signed edition packs: whoever names the keys it trusts gets the publisher's words or none."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaishu.core import pack as packs
from kaishu.core import signing
from kaishu.core.answer import Inspection, judge
from kaishu.core.errors import Refusal
from kaishu.core.pack import PackCorrupt
from kaishu.core.recall import RuleKind
from kaishu.core.signing import KeysUnreadable, PackForged, PackKeyUnknown, PackUnsigned, Signer
from kaishu.core.verdict import Answer, EditionRef
from tests.core.small_recall import PUBLISHED, recall, rule

LISTS = {"one.csv": [b"A1000000", b"A2000000"]}
ASKED = Inspection(model="M1", serial="A1000000")


def signer(seed: int) -> Signer:
    key = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return Signer(public=key.public_key().public_bytes_raw(), sign=key.sign)


OURS, NEWER, STRANGER = signer(1), signer(2), signer(3)
TRUSTED = frozenset({OURS.public})


def written(folder: Path, sign: Signer | None, number: int = 1) -> EditionRef:
    what = recall(rule(1, RuleKind.LIST, file="one.csv"))
    return packs.write(
        folder, what, number, LISTS, {"bank.png": b"p"}, published_at=PUBLISHED, sign=sign
    )


def test_a_pack_signed_by_a_trusted_key_answers_under_any_folder_name(tmp_path: Path) -> None:
    ref = written(tmp_path, OURS)
    shutil.move(tmp_path / ref.digest, tmp_path / "from-the-mail")
    opened = packs.load(tmp_path / "from-the-mail", trusted=TRUSTED)
    assert opened.ref == ref
    assert judge(opened, ASKED).answer is Answer.AFFECTED
    with pytest.raises(PackCorrupt):  # without keys only the folder's own name vouches for it
        packs.load(tmp_path / "from-the-mail")


@pytest.mark.parametrize(("sign", "refusal"), [(None, PackUnsigned), (STRANGER, PackKeyUnknown)])
def test_an_unsigned_pack_and_a_strangers_are_refused(
    tmp_path: Path, sign: Signer | None, refusal: type[Refusal]
) -> None:
    ref = written(tmp_path, sign)
    packs.swap(tmp_path, ref.recall, ref)
    with pytest.raises(refusal):
        packs.load(tmp_path / ref.digest, trusted=TRUSTED)
    assert packs.current(tmp_path, ref.recall).ref == ref  # its own house still trusts its disk
    with pytest.raises(refusal):
        packs.current(tmp_path, ref.recall, trusted=TRUSTED)


def test_a_signature_moved_to_another_edition_or_changed_is_a_forgery(tmp_path: Path) -> None:
    one, two = written(tmp_path, OURS), written(tmp_path, OURS, number=2)
    file = tmp_path / two.digest / signing.SIGNATURE
    good = file.read_bytes()
    shutil.copy(tmp_path / one.digest / signing.SIGNATURE, file)
    with pytest.raises(PackForged):
        packs.load(tmp_path / two.digest, trusted=TRUSTED)
    for broken in (b"", b"[]", b'{"signatures": [{"key": 1}]}', good.replace(b'"', b"'")):
        file.write_bytes(broken)
        with pytest.raises(PackForged):
            packs.load(tmp_path / two.digest, trusted=TRUSTED)
    said = json.loads(good)
    said["signatures"][0]["signature"] = "zz"
    file.write_text(json.dumps(said))
    with pytest.raises(PackForged):
        packs.load(tmp_path / two.digest, trusted=TRUSTED)


@pytest.mark.parametrize("name", ["manifest.json", "listed.index", "pictures/bank.png"])
def test_one_changed_byte_in_any_file_of_a_signed_pack_is_refused(
    tmp_path: Path, name: str
) -> None:
    ref = written(tmp_path, OURS)
    file = tmp_path / ref.digest / name
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)
    with pytest.raises((PackForged, PackCorrupt)):
        packs.load(tmp_path / ref.digest, trusted=TRUSTED)


def test_a_genuine_pack_in_anothers_place_does_not_answer(tmp_path: Path) -> None:
    one, two = written(tmp_path, OURS), written(tmp_path, OURS, number=2)
    shutil.rmtree(tmp_path / two.digest)
    shutil.move(tmp_path / one.digest, tmp_path / two.digest)
    with pytest.raises(PackCorrupt):
        packs.open_pack(tmp_path, two.digest, trusted=TRUSTED)


def test_after_a_change_of_key_old_editions_stay_good_by_the_old_one(tmp_path: Path) -> None:
    old, new = written(tmp_path, OURS), written(tmp_path, NEWER, number=2)
    both = TRUSTED | {NEWER.public}
    assert packs.load(tmp_path / old.digest, trusted=both).ref == old
    assert packs.load(tmp_path / new.digest, trusted=both).ref == new
    with pytest.raises(PackKeyUnknown):
        packs.load(tmp_path / new.digest, trusted=TRUSTED)
    assert signing.add(tmp_path / old.digest, NEWER)
    assert not signing.add(tmp_path / old.digest, NEWER)
    for keys in (TRUSTED, frozenset({NEWER.public})):
        assert packs.load(tmp_path / old.digest, trusted=keys).ref == old


def test_an_edition_that_is_there_unsigned_is_signed_when_it_is_written_again(
    tmp_path: Path,
) -> None:
    assert written(tmp_path, None) == (ref := written(tmp_path, OURS))
    assert packs.load(tmp_path / ref.digest, trusted=TRUSTED).ref == ref


def test_keys_are_read_from_a_word_a_plain_file_and_the_sites_own_list(tmp_path: Path) -> None:
    plain, listed = tmp_path / "keys.txt", tmp_path / "edition-keys.json"
    plain.write_text(f"# ours\n{OURS.public.hex()}\n")
    listed.write_text(json.dumps([{"id": "x", "ed25519": NEWER.public.hex()}]))
    given = [STRANGER.public.hex().upper(), str(plain), str(listed)]
    assert signing.read_keys(given) == {OURS.public, NEWER.public, STRANGER.public}
    (tmp_path / "empty").write_text("no key")
    for wrong in ("ab12", str(tmp_path / "empty"), str(tmp_path / "none"), str(tmp_path)):
        with pytest.raises(KeysUnreadable):
            signing.read_keys([wrong])
