"""Loops over everything that a file is made of: sorting by counting, and what texts share."""

from __future__ import annotations

from kaishu.core.genealogy.compiled import I4, I8, U4, FileU1, kernel, whole


@kernel
def by_counting(key: I4, following: I8, value: U4, found: U4) -> None:
    """Put values where their keys want them; of one key they stay in their order.

    `following` says where the values of each key begin, and is moved on.
    """
    for place in range(len(key)):
        spot = whole(following[key[place]])
        found[spot] = value[place]
        following[key[place]] = spot + 1


@kernel
def alike(flat: FileU1, one: I8, other: I8, most: I8, found: I8) -> None:
    """Count how many bytes from one place on are as from another, at most so many each."""
    for place in range(len(most)):
        here, there, many = whole(one[place]), whole(other[place]), 0
        while many < most[place] and flat[here + many] == flat[there + many]:
            many += 1
        found[place] = many
