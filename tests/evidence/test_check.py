"""A photo or receipt becomes one clean JPEG; everything else is refused with a reason."""

from __future__ import annotations

import hashlib
import time
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from kaishu.core.sentences import codes
from kaishu.evidence import errors
from kaishu.evidence.check import Limits, check_upload
from kaishu.evidence.errors import UploadRefused
from tests.evidence import samples


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data), formats=("JPEG",))
    image.load()
    return image


def is_red(image: Image.Image, x: int, y: int) -> bool:
    red, green, blue = image.getpixel((x, y))  # type: ignore[misc]
    return red > 150 and green < 90 and blue < 90


@pytest.mark.parametrize(
    ("form", "kind", "name"),
    [
        ("JPEG", "jpeg", "IMG_0001.JPG"),
        ("PNG", "png", "スクリーンショット.png"),
        ("WEBP", "webp", "image.webp"),
        ("HEIF", "heic", "IMG_0002.HEIC"),
    ],
)
def test_each_kind_of_photo_becomes_a_jpeg_with_the_same_picture(
    form: str, kind: str, name: str
) -> None:
    original = samples.picture(form)
    checked = check_upload(original, declared_name=name)
    assert (checked.kind, checked.width, checked.height, checked.pages) == (kind, 64, 48, 1)
    assert (checked.renamed, checked.media_type) == (False, "image/jpeg")
    assert checked.sha256 == hashlib.sha256(checked.safe_bytes).hexdigest()
    assert checked.original_sha256 == hashlib.sha256(original).hexdigest()
    image = opened(checked.safe_bytes)
    assert image.size == (64, 48)
    assert is_red(image, 8, 24)
    assert not is_red(image, 56, 24)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_place_comment_and_maker_are_gone(form: str) -> None:
    original = samples.with_place(form)
    assert samples.GPS_MARK.encode() in original
    image = opened(check_upload(original).safe_bytes)
    safe = check_upload(original).safe_bytes
    assert samples.GPS_MARK.encode() not in safe
    assert b"Exif" not in safe
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert {marker for marker, _ in image.applist} == {"APP0"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_photo_taken_on_its_side_stands_upright(form: str) -> None:
    checked = check_upload(samples.with_place(form, orientation=6))  # turn right by 90 degrees
    image = opened(checked.safe_bytes)
    assert (checked.width, checked.height) == (48, 64)
    assert image.size == (48, 64)
    assert is_red(image, 24, 8)
    assert not is_red(image, 24, 56)


def test_a_big_photo_is_made_smaller_and_its_true_size_is_told() -> None:
    checked = check_upload(samples.picture("JPEG", size=(6000, 4000)))
    assert (checked.width, checked.height) == (6000, 4000)
    assert opened(checked.safe_bytes).size == (2400, 1600)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "I;16"])
def test_every_way_to_write_pixels_is_read(mode: str) -> None:
    if mode == "I;16":
        out = BytesIO()
        Image.new("I;16", (64, 48), 0xC000).save(out, "PNG")
        image = opened(check_upload(out.getvalue()).safe_bytes)
        assert image.getpixel((5, 5)) == pytest.approx((0xC0, 0xC0, 0xC0), abs=3)
        return
    assert opened(check_upload(samples.picture("PNG", mode=mode)).safe_bytes).size == (64, 48)


def test_a_transparent_picture_lies_on_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (16, 16), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(check_upload(out.getvalue()).safe_bytes).getpixel((8, 8)) == (255, 255, 255)


def test_only_the_first_frame_of_an_animation_is_kept() -> None:
    frames = [Image.new("RGB", (16, 16), color) for color in (samples.RED, samples.BLUE)]
    out = BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:] * 30, lossless=True)
    assert is_red(opened(check_upload(out.getvalue()).safe_bytes), 8, 8)


def test_a_pdf_shows_its_first_five_pages_below_each_other() -> None:
    checked = check_upload(samples.pdf(pages=7), declared_name="receipt.pdf")
    image = opened(checked.safe_bytes)
    assert (checked.kind, checked.pages) == ("pdf", 7)
    assert image.size == (checked.width, checked.height) == (1400, 5 * 1960)
    assert is_red(image, 700, 1300)
    assert image.getpixel((5, 5)) == (255, 255, 255)


def test_a_script_in_a_pdf_is_not_run_and_does_not_reach_the_copy() -> None:
    script = "/OpenAction << /S /JavaScript /JS (while(true){}) >>"
    checked = check_upload(samples.pdf(extra=script))
    assert b"JavaScript" not in checked.safe_bytes


def test_a_photo_under_another_photos_name_is_taken_and_noted() -> None:
    assert check_upload(samples.picture("HEIF"), declared_name="IMG_3.jpg").renamed
    assert not check_upload(samples.picture("JPEG"), declared_name="blob").renamed


def test_a_file_on_disk_is_checked_without_reading_it_here(tmp_path: Path) -> None:
    place = tmp_path / "upload"
    place.write_bytes(samples.picture("JPEG"))
    assert check_upload(place).kind == "jpeg"


HTML_IN_JPEG = samples.picture("JPEG", comment=b"<script>alert(1)</script>") + b"<script>x</script>"


def test_html_hidden_in_a_photo_is_gone_from_the_copy() -> None:
    assert b"<script>" not in check_upload(HTML_IN_JPEG).safe_bytes


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
JPEG, PNG, HEIC = samples.picture("JPEG"), samples.picture("PNG"), samples.picture("HEIF")
HOSTILE = {
    "nothing at all": ("a.jpg", b"", "file_empty"),
    "a GIF": ("a.gif", samples.picture("GIF"), "file_type"),
    "a GIF named JPEG": ("a.jpg", samples.picture("GIF"), "file_mislabelled"),
    "a TIFF named PNG": ("a.png", samples.picture("TIFF"), "file_mislabelled"),
    "a BMP": ("a.bmp", samples.picture("BMP"), "file_type"),
    "an icon": ("a.ico", samples.picture("ICO"), "file_type"),
    "an AVIF named HEIC": ("a.heic", samples.picture("AVIF"), "file_mislabelled"),
    "an SVG named JPEG": ("a.jpg", SVG, "file_mislabelled"),
    "an SVG": ("a.svg", SVG, "file_type"),
    "HTML named PDF": ("a.pdf", b"<!doctype html><script>1</script>", "file_mislabelled"),
    "a program": ("a.exe", b"MZ" + b"\x00" * 99, "file_type"),
    "an archive named PNG": ("a.png", b"PK\x03\x04" + b"\x00" * 99, "file_mislabelled"),
    "PostScript named JPEG": ("a.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n", "file_mislabelled"),
    "a JPEG cut in the middle": (
        "a.jpg",
        samples.picture("JPEG", size=(800, 600))[:2500],
        "file_unreadable",
    ),
    "a JPEG of three bytes": ("a.jpg", b"\xff\xd8\xff", "file_unreadable"),
    "a PNG cut in the middle": ("a.png", PNG[: len(PNG) // 2], "file_unreadable"),
    "a PNG with a wrong sum": ("a.png", PNG[:29] + b"xxxx" + PNG[33:], "file_unreadable"),
    "a PNG with a comment bomb": ("a.png", samples.text_bomb_png(), "file_unreadable"),
    "a PNG of 30000 x 30000": ("a.png", samples.bomb_png(), "file_too_many_pixels"),
    "a HEIC cut in the middle": ("a.heic", HEIC[: len(HEIC) // 2], "file_unreadable"),
    "a HEIC of its head only": ("a.heic", HEIC[:40], "file_unreadable"),
    "a WebP cut in the middle": ("a.webp", samples.picture("WEBP")[:40], "file_unreadable"),
    "a PDF that is not one": ("a.pdf", b"%PDF-1.7\nnothing here", "file_unreadable"),
    "a PDF with a password": ("a.pdf", samples.locked_pdf(), "file_locked"),
    "a PNG head on a PDF": ("a.png", b"\x89PNG\r\n\x1a\n" + samples.pdf(), "file_unreadable"),
    "40 MB": ("a.jpg", JPEG + b"\x00" * 40_000_000, "file_too_big"),
}


@pytest.mark.parametrize(("name", "data", "code"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_by_name_within_six_seconds(
    name: str, data: bytes, code: str
) -> None:
    started = time.monotonic()
    with pytest.raises(UploadRefused) as refusal:
        check_upload(data, declared_name=name)
    assert refusal.value.code == code
    assert time.monotonic() - started < 6


def test_a_refusal_tells_the_limit_in_its_sentence() -> None:
    with pytest.raises(errors.FileTooBig) as refusal:
        check_upload(JPEG + b"\x00" * 1024 * 1024, limits=Limits(bytes=1024 * 1024))
    assert refusal.value.facts == {"limit_mb": "1"}
    with pytest.raises(errors.TooManyPixels) as larger:
        check_upload(samples.bomb_png(8000))
    assert larger.value.facts == {"limit_mpx": "50"}


def test_every_refusal_has_a_sentence() -> None:
    refusals = errors.UploadRefused.__subclasses__()
    assert {refusal.code for refusal in refusals} <= codes()
    assert len(refusals) == 8


def test_a_phones_jpeg_with_two_pictures_in_it_is_read() -> None:
    frames = [Image.new("RGB", (16, 16), color) for color in (samples.RED, samples.BLUE)]
    out = BytesIO()
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    assert is_red(opened(check_upload(out.getvalue()).safe_bytes), 8, 8)


def test_a_jpeg_in_printing_colours_is_read() -> None:
    out = BytesIO()
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(out, "JPEG")
    assert is_red(opened(check_upload(out.getvalue()).safe_bytes), 8, 8)


def test_a_progressive_jpeg_with_a_colour_profile_is_read() -> None:
    profile = b"\x00" * 128
    data = samples.picture("JPEG", progressive=True, icc_profile=profile)
    assert "icc_profile" not in opened(check_upload(data).safe_bytes).info


@pytest.mark.skipif(
    not list(Path("/usr/share/fonts").rglob("*CJK*")), reason="no East Asian font on this machine"
)
def test_words_in_a_font_that_the_pdf_does_not_carry_are_drawn() -> None:
    image = opened(check_upload(samples.pdf_without_its_font()).safe_bytes).convert("L")
    assert image.getextrema()[0] < 60  # there is ink on the page
