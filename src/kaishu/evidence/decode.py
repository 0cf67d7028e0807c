"""Open one file of a known kind and make a clean JPEG of it. Runs in the child only."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

from kaishu.evidence.wire import Answer, Order

FORMATS = {"jpeg": "JPEG", "png": "PNG", "webp": "WEBP", "heic": "HEIF"}
# Loaded before the walls go up: Pillow imports some of itself at first use. A JPEG with two
# pictures in it (MPO) is common on phones; EXIF is read by the TIFF module.
ALWAYS = ["PIL.JpegImagePlugin", "PIL.TiffImagePlugin"]
MODULES = {
    "jpeg": ["PIL.MpoImagePlugin"],
    "png": ["PIL.PngImagePlugin"],
    "webp": ["PIL.WebPImagePlugin"],
    "heic": ["pillow_heif"],
    "pdf": ["pypdfium2"],
}
PAGE_WIDTH = 1400  # pixels: small print on an A4 receipt stays readable
PAGE_HEIGHT = 2800
PASSWORD_NEEDED = 4  # FPDF_ERR_PASSWORD


class Refused(Exception):
    """This file is refused; the code says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def load(kind: str) -> None:
    """Import the one decoder that this kind needs, and let Pillow look for no other."""
    for module in ALWAYS + MODULES[kind]:
        import_module(module)
    if kind == "heic":
        import_module("pillow_heif").register_heif_opener(thumbnails=False, decode_threads=2)
    if kind == "pdf":
        import_module("pypdfium2.raw")
    Image.MAX_IMAGE_PIXELS = None  # our own cap is checked below, and refuses instead of warning
    Image._initialized = 2  # "every plugin is loaded": it would search the disk otherwise


def safe_copy(data: bytes, order: Order) -> Answer | str:
    """Return the clean picture, or the code of the refusal."""
    try:
        return _pdf(data, order) if order.kind == "pdf" else _photo(data, order)
    except Refused as refused:
        return refused.code
    except MemoryError:
        return "file_too_many_pixels"
    except Exception:  # whatever a decoder raises, the file is what was wrong
        return "file_unreadable"


def _photo(data: bytes, order: Order) -> Answer:
    with Image.open(BytesIO(data), formats=(FORMATS[order.kind],)) as image:
        if image.width * image.height > order.pixels:
            raise Refused("file_too_many_pixels")
        width, height = image.size
        image.draft("RGB", (order.side, order.side))  # a JPEG is decoded near its final size
        image.load()
        turned = image.getexif().get(0x0112, 1) >= 5  # EXIF orientation: on its side
        small = _flat(_shrunk(image, order.side))
        upright = ImageOps.exif_transpose(small)
    if turned:
        width, height = height, width
    return Answer(width=width, height=height, pages=1, picture=_jpeg(upright))


def _shrunk(image: Image.Image, side: int) -> Image.Image:
    image.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return image


def _flat(image: Image.Image) -> Image.Image:
    """Return the picture in RGB, on white where it is transparent."""
    if image.mode.startswith("I"):  # 16 bits a pixel: scale, where Pillow would clip
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(layer, mask=layer.getchannel("A"))
        paper.info = image.info
        return paper
    return image.convert("RGB")


def _jpeg(image: Image.Image) -> bytes:
    image.info = {}  # comments and XMP would be written again
    clean = BytesIO()
    image.save(clean, "JPEG", quality=88, optimize=True)
    return clean.getvalue()


def _pdf(data: bytes, order: Order) -> Answer:
    """Draw the first pages below each other. Forms and scripts are never started."""
    pdfium: Any = import_module("pypdfium2")
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise Refused(
            "file_locked" if error.err_code == PASSWORD_NEEDED else "file_unreadable"
        ) from None
    if len(document) == 0:
        raise Refused("file_unreadable")
    pages = [_page(document[number]) for number in range(min(len(document), order.pages))]
    sheet = Image.new("RGB", (max(p.width for p in pages), sum(p.height for p in pages)), "white")
    top = 0
    for page in pages:
        sheet.paste(page, (0, top))
        top += page.height
    return Answer(width=sheet.width, height=sheet.height, pages=len(document), picture=_jpeg(sheet))


def _page(page: Any) -> Image.Image:
    width, height = page.get_size()
    if not (width > 0 and height > 0):
        raise Refused("file_unreadable")
    scale = min(PAGE_WIDTH / width, PAGE_HEIGHT / height)
    image: Image.Image = page.render(scale=scale, draw_annots=True).to_pil().convert("RGB")
    return image
