"""The quick way gives the bytes of the slow way, whatever is asked of whatever recall."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from kaishu.core import pack as packs
from kaishu.core.recall import Recall, Rule, RuleKind
from kaishu.core.skeletons import cut, mark
from kaishu.doors.edge.app import Edge
from kaishu.doors.edge.settings import EdgeSettings
from tests.core.small_recall import FORM, PUBLISHED, product, recall, rule
from tests.core.test_answer_model import CHANNELS, MODELS, SERIALS, rules
from tests.doors import kumo
from tests.edge.asking import NOW, ask, edge_of

RAW = (
    "",
    "a0000001",
    "A 0000001",
    "AO00000I",
    "SN A0000001",
    "<b>&\"'",
    "A0000001&serial=A0000002",
)
CODES = ("ja", "zh-hans", "en")


def written(folder: Path, value: Recall, lists: dict[str, list[bytes]]) -> None:
    ref = packs.write(folder / "packs", value, 1, lists, {}, published_at=PUBLISHED)
    packs.swap(folder / "packs", value.slug, ref)


@settings(max_examples=15)
@given(made=rules(), data=st.data())
def test_quick_and_slow_say_the_same(
    made: tuple[tuple[Rule, ...], dict[str, list[bytes]]], data: st.DataObject
) -> None:
    found, lists = made
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        models = dict.fromkeys(rule.product for rule in found)
        products = tuple(product(model, "black", "white") for model in models)
        form = replace(FORM, lookalikes=data.draw(st.sampled_from([(), ("12", "37", "089")])))
        value = replace(recall(*found, products=products), channels=CHANNELS, formats=(form,))
        written(folder, value, lists)
        quick, slow = edge_of(folder), edge_of(folder, quick=False)
        for _ in range(8):
            serial = data.draw(st.sampled_from([*SERIALS * 3, *RAW]) | st.text(max_size=12))
            model = data.draw(st.sampled_from([*MODELS, "m1", "other"]))
            form = data.draw(st.sampled_from(["check/", "check.json"]))
            path = f"/{data.draw(st.sampled_from(CODES))}/r/{value.slug}/{form}"
            plain = data.draw(st.booleans()) and serial.isascii() and serial.isprintable()
            asked = {"model": model, "serial": serial.encode(errors="replace").decode()}
            query = f"model={model}&serial={serial}" if plain else urlencode(asked)
            one, other = ask(quick, path, query), ask(slow, path, query)
            assert (one.status, one.headers, one.text) == (other.status, other.headers, other.text)


def test_the_plain_question_goes_the_quick_way(data_dir: Path) -> None:
    kumo.write_pack(data_dir)
    edge = edge_of(data_dir)
    for form in ("check/", "check.json"):
        quick = edge._state.quick[f"/en/r/{kumo.SLUG}/{form}"]
        for serial in (kumo.LISTED, kumo.NOT_LISTED):
            pieces = quick.answer(f"model=K100&serial={serial}")
            assert pieces is not None
            assert serial.encode() in b"".join(pieces)
        assert quick.answer("model=K100&serial=" + kumo.LISTED.lower()) is None
        assert quick.answer("model=K999&serial=" + kumo.LISTED) is None
        assert quick.answer("serial=" + kumo.LISTED) is None


def test_a_model_of_two_recalls_has_no_quick_way(data_dir: Path) -> None:
    kumo.write_pack(data_dir)
    kumo.write_pack(data_dir, kumo.abroad())
    shared = {product.model for product in kumo.abroad().products}
    lanes = edge_of(data_dir)._state.quick[f"/en/r/{kumo.SLUG}/check/"].lanes
    assert shared and not shared & set(lanes)


@given(serial=st.text(alphabet="ABC019-._~", min_size=1, max_size=64), more=st.text(max_size=9))
def test_a_skeleton_is_filled_wherever_the_serial_stood(serial: str, more: str) -> None:
    def page(of: str) -> str:
        groups = (of[start : start + 4] for start in range(0, len(of), 4))
        spans = "".join(f"<i>{group}</i>" for group in groups)
        return f"{more}{of}{spans}{more}?{urlencode({'serial': of})}{of}{of}"

    skeleton = cut(page(mark(len(serial))))
    assert b"".join(skeleton.filled(serial.encode())).decode() == page(serial)


def test_the_day_on_a_page_ends_with_the_day_of_its_market(data_dir: Path) -> None:
    kumo.write_pack(data_dir)
    now = [NOW]
    edge = Edge(EdgeSettings(packs=data_dir / "packs"), lambda: now[0])
    path, query = f"/en/r/{kumo.SLUG}/check/", f"model=K100&serial={kumo.LISTED}"
    assert "3 May 2026" in ask(edge, path, query).text
    tokyo = ZoneInfo("Asia/Tokyo")
    midnight = datetime(2026, 5, 4, tzinfo=tokyo)
    now[0] = (midnight - timedelta(seconds=1)).timestamp()
    assert "3 May 2026" in ask(edge, path, query).text
    now[0] = midnight.timestamp()
    assert "4 May 2026" in ask(edge, path, query).text
    assert "4 May 2026" in ask(edge, path, query).text


def test_a_serial_that_looks_like_a_recalled_one_goes_the_slow_way(tmp_path: Path) -> None:
    form = replace(FORM, lookalikes=("12",))
    listed = rule(1, RuleKind.LIST, file="1.csv")
    written(tmp_path, replace(recall(listed), formats=(form,)), {"1.csv": [b"A0000002"]})
    edge = edge_of(tmp_path)
    path = "/en/r/bank-2026/check/"
    assert "A0000002" not in ask(edge, path, "model=M1&serial=A0000003").text  # makes the skeleton
    assert "serial=A0000002" in ask(edge, path, "model=M1&serial=A0000001").text
    quick = edge._state.quick[path]
    assert quick.answer("model=M1&serial=A0000001") is None
    assert quick.answer("model=M1&serial=A0000003") is not None
