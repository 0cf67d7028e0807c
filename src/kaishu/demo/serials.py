"""Serial lists for the demo recalls: generated, always the same, never a real unit's.

The makers' lists are not public and their serials have no published structure, so these are
random characters of the right alphabet and length. `LISTED` are easy to type and are in the list
of their model; `NOT_LISTED` are well formed and are in no list.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no O, no I
LENGTH = 16
SEED = 20251021
KNOWN_EACH = 9

# Units per model; the totals of JP are published, the split of CN is ours (see the recall files).
COUNTS: Mapping[str, Mapping[str, int]] = {
    "anker-jp-2025-10-21": {"A1263": 410_124, "A3117": 91_933, "A3130": 11_200, "A3305": 8_980},
    "anker-cn-2025-06-20": {
        "A1257": 331_420,
        "A1642": 34_870,
        "A1647": 142_660,
        "A1652": 58_914,
        "A1680": 46_300,
        "A1681": 52_700,
        "A1689": 46_100,
    },
}
RECALLS = Path(__file__).parent / "recalls"
MODELS = tuple(model for counts in COUNTS.values() for model in counts)


def _known(word: str) -> dict[str, tuple[str, ...]]:
    numbers = range(1, KNOWN_EACH + 1)
    return {model: tuple(f"{model}{word}{number:07}" for number in numbers) for model in MODELS}


# A1263TEST0000001 … A1263TEST0000009 are listed; A1263SAFE0000001 … are not.
LISTED: Mapping[str, tuple[str, ...]] = _known("TEST")
NOT_LISTED: Mapping[str, tuple[str, ...]] = _known("SAFE")


@dataclass(frozen=True, slots=True)
class Written:
    """One list that was written: its file and how many serials it holds."""

    file: Path
    count: int


def make_serials(*, model: str, count: int) -> list[bytes]:
    """Return `count` distinct serials of a model, sorted; the same ones every time.

    `LISTED` are always in. Raises ValueError for a count too small to hold them.
    """
    listed = [serial.encode() for serial in LISTED[model]]
    if count < len(listed):
        raise ValueError(f"{model}: a list of {count} cannot hold the {len(listed)} known serials")
    chance = np.random.default_rng([SEED, crc32(model.encode())])
    letters = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
    found = np.empty(0, dtype=f"S{LENGTH}")
    wanted = count - len(listed)
    while len(found) < wanted:
        drawn = letters[chance.integers(0, len(letters), size=(wanted, LENGTH), dtype=np.uint8)]
        drawn[:, 0] = ord("A")
        fresh = np.ascontiguousarray(drawn).view(f"S{LENGTH}").ravel()
        found = np.sort(np.concatenate([found, fresh[~_looks_known(drawn)]]))
        found = found[
            np.r_[True, found[1:] != found[:-1]]
        ]  # numpy's own `unique` is ten times slower
    return sorted([*found[:wanted].tolist(), *listed])


def write_recalls(folder: Path) -> Iterator[Written]:
    """Copy the demo recall folders into `folder` and write their serial lists beside them."""
    for slug, counts in COUNTS.items():
        target = folder / slug
        shutil.copytree(RECALLS / slug, target, dirs_exist_ok=True)
        (target / "serials").mkdir(exist_ok=True)
        for model, count in counts.items():
            file = target / "serials" / f"{model}.csv"
            serials = make_serials(model=model, count=count)
            file.write_bytes(b"\n".join([b"serial", *serials, b""]))
            yield Written(file, len(serials))
        (target / "serials" / "GENERATED.txt").write_text(
            "These serials are generated for the demo. They name no real unit.\n"
        )


def _looks_known(drawn: np.ndarray) -> np.ndarray:
    """Mark rows that read like a known serial, so that chance never makes one."""
    words = np.ascontiguousarray(drawn[:, 5:9]).view("S4").ravel()
    return np.isin(words, [b"TEST", b"SAFE"])
