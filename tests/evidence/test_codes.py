"""Bar codes in untrusted photos: read in the jail, believed as little as the photo."""

from __future__ import annotations

from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from kaishu.evidence import wire
from kaishu.evidence.check import read_codes
from kaishu.evidence.errors import UploadRefused

LABEL = "123456789012-1"


def photo(text: str, kind: str = "QRCode", side: int = 260, turn: int = 0) -> bytes:
    """Return a JPEG with one code on grey paper."""
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind))
    drawn = Image.fromarray(
        zxingcpp.write_barcode_to_image(code, scale=4 if kind == "QRCode" else 2)
    )
    if kind == "QRCode":
        drawn.thumbnail((side, side))
    paper = Image.new("L", (640, 480), 190)
    paper.paste(drawn.convert("L"), (100, 100))
    file = BytesIO()
    paper.rotate(turn, fillcolor=190).save(file, "JPEG", quality=70)
    return file.getvalue()


@pytest.mark.parametrize(("kind", "turn"), [("QRCode", 0), ("QRCode", 17), ("Code128", 0)])
def test_the_code_in_a_photo_is_read_in_the_child(kind: str, turn: int) -> None:
    assert read_codes(photo(LABEL, kind, turn=turn)) == (LABEL,)


def test_a_photo_without_a_code_has_none() -> None:
    file = BytesIO()
    Image.new("RGB", (640, 480), "white").save(file, "JPEG")
    assert read_codes(file.getvalue()) == ()


def test_what_is_no_code_of_ours_is_left_out() -> None:
    assert read_codes(photo("回収")) == ()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"\xff\xd8\xffbroken", b"hello"])
def test_what_is_no_photo_is_refused(data: bytes) -> None:
    with pytest.raises(UploadRefused):
        read_codes(data)


@pytest.mark.parametrize(
    "header",
    [
        b'{"codes": "x"}',
        b'{"codes": ["a\\nb"]}',
        b'{"codes": [1]}',
        b'{"codes": ["a", "a", "a", "a", "a", "a", "a"]}',
        b"[]",
    ],
)
def test_an_answer_that_the_child_would_not_give_is_not_believed(header: bytes) -> None:
    with pytest.raises(wire.Garbled):
        wire.read_codes(BytesIO(len(header).to_bytes(4, "big") + header))
