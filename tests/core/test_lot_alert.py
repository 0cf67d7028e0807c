"""Letters about lots: what was signed is what is read, and nothing else is."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.canonical import canonical
from kaishu.core.errors import Refusal
from kaishu.core.genealogy import things
from kaishu.core.lot_alert import Alert, body_of
from kaishu.core.lot_alert_errors import (
    AlertForged,
    AlertHopForged,
    AlertKeyWrong,
    AlertLotTwice,
    AlertNamesNothing,
    AlertNotJson,
    AlertShape,
    AlertTooBig,
    AlertTooMany,
    AlertVersion,
)
from kaishu.core.lot_alert_file import Sent, file_of, pass_on, read, sign, with_key
from kaishu.core.lot_alert_ids import found, hidden
from kaishu.core.lot_alert_json import MOST_BYTES
from kaishu.core.lot_alert_words import ACTS, CONTACTS, DEFECTS, SEVERITIES, WORDS
from kaishu.core.sentences import codes
from tests.support.letters import CELL, Stranger

AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
HARIMA, KUMO, TOWA = Stranger("Harima Cells", 1), Stranger("Kumo", 2), Stranger("Towa Packs", 3)
NAMES = st.text('aZ0 /%"\\é日🔋', min_size=1, max_size=9)
DAYS = st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1))


@given(
    lots=st.sets(NAMES, min_size=1, max_size=6),
    hide=st.booleans(),
    name=NAMES,
    days=st.tuples(DAYS, DAYS),
    words=st.tuples(*map(st.sampled_from, (DEFECTS, SEVERITIES, ACTS, CONTACTS))),
    at=st.integers(0, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
)
def test_whatever_is_signed_is_read_back_word_for_word(
    lots: set[str], hide: bool, name: str, days: Any, words: Any, at: datetime
) -> None:
    sent = HARIMA.alert(
        *lots,
        at=at,
        hide=hide,
        item_name=name,
        answer_by=days[0],
        valid_until=days[1],
        **dict(zip(("defect", "severity", "act", "contact"), words, strict=True)),
    )
    data = file_of(sent)
    assert read(data) == sent
    assert file_of(read(json.dumps(json.loads(data), indent=3).encode())) == data


@given(at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_no_changed_byte_is_believed(at: int, flip: int) -> None:
    sent = pass_on(HARIMA.alert("L1", at=AT), TOWA.signer, by=TOWA.company, to="customers", at=AT)
    data = bytearray(file_of(sent))
    data[at % len(data)] ^= flip
    try:
        after = read(bytes(data))
    except Refusal:
        return
    assert after == sent  # only white space may differ


def edited(sent: Sent, change: Callable[[dict[str, Any]], object]) -> bytes:
    said = json.loads(file_of(sent))
    change(said)
    return json.dumps(said).encode()


def set_to(path: str, value: Any) -> Callable[[dict[str, Any]], object]:
    def change(said: dict[str, Any]) -> None:
        *way, last = path.split("/")
        place: Any = said
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        place[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "refusal", "where"),
    [
        (set_to("body/severity", "no_danger"), AlertForged, ""),
        (set_to("signature", "0" * 128), AlertForged, ""),
        (set_to("hops/0/to", "suppliers"), AlertHopForged, ""),
        (set_to("hops", []), None, ""),
        (set_to("version", 3), AlertVersion, ""),
        (set_to("format", "spam"), AlertShape, "/format"),
        (set_to("more", 1), AlertShape, "/more"),
        (set_to("body/kind", "order"), AlertShape, "/body/kind"),
        (set_to("body/defect", "boom"), AlertShape, "/body/defect"),
        (set_to("body/issuer", "me"), AlertShape, "/body/issuer"),
        (set_to("body/issued_at", "2026-11-22"), AlertShape, "/body/issued_at"),
        (set_to("body/answer_by", "20261122"), AlertShape, "/body/answer_by"),
        (set_to("body/item", "/x/place/here"), AlertShape, "/body/item"),
        (set_to("body/item_name", "a\u0000b"), AlertShape, "/body/item_name"),
        (set_to("body/item_name", "\ud800"), AlertShape, "/body/item_name"),
        (set_to("body/lots/ids", []), AlertNamesNothing, ""),
        (set_to("body/lots/ids", ["/x/item/OTHER/lot/L1"]), AlertShape, "/body/lots/ids/0"),
        (set_to("body/lots/ids", [things.lot(CELL, "L1")] * 2), AlertLotTwice, ""),
        (set_to("key", "0" * 64), AlertKeyWrong, ""),
        (set_to("key", 5), AlertShape, "/key"),
    ],
)
def test_each_altered_letter_is_refused_for_what_is_wrong_with_it(
    change: Callable[[dict[str, Any]], object], refusal: type[Refusal] | None, where: str
) -> None:
    sent = pass_on(HARIMA.alert("L1", at=AT), TOWA.signer, by=TOWA.company, to="customers", at=AT)
    if refusal is None:
        assert read(edited(sent, change)).digest == sent.digest
        return
    with pytest.raises(refusal) as refused:
        read(edited(sent, change))
    assert refused.value.facts.get("where", "") == where


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", AlertNotJson),
        (b"\xff\xfe", AlertNotJson),
        (b'{"format":1,"format":2}', AlertNotJson),
        (b"[" * 100_000, AlertTooMany),
        (b'{"a":' * 100_000, AlertTooMany),
        (b"[" * 1_500, AlertNotJson),
        (b"9" * 5_000, AlertNotJson),
        (b'{"version":1.0}', AlertNotJson),
        (b"NaN", AlertNotJson),
        (b" " * (MOST_BYTES + 1), AlertTooBig),
        (b"[]", AlertShape),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_letter_at_all_is_refused(data: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read(data)


def test_hops_hold_in_their_order_only() -> None:
    sent = HARIMA.alert("L1", at=AT)
    for each in (TOWA, KUMO):
        sent = pass_on(sent, each.signer, by=each.company, to="customers", at=AT)
    assert [hop.by.name for hop in read(file_of(sent)).hops] == ["Towa Packs", "Kumo"]
    hops = json.loads(file_of(sent))["hops"]
    for wrong in (hops[1:], hops[::-1], [hops[0], hops[0]]):
        with pytest.raises(AlertHopForged):
            read(edited(sent, set_to("hops", wrong)))


def test_nobody_signs_in_anothers_name() -> None:
    mine = Alert(**{**_fields(HARIMA.alert("L1", at=AT).letter), "issuer": KUMO.company})
    with pytest.raises(AlertForged):
        sign(mine, HARIMA.signer)


def _fields(letter: Any) -> dict[str, Any]:
    return {name: getattr(letter, name) for name in Alert.__slots__}


def test_hidden_lots_are_found_by_their_key_alone_and_tell_nothing_by_their_order() -> None:
    sent = HARIMA.alert("L2", "L1", "L9", at=AT, hide=True)
    letter = sent.letter
    assert isinstance(letter, Alert)
    assert list(letter.lots) == sorted(letter.lots)
    assert b"L1" not in file_of(sent, with_key=False).replace(b"CELL-18650", b"")
    codes = [things.lot(CELL, f"L{n}") for n in range(5)]
    done: list[int] = []
    assert found(sent.key, letter.lots, codes, advance=done.append) == [1, 2]
    assert sum(done) == 5
    assert found(b"\0" * 32, letter.lots, codes) == []
    bare = read(file_of(sent, with_key=False))
    assert bare.key == b""
    assert with_key(bare, sent.key) == sent
    with pytest.raises(AlertKeyWrong):
        with_key(bare, b"\0" * 32)


def test_the_format_is_what_the_page_says_byte_by_byte() -> None:
    """The recipe of docs/howto/lot-alerts.md with nothing of ours but the bytes of a file."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    sent = HARIMA.alert("L1", at=AT, hide=True)
    said = json.loads(file_of(sent))
    body = json.dumps(said["body"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    message = b"kaishu lot alert 2\x00" + hashlib.sha256(body.encode()).digest()
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(said["body"]["issuer"]["key"]))
    key.verify(bytes.fromhex(said["signature"]), message)
    lot = hmac.new(bytes.fromhex(said["key"]), f"{CELL}/lot/L1".encode(), hashlib.sha256)
    assert said["body"]["lots"]["ids"] == [lot.hexdigest()]
    assert hidden(sent.key, [f"{CELL}/lot/L1"]) == [lot.hexdigest()]
    assert canonical(body_of(sent.letter)) == body.encode()


def test_a_hundred_thousand_lots_fit_into_one_letter() -> None:
    sent = HARIMA.alert(*(f"L{n}" for n in range(100_000)), at=AT)
    data = file_of(sent)
    assert len(data) < MOST_BYTES
    assert read(data) == sent


def test_every_closed_word_has_its_sentence() -> None:
    words = {f"alert_{name}_{word}" for name, known in WORDS.items() for word in known}
    assert words - codes() == set()
