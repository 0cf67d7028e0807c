"""One digest over many, and a short proof that one of them is under it.

The tree of RFC 6962 (section 2.1): leaves and inner nodes are hashed with different first bytes, so
that no inner node can be passed off as a leaf; a proof is the other half at every level.
Digests go in and come out as 64 hexadecimal characters.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LEAF, _NODE = b"\x00", b"\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Where a leaf stands among how many, and the hashes that lead from it to the root."""

    index: int
    leaves: int
    path: tuple[str, ...]


def root_of(digests: Iterable[str]) -> str:
    """Return the root over digests in this order; the root of none is the hash of nothing.

    Reads them once and keeps one hash a level, so that a day may have any number.
    """
    stack: list[tuple[int, bytes]] = []
    for digest in digests:
        height, node = 0, _leaf(digest)
        while stack and stack[-1][0] == height:
            node = _node(stack.pop()[1], node)
            height += 1
        stack.append((height, node))
    if not stack:
        return hashlib.sha256().hexdigest()
    node = stack.pop()[1]
    while stack:
        node = _node(stack.pop()[1], node)
    return node.hex()


def proof_of(digests: Sequence[str], index: int) -> Proof:
    """Return the proof for the digest at `index` (RFC 6962, section 2.1.1)."""
    level = [_leaf(digest) for digest in digests]
    place, path = index, []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            path.append(level[beside].hex())
        # A last node without a neighbour goes up as it is.
        level = [
            _node(*level[at : at + 2]) if at + 1 < len(level) else level[at]
            for at in range(0, len(level), 2)
        ]
        place //= 2
    return Proof(index=index, leaves=len(digests), path=tuple(path))


def holds(digest: str, proof: Proof, root: str) -> bool:
    """Say whether the proof leads from this digest to this root (RFC 9162, section 2.1.3.2)."""
    if not 0 <= proof.index < proof.leaves:
        return False
    try:
        node, path = _leaf(digest), [bytes.fromhex(each) for each in proof.path]
    except ValueError:
        return False
    place, last = proof.index, proof.leaves - 1
    for beside in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = _node(beside, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = _node(node, beside)
        place, last = place >> 1, last >> 1
    return last == 0 and node.hex() == root


def _leaf(digest: str) -> bytes:
    return hashlib.sha256(_LEAF + bytes.fromhex(digest)).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()
