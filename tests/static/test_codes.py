"""The codes on labels: read in a static copy as the core reads them, or left to the live site."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from kaishu.core.codes import unpack

NODE = shutil.which("node")
RUNNER = Path(__file__).with_name("run_engine.mjs")
GTIN = "04901234567894"
READ = (
    f"(01){GTIN}(21)AB-12/3",
    f"(01){GTIN}(11)240514(10)P6(21)AB12",
    f"（０１）{GTIN}(21)ＡＢ１２",
    "(21)AB12",
    f"01{GTIN}21AB12",
    f"]C101{GTIN}11240500\x1d10P6\x1d21AB12\x1d",
    f"]d2\x1d01{GTIN}10P6<GS>21AB12",
    f"]Q301{GTIN}1725123121AB12",
    f"01{GTIN}240X1[GS]21A",
    f"https://id.gs1.org/01/{GTIN}/21/AB12",
    "https://example.com/p/deep/01/4901234567894/10/P%2D6/21/AB%2F12?11=240514&lang=ja",
    "https://example.com/check?model=A1&SN=AB12",
    "HTTP://example.com/#/x?serial_no=AB+12",
    "MODEL:A1263;SN:AB12",
    "S/N: AB12, Model = A1",
    f"]d201{GTIN}11991231\x1d21AB12",
    "S/N: \x85AB12, Model\x1e= A1\x85",
)
LEFT = (
    "https://example.com/",
    f"https://example.com/gtin/{GTIN}/ser/AB12",
    f"https://example.com/01/{GTIN}/21/AB%E3%81%82",
    f"https://example.com/00/01/{GTIN}/21/A",
    f"https://example.com/01/{GTIN}/21/A/10/B",
    f"https://example.com/01/{GTIN}?17=999999&21=A",
    "https://例え.jp/?sn=A",
    "https://example.com/?sn=%zz",
    f"(01){GTIN}(11)241399(21)A",
    f"(01){GTIN}(99)A(21)B",
    f"01{GTIN}991",
    f"01{GTIN}10{'A' * 21}\x1d21B",
    f"(01){GTIN}(11)240231(11)240514(21)A",
    f"01{GTIN}10A\x1d10B\x1d21C",
    "MODEL:A1;COLOUR:B",
    "x" * 601 + "://",
)
NO_CODE = (
    *("", "AB12", "SN: AB12", "0123456789012345"[:15], "A" * 700, "21AB12", "12:30", "("),
    *("(17)251231(21)AB12", "(SN) AB12", "21AB\u241d", "240X\x1d21AB12", "10A\x1d21B"),
)


@pytest.mark.skipif(NODE is None, reason="no node on this machine; the browser walk runs it too")
def test_a_copy_reads_a_code_as_the_core_does_or_says_that_it_cannot() -> None:
    texts = [*READ, *LEFT, *NO_CODE]
    lines = "\n".join(json.dumps({"code": text}) for text in texts)
    run = subprocess.run(
        [str(NODE), str(RUNNER)], input=lines.encode(), capture_output=True, check=True
    )
    said = dict(
        zip(texts, map(json.loads, run.stdout.decode().rstrip("\n").split("\n")), strict=True)
    )
    for text in READ:
        assert said[text] == _core(text) is not None, text
    assert {text: said[text] for text in LEFT} == dict.fromkeys(LEFT, "unsure")
    assert [said[text] for text in NO_CODE] == [_core(text) for text in NO_CODE]
    assert not any(said[text] for text in NO_CODE)


def _core(text: str) -> dict[str, Any] | None:
    found = unpack(text)
    if found is None:
        return None
    made = found.made_on.isoformat() if found.made_on else ""
    return {**asdict(found), "made_on": made}
