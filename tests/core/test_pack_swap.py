"""Fifty editions in a row under readers in other processes: each answer is that of its edition."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kaishu.core import pack as packs
from kaishu.core.recall import Recall, RuleKind
from kaishu.core.signing import Signer
from tests.core.small_recall import PUBLISHED, recall, rule

EDITIONS = 50
KEY = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
OURS = Signer(public=KEY.public_key().public_bytes_raw(), sign=KEY.sign)
# Serial n joins the list with edition n, so an edition's number says all of its answers. The
# first reader trusts its disk as a web process does, the second names keys as an edge does.
READER = """
import sys
from pathlib import Path
from kaishu.core import pack as packs
from kaishu.core.answer import Inspection, judge
folder, last = Path(sys.argv[1]), int(sys.argv[2])
trusted = frozenset(map(bytes.fromhex, sys.argv[3:])) or None
units = [Inspection(model="M1", serial=f"A{n:07d}") for n in range(1, last + 2)]
seen = [0]
print("ready", flush=True)
while seen[-1] < last:
    pack = packs.current(folder, "bank-2026", trusted=trusted)
    number = pack.ref.number
    assert number >= seen[-1], (number, seen[-1])
    found = [judge(pack, unit).answer.value for unit in units]
    assert found == ["affected"] * number + ["not_affected"] * (len(units) - number), number
    if number != seen[-1]:
        seen.append(number)
print(len(seen) - 1)
"""


def publish(folder: Path, what: Recall, number: int) -> None:
    serials = [f"A{n:07d}".encode() for n in range(1, number + 1)]
    ref = packs.write(
        folder, what, number, {"one.csv": serials}, {}, published_at=PUBLISHED, sign=OURS
    )
    packs.swap(folder, what.slug, ref)


def test_readers_in_other_processes_never_err_and_follow_without_a_restart(tmp_path: Path) -> None:
    what = recall(rule(1, RuleKind.LIST, file="one.csv"))
    publish(tmp_path, what, 1)
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, str(tmp_path), str(EDITIONS), *keys],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for keys in ([], [OURS.public.hex()])
    ]
    try:
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        for number in range(2, EDITIONS + 1):
            publish(tmp_path, what, number)
            time.sleep(0.01)  # let the readers have the processor now and then
        for reader in readers:
            said, wrong = reader.communicate(timeout=60)
            assert (reader.returncode, wrong) == (0, "")
            assert int(said) >= 5, "the reader saw hardly any edition come"
    finally:
        for reader in readers:
            if reader.poll() is None:
                reader.kill()
                reader.communicate()
