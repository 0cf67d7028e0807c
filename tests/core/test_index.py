"""The index of listed units: exact, alone for each rule, and silent when it is damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaishu.core.coding import Coder
from kaishu.core.index import Index, IndexCorrupt, ListedSerialWrong, Listing, build
from kaishu.core.index_layout import parse

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
WIDE = "".join(chr(code) for code in range(33, 127) if chr(code) not in "\"'")


def listing(serials: list[bytes], rule: int = 1, lengths: tuple[int, ...] = (16,)) -> Listing:
    return Listing(rule=rule, alphabet=ALPHABET, lengths=lengths, serials=serials)


def opened(tmp_path: Path, *listings: Listing) -> Index:
    path = tmp_path / "listed.index"
    path.write_bytes(build(listings).content)
    return Index(path)


def serials(count: int, seed: int = 1, length: int = 16) -> list[bytes]:
    letters = np.frombuffer(ALPHABET.encode(), np.uint8)
    picked = np.random.default_rng(seed).choice(letters, (count, length))
    return list(dict.fromkeys(bytes(row) for row in picked))


def test_every_listed_unit_is_found_and_no_other(tmp_path: Path) -> None:
    listed, others = serials(20_000), serials(20_000, seed=2)
    section = opened(tmp_path, listing(listed, rule=7)).section(7)
    assert [section.find(key) for key in listed] == [7] * len(listed)
    assert [section.find(key) for key in others] == [0] * len(others)
    assert section.find_many(listed + others).tolist() == [7] * len(listed) + [0] * len(others)
    assert section.count == len(listed)


def test_units_in_sequence_are_told_from_their_neighbours(tmp_path: Path) -> None:
    even = [f"A{number:015d}".encode() for number in range(0, 20_000, 2)]
    odd = [f"A{number:015d}".encode() for number in range(1, 20_000, 2)]
    section = opened(tmp_path, listing(even)).section(1)
    assert sum(section.find(key) for key in even) == 10_000
    assert sum(section.find(key) for key in odd) == 0
    assert int(section.find_many(even + odd).sum()) == 10_000


def test_a_unit_listed_for_one_rule_is_not_found_for_another(tmp_path: Path) -> None:
    first, second = serials(50), serials(50, seed=2)
    index = opened(tmp_path, listing(first, rule=1), listing(second, rule=2))
    assert index.rules == (1, 2)
    assert {index.section(1).find(key) for key in second} == {0}
    assert {index.section(2).find(key) for key in second} == {2}


def test_codes_of_several_lengths_live_in_one_list(tmp_path: Path) -> None:
    section = opened(tmp_path, listing([b"123456789", b"ABCDEFGH12"], lengths=(9, 10))).section(1)
    asked = [b"123456789", b"ABCDEFGH12", b"1234567890", b"ABCDEFGH1", b"", b"0" * 40]
    assert [section.find(key) for key in asked] == [1, 1, 0, 0, 0, 0]
    assert section.find_many(asked).tolist() == [1, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    "key", [b"1_3456", b"+23456", b" 23456", b"12345\n", b"12O456", b"123\x00", b"12345\xff"]
)
def test_a_key_outside_the_alphabet_is_not_found(tmp_path: Path, key: bytes) -> None:
    section = opened(tmp_path, listing([b"123456", b"023456"], lengths=(6,))).section(1)
    assert section.find(key) == 0
    assert section.find_many([key, b"123456"]).tolist() == [0, 1]


def test_an_alphabet_of_more_than_36_letters_works_too(tmp_path: Path) -> None:
    listed = [b"aB3$%^&*()abcdefghij", b"AB3$%^&*()abcdefghij"]
    one = Listing(rule=4, alphabet=WIDE, lengths=(20,), serials=listed)
    section = opened(tmp_path, one).section(4)
    asked = [*listed, b"ab3$%^&*()abcdefghij", b"\xff" * 20]
    assert [section.find(key) for key in asked] == [4, 4, 0, 0]
    assert section.find_many(asked).tolist() == [4, 4, 0, 0]


def test_an_empty_list_finds_nothing(tmp_path: Path) -> None:
    section = opened(tmp_path, listing([])).section(1)
    assert section.find(b"A" * 16) == 0
    assert section.find_many([b"A" * 16]).tolist() == [0]


def test_a_serial_given_twice_is_kept_once_and_reported() -> None:
    built = build([listing([b"A" * 16, b"B" * 16, b"A" * 16, b"A" * 16], rule=3)])
    assert built.counts == {3: 2}
    assert built.duplicates == {3: ("A" * 16,)}


@pytest.mark.parametrize("bad", [b"A" * 15, b"A" * 17, b"A" * 15 + b"O", b"a" * 16, b""])
def test_a_listed_serial_that_the_format_cannot_write_is_refused_with_its_row(bad: bytes) -> None:
    with pytest.raises(ListedSerialWrong) as refused:
        build([listing([b"B" * 16, bad], rule=2)])
    assert refused.value.facts == {"rule": "2", "row": "2", "serial": bad.decode()}


def test_the_same_serials_give_the_same_bytes_in_any_order() -> None:
    listed = serials(5_000)
    assert build([listing(listed)]).content == build([listing(listed[::-1])]).content


def test_a_large_list_takes_at_most_twelve_bytes_a_unit() -> None:
    listed = serials(100_000)
    assert len(build([listing(listed)]).content) / len(listed) <= 12


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda raw: b"", "empty file"),
        (lambda raw: raw[:20], "too short"),
        (lambda raw: b"NOTINDEX" + raw[8:], "not an index file"),
        (lambda raw: raw[:8] + b"\x09" + raw[9:], "version 9"),
        (lambda raw: raw[:-1], "{short} bytes instead of {size}"),
        (lambda raw: raw + b"\0", "{long} bytes instead of {size}"),
        (lambda raw: raw[:-20] + bytes([raw[-20] ^ 1]) + raw[-19:], "header"),
    ],
)
def test_a_file_that_is_not_whole_does_not_open(tmp_path: Path, change, what: str) -> None:
    path = tmp_path / "listed.index"
    raw = build([listing(serials(1_000))]).content
    path.write_bytes(change(raw))
    with pytest.raises(IndexCorrupt) as refused:
        Index(path)
    sizes = {"short": len(raw) - 1, "long": len(raw) + 1, "size": len(raw)}
    assert refused.value.facts["what"] == what.format(**sizes)


def test_one_changed_bit_raises_or_changes_nothing_but_never_gives_a_wrong_answer(
    tmp_path: Path,
) -> None:
    listed = serials(300)
    raw = build([listing(listed)]).content
    others = serials(300, seed=9)
    silent = 0
    for at in range(0, len(raw), 7):
        path = tmp_path / "listed.index"
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 16]) + raw[at + 1 :])
        try:
            section = Index(path).section(1)
            assert [section.find(key) for key in listed] == [1] * len(listed)
            assert [section.find(key) for key in others] == [0] * len(others)
            assert int(section.find_many(listed + others).sum()) == len(listed)
            silent += 1
        except IndexCorrupt:
            continue
    assert silent <= 3  # only the filling between parts may change unseen


def test_damage_in_one_block_is_found_by_the_many_and_by_the_check(tmp_path: Path) -> None:
    listed = serials(50_000)
    raw = bytearray(build([listing(listed)]).content)
    raw[-90_000] ^= 1
    path = tmp_path / "listed.index"
    path.write_bytes(raw)
    with pytest.raises(IndexCorrupt):
        Index(path).section(1).find_many(listed)
    with pytest.raises(IndexCorrupt):
        Index(path).check()


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["01", "0123456789", ALPHABET, "ZYXWVUTSRQ", WIDE]).flatmap(
        lambda alphabet: st.tuples(
            st.just(alphabet),
            *[st.sets(st.text(alphabet=alphabet, min_size=1, max_size=14), max_size=60)] * 2,
        )
    )
)
def test_find_and_find_many_agree_with_a_set(tmp_path_factory, case) -> None:
    alphabet, listed, asked = case
    lengths = tuple(range(1, 15))
    keys = [serial.encode() for serial in listed]
    one = Listing(rule=5, alphabet=alphabet, lengths=lengths, serials=keys)
    section = opened(tmp_path_factory.mktemp("index"), one).section(5)
    questions = [serial.encode() for serial in (*listed, *asked)]
    expected = [5 if key in set(keys) else 0 for key in questions]
    assert [section.find(key) for key in questions] == expected
    assert section.find_many(questions).tolist() == expected


def in_levels(count: int, seed: int = 1) -> list[bytes]:
    """Return serials of one brand, whose first letter is always the same."""
    return [b"A" + key for key in serials(count, seed=seed, length=15)]


def test_a_long_list_stands_in_levels_and_every_serial_and_no_other_is_found(
    tmp_path: Path,
) -> None:
    listed, others = in_levels(25_000), in_levels(25_000, seed=2)
    odd = [
        *others,
        *serials(5_000, seed=3),
        b"A",
        b"",
        b"A" * 17,
        b"A" * 40,
        b"AAAAAAAAAAAAAAA\xff",
    ]
    built = build([listing(listed, rule=7)])
    path = tmp_path / "listed.index"
    path.write_bytes(built.content)
    index = Index(path)
    section = index.section(7)
    assert built.counts == {7: len(listed)}
    assert b'"placed": 0' not in built.content
    assert [section.find(key) for key in listed] == [7] * len(listed)
    assert [section.find(key) for key in odd] == [0] * len(odd)
    assert section.find_many(listed + odd).tolist() == [7] * len(listed) + [0] * len(odd)
    assert sorted(section.serials()) == sorted(listed)
    assert build([listing(listed[::-1], rule=7)]).content == built.content
    assert len(built.content) / len(listed) <= 12
    fresh = Index(path)
    assert fresh.section(7).find_many(odd).sum() == 0
    fresh.check()


def test_a_serial_that_differs_by_a_multiple_of_every_size_and_word_is_not_found(
    tmp_path: Path,
) -> None:
    coder = Coder(ALPHABET)
    listed = in_levels(20_000)
    path = tmp_path / "listed.index"
    path.write_bytes(build([listing(listed)]).content)
    section = Index(path).section(1)
    (table,) = parse(path.read_bytes())
    number = coder.number()
    found = 0
    for level in table.levels:
        step = level.size << 63  # the same slot of this level and the same word
        for key in listed[:200]:
            for twin in (number(key) + step, number(key) - step, number(key) % step):
                if 0 <= twin < 34**16 and twin != number(key):
                    alias = coder.serial(twin, 16)
                    assert section.find(alias) == 0
                    assert section.find_many([alias, key]).tolist() == [0, 1]
                    found += 1
    assert found > 500


def test_repeated_serials_of_a_long_list_are_kept_once_and_reported(tmp_path: Path) -> None:
    listed = in_levels(10_000)
    built = build([listing([*listed, *listed[5:8], listed[5]], rule=3)])
    assert built.counts == {3: 10_000}
    assert built.duplicates == {3: tuple(sorted(key.decode() for key in listed[5:8]))}


def test_one_changed_bit_of_a_level_raises_or_changes_nothing(tmp_path: Path) -> None:
    listed, others = in_levels(5_000), in_levels(500, seed=9)
    raw = build([listing(listed)]).content
    path = tmp_path / "listed.index"
    refused = 0
    for at in range(40, len(raw), 997):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        try:
            section = Index(path).section(1)
            assert int(section.find_many(others).sum()) == 0
            assert sum(section.find(key) for key in listed) == len(listed)
        except IndexCorrupt:
            refused += 1
    assert refused >= len(range(40, len(raw), 997)) - 1


@settings(max_examples=12, deadline=None)
@given(
    st.sampled_from(["01", "0123456789", ALPHABET, WIDE]),
    st.integers(5, 30),
    st.integers(0, 2**32 - 1),
    st.integers(0, 12),
)
def test_long_lists_of_every_alphabet_and_length_agree_with_a_set(
    tmp_path_factory, alphabet: str, length: int, seed: int, same: int
) -> None:
    """Lists long enough for levels; the first `same` characters never change."""
    random = np.random.default_rng(seed)
    letters = np.frombuffer(alphabet.encode(), np.uint8)
    rows = random.choice(letters, (6_000, length))
    rows[:, : min(same, length - 1)] = letters[0]
    every = list(dict.fromkeys(bytes(row) for row in rows))
    listed, asked = set(every[::2]), every
    asked += [key[:-1] for key in every[:50]] + [key + key[:1] for key in every[:50]]
    asked += [bytes(key[::-1]) for key in every[:2_000]]
    one = Listing(rule=5, alphabet=alphabet, lengths=(length,), serials=list(listed))
    section = opened(tmp_path_factory.mktemp("index"), one).section(5)
    expected = [5 if key in listed else 0 for key in asked]
    assert [section.find(key) for key in asked] == expected
    assert section.find_many(asked).tolist() == expected
    assert set(section.serials()) == listed


def test_a_file_of_version_one_still_answers() -> None:
    path = Path(__file__).parent / "listed_version_1.index"
    section = Index(path).section(3)
    listed = [f"AK{number:08d}".encode() for number in range(0, 900, 3)]
    assert sorted(section.serials()) == listed
    assert [section.find(key) for key in listed] == [3] * 300
    assert section.find_many([b"AK00000001", listed[7]]).tolist() == [0, 3]
