"""Small files, good and hostile, made here: nothing binary is kept in the repository."""

from __future__ import annotations

import hashlib
import struct
import zlib
from io import BytesIO

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

RED, BLUE = (200, 30, 30), (30, 30, 200)
GPS_MARK = "KAISHU-SECRET-PLACE"


def picture(
    form: str, *, size: tuple[int, int] = (64, 48), mode: str = "RGB", **extra: object
) -> bytes:
    """Return a picture whose left half is red and right half blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, size[0], size[1]))
    out = BytesIO()
    image.convert(mode).save(out, form, **extra)  # type: ignore[arg-type]
    return out.getvalue()


def with_place(form: str, orientation: int = 1) -> bytes:
    """Return a photo with GPS data, a maker's note, a comment and an orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = GPS_MARK
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 40.0, 12.5), 29: GPS_MARK})
    extra = {"comment": GPS_MARK} if form == "JPEG" else {}
    return picture(form, exif=exif.tobytes(), xmp=GPS_MARK.encode(), **extra)


def bomb_png(side: int = 30_000) -> bytes:
    """Return a small PNG that claims, and truly holds, side x side pixels (one bit each)."""
    packer = zlib.compressobj(9)
    row = b"\x00" * (1 + side // 8)
    body = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b""))
    )


def text_bomb_png() -> bytes:
    """Return a PNG with a compressed comment of 60 MB."""
    good = picture("PNG")
    data = b"Comment\x00\x00" + zlib.compress(b"A" * 60_000_000, 9)
    chunk = (
        struct.pack(">I", len(data))
        + b"zTXt"
        + data
        + struct.pack(">I", zlib.crc32(b"zTXt" + data))
    )
    return good[:33] + chunk + good[33:]


def pdf(pages: int = 1, *, extra: str = "") -> bytes:
    """Return a PDF with a red square on each page; `extra` goes into its catalogue."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(pages))
    draw = b"1 0 0 rg 20 20 60 60 re f"
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {extra} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        b"<< >>",
    ]
    for number in range(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 140] /Contents {5 + 2 * number} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(draw), draw))
    return _pdf_file(objects, trailer="")


def pdf_without_its_font() -> bytes:
    """Return a PDF with the words 受注番号 in MS-Gothic, which it names and does not carry."""
    draw = f"BT /F1 12 Tf 10 70 Td <{'受注番号'.encode('utf-16-be').hex()}> Tj ET".encode()
    return _pdf_file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 140] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>",
            b"<< /Length %d >>\nstream\n%s\nendstream" % (len(draw), draw),
            b"<< /Type /Font /Subtype /Type0 /BaseFont /MS-Gothic /Encoding /UniJIS-UTF16-H"
            b" /DescendantFonts [6 0 R] >>",
            b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /MS-Gothic /DW 1000"
            b" /CIDSystemInfo << /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >>"
            b" /FontDescriptor 7 0 R >>",
            b"<< /Type /FontDescriptor /FontName /MS-Gothic /Flags 4 /ItalicAngle 0 /StemV 80"
            b" /FontBBox [0 -200 1000 900] /Ascent 800 /Descent -200 /CapHeight 700 >>",
        ],
        trailer="",
    )


def locked_pdf() -> bytes:
    """Return a PDF that needs a password (the standard handler, revision 2, RC4 of 40 bits)."""
    identity, owner = b"\x01" * 16, b"\x02" * 32
    permissions = struct.pack("<i", -4)
    padding = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    key = hashlib.md5((b"secret" + padding)[:32] + owner + permissions + identity).digest()[:5]
    user = _rc4(key, padding)
    encrypt = (
        f"<< /Filter /Standard /V 1 /R 2 /O <{owner.hex()}> /U <{user.hex()}> /P -4 >>".encode()
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 140] >>",
        encrypt,
    ]
    return _pdf_file(objects, trailer=f"/Encrypt 4 0 R /ID [<{identity.hex()}> <{identity.hex()}>]")


def _pdf_file(objects: list[bytes], *, trailer: str) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out
        + (
            f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\n"
            f"startxref\n{start}\n%%EOF\n"
        ).encode()
    )


def _rc4(key: bytes, data: bytes) -> bytes:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)
