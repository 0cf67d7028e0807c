"""What people typed is kept whole, or refused with its length: nothing is cut off silently."""

from __future__ import annotations

from kaishu.core.errors import Refusal


class TextTooLong(Refusal):
    """This text is longer than what can be kept."""

    code = "text_too_long"


def whole(text: str, *, longest: int) -> str:
    """Return a text without the spaces around it. Raises TextTooLong beyond `longest`."""
    kept = text.strip()
    if len(kept) > longest:
        raise TextTooLong(longest=longest, length=len(kept))
    return kept
