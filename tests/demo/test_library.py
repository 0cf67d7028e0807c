"""Each real recall answers by its own rule: units that are in, units that are out, and doubt."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from kaishu.core.answer import Inspection, judge, tell
from kaishu.core.recall import LANGUAGES
from kaishu.core.scope import Scope
from kaishu.core.verdict import Answer, EditionRef
from kaishu.demo import library
from kaishu.editions.recall_file import Loaded, load

IN, OUT, ASK = Answer.AFFECTED, Answer.NOT_AFFECTED, Answer.ASK
ANKER, OTHER = "A1B2C3D4E5F6G7H8", "A9999999999999Z9"  # invented; the demo's lists hold the first
FULL = ("anker-jp-2025-10-21", "anker-cn-2025-06-20")
D = date

# recall, model, what is said of the unit, answer, reason
UNITS: list[tuple[str, str, dict[str, Any], Answer, str]] = [
    ("anker-jp-2025-10-21", "A1263", {"serial": ANKER}, IN, "listed"),
    ("anker-jp-2025-10-21", "A1263", {"serial": OTHER}, OUT, "not_listed"),
    ("anker-jp-2025-10-21", "A1263", {"serial": ANKER, "bought": D(2022, 12, 15)}, ASK, "listed_but_differs"),
    ("romoss-cn-2025-06-16", "PAC20-272", {"serial": "M2O-QI"}, ASK, "code_looks_listed"),
    ("iniu-us-2025-12", "BI-B41", {"serial": "OOOI21"}, ASK, "code_looks_listed"),
    ("anker-jp-2025-10-21", "A3130", {"colour": "white"}, OUT, "colour_excluded"),
    ("anker-jp-2025-10-21", "A3130", {}, ASK, "serial_empty"),
    ("anker-cn-2025-06-20", "A1257", {"serial": ANKER}, IN, "listed"),
    ("anker-cn-2025-06-20", "A1257", {"serial": OTHER}, OUT, "not_listed"),
    ("anker-cn-2025-06-20", "A1257", {"serial": "A1B2"}, ASK, "serial_too_short"),
    ("anker-jp-2025-06-26", "A1647", {}, IN, "whole_model"),
    ("anker-jp-2025-06-26", "A1642", {"serial": OTHER}, IN, "whole_model"),
    ("anker-jp-2025-06-26", "A1257", {"serial": ANKER}, ASK, "maker_decides"),
    ("anker-jp-2024-09", "A1647", {"serial": ANKER}, ASK, "maker_decides"),
    ("anker-jp-2024-09", "A1642", {}, ASK, "maker_decides"),
    ("anker-jp-2024-04-04", "A3102", {}, ASK, "need_colour"),
    ("anker-jp-2024-04-04", "A3102", {"colour": "red"}, OUT, "colour_excluded"),
    ("anker-jp-2024-04-04", "A3102", {"colour": "black"}, ASK, "need_channel"),
    ("anker-jp-2024-04-04", "A3102", {"colour": "black", "channel": "store"}, OUT, "channel_excluded"),
    ("anker-jp-2024-04-04", "A3102", {"colour": "black", "channel": "web"}, ASK, "maker_decides"),
    ("anker-jp-2024-04-04", "A3302", {"colour": "navy", "channel": "web"}, ASK, "maker_decides"),
    ("anker-cn-2024-09-30", "A1652", {}, ASK, "need_made_on"),
    ("anker-cn-2024-09-30", "A1652", {"made_on": D(2023, 11, 30)}, OUT, "made_outside"),
    ("anker-cn-2024-09-30", "A1652", {"made_on": D(2023, 12, 1)}, ASK, "maker_decides"),
    ("anker-cn-2024-09-30", "A1652", {"made_on": D(2024, 9, 18)}, OUT, "made_outside"),
    ("anker-global-2025-06-30", "A1689", {"serial": ANKER}, ASK, "maker_decides"),
    ("anker-us-2025-06-12", "A1263", {"serial": ANKER}, ASK, "need_market"),
    ("anker-us-2025-06-12", "A1263", {"serial": ANKER, "market": "us"}, ASK, "maker_decides"),
    ("anker-us-2025-06-12", "A1263", {"serial": ANKER, "market": "jp"}, OUT, "market_excluded"),
    ("anker-us-2025-06-12", "A1263", {"serial": ANKER, "market": "GB"}, OUT, "market_excluded"),
    ("anker-us-2025-09-18", "A1681", {"serial": ANKER}, ASK, "maker_decides"),
    ("anker-us-2024-10-17", "A1642", {"serial": ANKER}, ASK, "maker_decides"),
    ("romoss-cn-2025-06-16", "PAC20-272", {"serial": "M20-Q1", "made_on": D(2024, 2, 8)}, IN, "batch_covered"),
    ("romoss-cn-2025-06-16", "PAC20-272", {"serial": "c14 p6", "made_on": D(2023, 6, 5)}, ASK, "serial_too_short"),
    ("romoss-cn-2025-06-16", "PAC20-272", {"serial": "c14-p6", "made_on": D(2023, 6, 5)}, IN, "batch_covered"),
    ("romoss-cn-2025-06-16", "PAC20-272", {"serial": "M20-Q1", "made_on": D(2023, 7, 29)}, OUT, "made_outside"),
    ("romoss-cn-2025-06-16", "PAC20-272", {"serial": "M20-Q1", "made_on": D(2024, 1, 4)}, OUT, "made_outside"),
    ("romoss-cn-2025-06-16", "PAC20-272", {"serial": "M20-Q1"}, ASK, "need_made_on"),
    ("romoss-cn-2025-06-16", "PAC20-272", {"serial": "M20-P8"}, OUT, "not_listed"),
    ("romoss-cn-2025-06-16", "PLT20A-152", {"serial": "M20-Q1", "made_on": D(2023, 8, 1)}, IN, "batch_covered"),
    ("romoss-cn-2025-06-16", "PLT20A-152", {"serial": "M20-Q1", "made_on": D(2024, 2, 8)}, OUT, "made_outside"),
    ("romoss-cn-2025-06-16", "PAC20-392", {"serial": "M20-Q1", "made_on": D(2024, 2, 8)}, OUT, "not_listed"),
    ("romoss-cn-2025-06-16", "PAC20-392", {"serial": "M22-Q7", "made_on": D(2024, 7, 31)}, IN, "batch_covered"),
    ("xiaomi-cn-2025-08-29", "PB2030MI", {"colour": "light coffee", "made_on": D(2024, 7, 31)}, OUT, "made_outside"),
    ("xiaomi-cn-2025-08-29", "PB2030MI", {"colour": "light coffee", "made_on": D(2024, 9, 22)}, ASK, "maker_decides"),
    ("xiaomi-cn-2025-08-29", "PB2030MI", {"serial": "12345678"}, ASK, "need_colour"),
    ("baseus-cn-2025-04-30", "BS-30KP365", {}, ASK, "need_made_on"),
    ("baseus-cn-2025-04-30", "BS-30KP365", {"made_on": D(2023, 3, 31)}, IN, "whole_model"),
    ("baseus-cn-2025-04-30", "BS-30KP365", {"made_on": D(2023, 4, 1)}, OUT, "made_outside"),
    ("baseus-us-2025-65w", "BS-30KP365", {"serial": "P0130KP3651"}, IN, "tail_match"),
    ("baseus-us-2025-65w", "BS-30KP365", {"serial": "p0130kp365d"}, IN, "tail_match"),
    ("baseus-us-2025-65w", "BS-30KP365", {"serial": "P0130KP365A"}, OUT, "tail_safe"),
    ("baseus-us-2025-65w", "BS-30KP365", {"serial": "P0130KP365B"}, ASK, "tail_unknown"),
    ("baseus-us-2025-65w", "BS-30KP365", {}, ASK, "serial_empty"),
    ("baseus-jp-2025-05", "BS-30KP365", {"serial": "P0130KP365A"}, IN, "whole_model"),
    ("baseus-us-2024-06-27", "PPXCW06", {}, IN, "whole_model"),
    ("baseus-us-2024-06-27", "ppcxm06", {}, IN, "whole_model"),
    ("baseus-us-2024-06-27", "PPCXW0", {}, Answer.NO_SUCH_MODEL, "no_such_model"),
    ("belkin-us-2024-12-05", "BPD005", {"serial": "57V12345678901"}, IN, "prefix_match"),
    ("belkin-us-2024-12-05", "BPD005", {"serial": "58V12345678901"}, OUT, "not_listed"),
    ("belkin-us-2024-12-05", "BPD005", {"serial": "57V123"}, ASK, "serial_too_short"),
    ("casely-us-2025-04-17", "E33A", {"label": "illegible"}, IN, "whole_model"),
    ("iniu-us-2025-12", "BI-B41", {"serial": "000I21"}, ASK, "need_colour"),
    ("iniu-us-2025-12", "BI-B41", {"serial": "000121", "colour": "black"}, ASK, "code_looks_listed"),
    ("iniu-us-2025-12", "BI-B41", {"serial": "000121", "colour": "orange"}, OUT, "not_listed"),
    ("iniu-us-2025-12", "BI-B41", {"serial": "000321", "colour": "black"}, OUT, "not_listed"),
    ("iniu-us-2025-12", "BI-B41", {"serial": "000I21", "colour": "orange"}, OUT, "colour_excluded"),
    ("iniu-us-2025-12", "BI-B41", {"serial": "000I21", "colour": "blue"}, ASK, "need_channel"),
    ("iniu-us-2025-12", "BI-B41", {"serial": "000I21", "colour": "blue", "channel": "woot"}, OUT, "channel_excluded"),
    ("iniu-us-2025-12", "BI-B41", {"serial": "000I21", "colour": "blue", "channel": "amazon-us"}, ASK, "need_bought_on"),
    ("iniu-us-2025-12", "BI-B41", {"serial": "000I21", "colour": "blue", "channel": "amazon-us", "bought": D(2021, 8, 1)}, IN, "code_listed"),
    ("iniu-us-2025-12", "BI-B41", {"serial": "000I21", "colour": "blue", "channel": "amazon-us", "bought": D(2022, 5, 1)}, OUT, "bought_outside"),
]  # fmt: skip
# What the facts do not say, the check still asks for before anybody could publish.
NOT_PUBLISHED = {"anker-global-2025-06-30", "anker-us-2024-10-17", "belkin-us-2024-12-05"}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the library, and the demo's two recalls with a list of one serial for each model."""
    folder = tmp_path_factory.mktemp("library")
    assert len(list(library.write_library(folder))) == 17
    for name in FULL:
        shutil.copytree(Path(library.__file__).parents[1] / "recalls" / name, folder / name)
        (folder / name / "serials").mkdir()
        for model in [row[1] for row in UNITS if row[0] == name] + _models(folder / name):
            (folder / name / f"serials/{model}.csv").write_text(f"serial\n{ANKER}\n")
    return folder


def _models(folder: Path) -> list[str]:
    text = (folder / "recall.toml").read_text("utf-8")
    return [line.split('"')[1] for line in text.splitlines() if line.startswith("model = ")]


@cache
def _pack(folder: Path) -> Any:
    loaded = load(folder)
    recall = loaded.recall
    assert recall is not None
    rules = [rule for rule in recall.rules if rule.file]
    finds = {r.no: dict.fromkeys(map(bytes, loaded.lists[r.file]), 1).get for r in rules}
    scopes = {each.model: Scope(recall, each.model, finds) for each in recall.products}
    ref = EditionRef(recall.slug, 1, "0" * 64)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return SimpleNamespace(recall=recall, scopes=scopes, ref=ref, published_at=at)


@pytest.mark.parametrize(("name", "model", "said", "answer", "reason"), UNITS)
def test_each_recall_answers_by_its_own_rule(
    folders: Path, name: str, model: str, said: dict[str, Any], answer: Answer, reason: str
) -> None:
    verdict = judge(_pack(folders / name), Inspection(model=model, **said))
    assert (verdict.answer, verdict.reason) == (answer, reason)


def test_every_recall_has_units_in_the_table_and_every_rule_says_how_sure_it_is(
    folders: Path,
) -> None:
    assert {row[0] for row in UNITS} == {*library.ids(), *FULL}
    for name in library.ids():
        recall = _pack(folders / name).recall
        assert all(rule.verified for rule in recall.rules)
        assert all(rule.note for rule in recall.rules if rule.verified == "generated")
        assert {source.verified for source in recall.sources} >= {"generated"}


def test_the_library_passes_the_check_but_for_what_nobody_published(folders: Path) -> None:
    for name in library.ids():
        found: Loaded = load(folders / name)
        assert {problem.code for problem in found.problems} <= {"notice_part_missing"}
        assert bool(found.errors) == (name in NOT_PUBLISHED), name


def test_the_bar_code_on_two_products_is_reported(folders: Path) -> None:
    found = load(folders / FULL[0])
    assert [p.facts["jan"] for p in found.problems if p.code == "jan_twice"] == ["4571411205187"]


def test_an_alias_is_shown_as_such(folders: Path) -> None:
    pack = _pack(folders / "baseus-us-2024-06-27")
    verdict = judge(pack, Inspection(model="ppxcw06"))
    assert verdict.facts["model"] == "PPCXW06"
    said = {language: tell(pack, verdict, language).alias for language in LANGUAGES}
    assert said["en"] == "Some listings misprinted PPCXW06 as PPXCW06. We checked PPCXW06."
    assert all("PPXCW06" in words for words in said.values())
    assert tell(pack, judge(pack, Inspection(model="PPCXW06")), "en").alias == ""
