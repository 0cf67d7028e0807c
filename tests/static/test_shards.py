"""A list cut into files of hashes: nothing listed is missed, and damage never answers."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from kaishu.core import shards
from kaishu.core.pack import Pack
from kaishu.core.recall import CheckTerms, RuleKind
from tests.core.small_recall import ALPHABET, publish, recall, rule

draw = random.Random(5)
SERIALS = sorted({"A" + "".join(draw.choices(ALPHABET, k=7)) for _ in range(4000)})


def listed(folder: Path, *, publish_list: bool = True) -> Pack:
    """Publish 4,000 serials in one list and 1,000 of them in another."""
    rules = (
        rule(1, RuleKind.LIST, file="all.csv"),
        rule(2, RuleKind.LIST, model="M2", file="some.csv"),
    )
    what = replace(recall(*rules), check=CheckTerms(publish_list=publish_list))
    every = [serial.encode() for serial in SERIALS]
    return publish(folder, what, {"all.csv": every, "some.csv": every[:1000]})


def test_every_listed_serial_is_found_by_its_rules_and_no_other(tmp_path: Path) -> None:
    pack = listed(tmp_path)
    head = shards.head_of(pack)
    files = dict(shards.cut(pack, head))
    assert len(files) == 16**head.prefix
    assert sum(each.count(b"\n") - 2 for each in files.values()) == head.units == 5000

    def found(serial: str) -> tuple[int, ...]:
        return shards.find(head, files[shards.name_of(head, serial)[: head.prefix]], serial)

    assert all(found(serial) == (1, 2) for serial in SERIALS[:1000])
    assert all(found(serial) == (1,) for serial in SERIALS[1000:])
    others = {"B" + serial[1:] for serial in SERIALS}
    assert all(found(serial) == () for serial in others)


def test_the_same_edition_gives_the_same_files_and_another_salt_to_another(tmp_path: Path) -> None:
    pack = listed(tmp_path)
    head = shards.head_of(pack)
    assert list(shards.cut(pack, head)) == list(shards.cut(pack, shards.head_of(pack)))
    other = replace(pack.ref, digest="0" * 64)
    assert shards.salt_of(other) != head.salt == shards.salt_of(pack.ref)


@pytest.mark.parametrize(
    ("units", "digits", "prefix"),
    [(0, 12, 0), (320, 12, 0), (321, 12, 1), (281_474, 12, 3), (281_475, 13, 3),
     (10_000_000, 14, 4)],
)  # fmt: skip
def test_names_are_long_enough_and_files_short_enough(units: int, digits: int, prefix: int) -> None:
    assert (shards.digits_for(units), shards.prefix_for(units)) == (digits, prefix)
    assert units / 16 ** shards.digits_for(units) < shards.FALSE_AFFECTED


@pytest.mark.parametrize("harm", ["cut", "empty", "turned", "other"])
def test_a_file_that_is_not_whole_does_not_answer(tmp_path: Path, harm: str) -> None:
    pack = listed(tmp_path)
    head = shards.head_of(pack)
    files = dict(shards.cut(pack, head))
    prefix = shards.name_of(head, SERIALS[0])[: head.prefix]
    whole = files[prefix]
    lines = whole.splitlines(keepends=True)
    broken = {
        "cut": b"".join(lines[:1] + lines[2:]),
        "empty": b"",
        "turned": whole.replace(lines[1], bytes([lines[1][0] ^ 1]) + lines[1][1:]),
        "other": files[f"{(int(prefix, 16) + 1) % 16:x}"],
    }[harm]
    with pytest.raises(shards.ShardDamaged):
        shards.find(head, broken, SERIALS[0])


def test_a_list_that_is_kept_back_is_not_cut(tmp_path: Path) -> None:
    with pytest.raises(shards.ShardsForbidden):
        shards.head_of(listed(tmp_path, publish_list=False))
