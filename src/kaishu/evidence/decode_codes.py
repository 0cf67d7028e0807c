"""Read the bar codes in one photo. Runs in the child only."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

from kaishu.evidence.decode import FORMATS
from kaishu.evidence.wire import MOST_CODES, Codes, Order, is_code

SIDE = 1600  # pixels: enough for a label that fills a third of the picture


def load() -> None:
    """Import the reader, and let it read once: what it loads at first use is there then."""
    zxingcpp: Any = import_module("zxingcpp")
    zxingcpp.read_barcodes(Image.new("L", (32, 32), "white"))


def read_codes(data: bytes, order: Order) -> Codes | str:
    """Return the codes in the picture, or the code of the refusal."""
    try:
        with Image.open(BytesIO(data), formats=(FORMATS[order.kind],)) as image:
            if image.width * image.height > order.pixels:
                return "file_too_many_pixels"
            image.draft("L", (SIDE, SIDE))
            image.load()
            grey = ImageOps.exif_transpose(image).convert("L")
            grey.thumbnail((SIDE, SIDE))
        zxingcpp: Any = import_module("zxingcpp")
        found = [str(code.text) for code in zxingcpp.read_barcodes(grey)]
        codes = dict.fromkeys(text for text in found if is_code(text))
        return Codes(texts=tuple(codes)[:MOST_CODES])
    except MemoryError:
        return "file_too_many_pixels"
    except Exception:  # whatever a decoder raises, the picture is what was wrong
        return "file_unreadable"
