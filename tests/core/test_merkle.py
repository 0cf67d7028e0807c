"""A root changes with every leaf, and a proof shows one leaf and no other."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from kaishu.core.merkle import Proof, holds, proof_of, root_of


def digests(count: int) -> list[str]:
    """Return so many different digests."""
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(count)]


def test_the_roots_are_those_of_rfc_6962() -> None:
    """The test vectors of certificate transparency hash raw bytes; these leaves are the same."""
    leaves = ["", "00", "10", "2021", "3031", "40414243"]
    expected = {
        1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        6: "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    }
    assert {count: root_of(leaves[:count]) for count in expected} == expected
    assert root_of([]) == hashlib.sha256().hexdigest()


@given(st.integers(1, 70), st.data())
def test_a_proof_holds_for_its_leaf_alone(count: int, data: st.DataObject) -> None:
    leaves = digests(count)
    index = data.draw(st.integers(0, count - 1))
    root, proof = root_of(leaves), proof_of(leaves, index)
    assert holds(leaves[index], proof, root)
    assert not holds(digests(71)[70], proof, root)
    if count > 1:
        assert not holds(leaves[index], replace(proof, index=(index + 1) % count), root)
        assert not holds(leaves[index], replace(proof, path=proof.path[:-1]), root)
    assert not holds(leaves[index], replace(proof, path=(*proof.path, leaves[0])), root)
    assert root_of([*leaves[:index], digests(72)[71], *leaves[index + 1 :]]) != root


def test_nonsense_is_no_proof() -> None:
    (leaf,) = digests(1)
    assert not holds(leaf, Proof(index=0, leaves=0, path=()), leaf)
    assert not holds("not hexadecimal", Proof(index=0, leaves=1, path=()), leaf)
    assert not holds(leaf, Proof(index=0, leaves=2, path=("zz",)), leaf)
