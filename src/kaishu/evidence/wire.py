"""What parent and child say to each other. Standard library only: the child starts fast.

Order: one JSON argument. Answer: 4 bytes length, that much JSON, then the picture.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import IO

LONGEST_HEADER = 1000
MOST_CODES, LONGEST_CODE = 6, 80


class Garbled(Exception):
    """The child's answer is not an answer."""

    code = "garbled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the child shall open, and what it may cost."""

    kind: str
    pixels: int
    side: int
    pages: int
    cpu_seconds: int
    memory: int
    answer_bytes: int
    task: str = "copy"  # or "codes": read the bar codes in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The clean picture with the original's size (upright) and number of pages."""

    width: int
    height: int
    pages: int
    picture: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The texts of the bar codes in a picture: at most `MOST_CODES`, printable ASCII only."""

    texts: tuple[str, ...]


def order_text(order: Order) -> str:
    """Return the order as the child's argument."""
    return json.dumps(asdict(order))


def read_order(text: str) -> Order:
    """Return the order from the child's argument."""
    return Order(**json.loads(text))


def write(output: IO[bytes], answer: Answer | Codes | str) -> None:
    """Write an answer, or the code of a refusal."""
    header: dict[str, object]
    if isinstance(answer, str):
        header, picture = {"refused": answer}, b""
    elif isinstance(answer, Codes):
        header, picture = {"codes": answer.texts}, b""
    else:
        header = {"width": answer.width, "height": answer.height, "pages": answer.pages}
        picture = answer.picture
    text = json.dumps(header).encode()
    output.write(len(text).to_bytes(4, "big") + text + picture)
    output.flush()


def read_codes(source: IO[bytes]) -> Codes | str:
    """Return the codes or the refusal's code; raise `Garbled` for anything else."""
    header = _header(source)
    if isinstance(header.get("refused"), str):
        return str(header["refused"])
    texts = header.get("codes")
    if not isinstance(texts, list) or len(texts) > MOST_CODES:
        raise Garbled
    if not all(isinstance(text, str) and is_code(text) for text in texts):
        raise Garbled
    return Codes(texts=tuple(texts))


def is_code(text: str) -> bool:
    """Say whether a text may be a code of ours: short, printable ASCII."""
    return 0 < len(text) <= LONGEST_CODE and text.isascii() and text.isprintable()


def read(source: IO[bytes], longest: int) -> Answer | str:
    """Return the answer or the refusal's code; raise `Garbled` for anything else.

    The writer may have been taken over by the file it opened, so nothing is believed.
    """
    header = _header(source)
    if isinstance(header.get("refused"), str):
        return str(header["refused"])
    width, height, pages = (_count(header.get(name)) for name in ("width", "height", "pages"))
    picture = source.read(longest + 1)
    if not picture.startswith(b"\xff\xd8\xff") or len(picture) > longest:
        raise Garbled
    return Answer(width=width, height=height, pages=pages, picture=picture)


def _header(source: IO[bytes]) -> dict[str, object]:
    length = int.from_bytes(source.read(4), "big")
    if not 2 <= length <= LONGEST_HEADER:
        raise Garbled
    try:
        header = json.loads(source.read(length))
    except ValueError:
        raise Garbled from None
    if not isinstance(header, dict):
        raise Garbled
    return header


def _count(value: object) -> int:
    if type(value) is not int or not 0 < value < 10**9:
        raise Garbled
    return value
