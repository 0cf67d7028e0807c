"""The four characters that an owner may write on paper and lay beside the product for the photo.

They belong to one claim: a photo found on the web does not show them. Derived from the claim's own
key, so that the reviewer reads the same four without a column for them.
"""

from __future__ import annotations

from kaishu.base import sealing

# No 0 O 1 I L 2 Z 5 S 8 B: they look alike in handwriting.
ALPHABET = "34679ACDEFHJKMNPRTUVWXY"
LENGTH = 4


def proof_code(key: str) -> str:
    """Return the code of the claim with this key: four characters that are hard to misread."""
    number = int(sealing.blind_index(key, purpose="claims:proof code"), 16)
    code = ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(ALPHABET))
        code += ALPHABET[place]
    return code
