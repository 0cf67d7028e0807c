"""The script of a static copy and the core, asked the same of the same units, in three languages."""

from __future__ import annotations

import json
import shutil
import subprocess
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kaishu.core import shards
from kaishu.core.answer import judge, tell
from kaishu.core.codes import unpack
from kaishu.core.pack import Pack
from kaishu.core.recall import LANGUAGES
from kaishu.doors.public.static_site import data
from tests.static.worlds import inspections, plain, world

NODE = shutil.which("node")
RUNNER = Path(__file__).with_name("run_engine.mjs")
WORLDS, EACH = 24, 200
SAID = (
    *("headline", "first", "sentence", "asks", "model", "product", "serial", "repaired", "alias"),
    *("title", "hazard", "keep_safe", "never", "flight", "data_as_of"),
)


def carried(pack: Pack) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a copy holds of one recall: the rules, and the files of its list."""
    head = shards.head_of(pack) if pack.recall.check.publish_list else None
    files = {}
    if head:
        files = {prefix or "all": each.decode() for prefix, each in shards.cut(pack, head)}
    return data.rules_of(pack, head), files


def answered(packs: list[Pack], asked: list[tuple[int, dict[str, Any]]]) -> list[dict[str, Any]]:
    """Let the script answer."""
    copies = [carried(pack) for pack in packs]
    words = [data.words_of(packs, language) for language in LANGUAGES]
    first = {"recalls": [r for r, _ in copies], "files": [f for _, f in copies], "words": words}
    lines = [json.dumps(first), *(json.dumps({"recall": at, "unit": unit}) for at, unit in asked)]
    run = subprocess.run(
        [str(NODE), str(RUNNER)], input="\n".join(lines).encode(), capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    return [json.loads(line) for line in run.stdout.decode().splitlines()]


def is_code(serial: str) -> bool:
    """Say whether a text may be a scanned code, which the script leaves to the live site."""
    text = unicodedata.normalize("NFKC", serial).strip()
    return unpack(text) is not None or text[:1] in ("(", "]") or "://" in text or text[:2] == "01"


@pytest.mark.skipif(NODE is None, reason="no node on this machine; the browser walk runs it too")
def test_script_and_core_say_the_same_of_thousands_of_units(tmp_path: Path) -> None:
    packs = [world(seed, tmp_path) for seed in range(WORLDS)]
    units = [(at, u) for at in range(WORLDS) for u in inspections(at, packs[at], EACH)]
    said = answered(packs, [(at, plain(unit)) for at, unit in units])
    met: Counter[str] = Counter()
    for (at, unit), script in zip(units, said, strict=True):
        verdict = judge(packs[at], unit)
        met[verdict.reason] += 1
        if script["reason"] == "not_here":
            assert script["answer"] == "ask"
            assert not packs[at].recall.check.publish_list or is_code(unit.serial)
            met["not_here"] += 1
            continue
        where = (packs[at].recall.slug, unit)
        assert script["answer"] == verdict.answer, where
        if script["reason"] != verdict.reason:  # a list that is kept back gave the first reason
            assert script["answer"] == "affected" and not packs[at].recall.check.publish_list
            continue
        assert script["facts"] == dict(verdict.facts), where
        for language, told in zip(LANGUAGES, script["told"], strict=True):
            page = tell(packs[at], verdict, language)
            assert {n: told[n] for n in SAID} == {n: getattr(page, n) for n in SAID}, where
            assert tuple(told["steps"]) == page.steps, where
            met["told by its rule"] += "Told " in page.sentence
    assert {"listed_other_model", "code_other_product"} <= set(met)
    assert met["told by its rule"] > 100
    assert len(met) >= 25, met  # the draw reaches most reasons there are
