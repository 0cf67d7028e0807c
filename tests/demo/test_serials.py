"""The demo's serial lists are the right size, distinct, readable and always the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaishu.core.serials import read
from kaishu.demo.serials import (
    ALPHABET,
    COUNTS,
    LISTED,
    NOT_LISTED,
    RECALLS,
    make_serials,
    write_recalls,
)
from kaishu.editions import recall_file

SMALL = [(model, units) for counts in COUNTS.values() for model, units in counts.items()]


@pytest.mark.parametrize(("model", "count"), [pair for pair in SMALL if pair[1] < 60_000])
def test_a_list_is_distinct_and_holds_the_known_serials(model: str, count: int) -> None:
    serials = make_serials(model=model, count=count)
    assert len(serials) == len(set(serials)) == count
    assert serials == sorted(serials)
    assert {each.encode() for each in LISTED[model]} <= set(serials)
    assert not {each.encode() for each in NOT_LISTED[model]} & set(serials)
    assert set(b"".join(serials)) <= set(ALPHABET.encode())


def test_the_same_list_every_time() -> None:
    assert make_serials(model="A3305", count=200) == make_serials(model="A3305", count=200)
    assert make_serials(model="A3305", count=200)[:2] != make_serials(model="A3130", count=200)[:2]


def test_a_list_too_small_for_the_known_serials_is_refused() -> None:
    with pytest.raises(ValueError, match="A3305: a list of 3 cannot hold"):
        make_serials(model="A3305", count=3)


@pytest.mark.parametrize("slug", COUNTS)
def test_every_known_serial_is_well_formed_by_the_recall_itself(slug: str) -> None:
    recall = recall_file.load(RECALLS / slug).recall
    assert recall is not None
    for model in COUNTS[slug]:
        product = recall.product(model)
        assert product is not None
        form = recall.serial_format(product)
        for serial in (*LISTED[model], *NOT_LISTED[model]):
            assert (read(serial, form).serial, read(serial, form).repaired) == (serial, ())


def test_the_real_folders_are_whole_and_fit_to_publish(tmp_path: Path) -> None:
    written = {item.file.stem: item.count for item in write_recalls(tmp_path)}
    assert written == {m: units for counts in COUNTS.values() for m, units in counts.items()}
    for slug, counts in COUNTS.items():
        loaded = recall_file.load(tmp_path / slug)
        assert loaded.errors == ()
        assert {p.code for p in loaded.warnings} <= {"jan_twice"}
        assert sum(len(serials) for serials in loaded.lists.values()) == sum(counts.values())
