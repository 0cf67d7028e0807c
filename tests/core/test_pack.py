"""An edition pack: one name for one content, whole or refused, swapped in one step."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaishu.core import pack as packs
from kaishu.core.answer import Inspection, judge
from kaishu.core.canonical import canonical
from kaishu.core.decoding import Undecodable, decode
from kaishu.core.index import IndexCorrupt, ListedSerialWrong
from kaishu.core.pack import PackCorrupt, PackMissing, PackUnfit
from kaishu.core.recall import (
    AmountRule,
    Conditions,
    DueWhen,
    Party,
    Population,
    Recall,
    Remedy,
    RuleKind,
    Source,
)
from kaishu.core.verdict import Answer
from tests.core.small_recall import PUBLISHED, product, publish, recall, rule, text

LISTS = {"one.csv": [b"A1000000", b"A2000000"]}


@pytest.fixture
def editions(tmp_path: Path) -> Path:
    return tmp_path / "editions"


def full_recall() -> Recall:
    """Return a recall in which every field says something."""
    when = Conditions(
        colours=("black",), not_colours=("white",), bought_from=date(2025, 1, 2), markets=("jp",)
    )
    remedy = Remedy(
        code="refund",
        type="refund",
        commodity="JPY",
        amount=AmountRule.ORDER,
        due=DueWhen.COLLECTED,
        plus=50,
        kit="kit:bag",
        products=("M1",),
        title=text("Refund"),
        what_you_get=text("Money"),
        what_you_send=text("The bank"),
        how_long=text("Two weeks"),
    )
    return replace(
        recall(
            rule(1, RuleKind.LIST, file="one.csv", when=when),
            rule(2, RuleKind.RANGE, first="A3000000", last="A4000000"),
        ),
        products=(replace(product("M1", "black"), sold_from=date(2022, 12, 16), capacity="37 Wh"),),
        remedies=(remedy,),
        parties=(Party(code="osaka", role="depot", name=text("Osaka")),),
        population=(Population(product="M1", pool="consumer", account="at_large", quantity=9),),
        sources=(Source(what="notice", url="https://example.org", verified="generated"),),
    )


def test_a_recall_comes_back_from_its_pack_as_it_went_in(editions: Path) -> None:
    what = full_recall()
    pack = publish(editions, what, LISTS, number=3)
    assert pack.recall == what
    assert pack.ref.recall == "bank-2026"
    assert pack.ref.number == 3
    assert pack.published_at == PUBLISHED
    assert pack.listed == {1: 2}
    assert pack.picture("bank.png").read_bytes() == b"picture"


def test_the_digest_names_the_manifest_and_the_manifest_names_every_file(editions: Path) -> None:
    pack = publish(editions, full_recall(), LISTS)
    manifest = (pack.path / "manifest.json").read_bytes()
    assert hashlib.sha256(manifest).hexdigest() == pack.ref.digest == pack.path.name
    said = json.loads(manifest)["files"]
    found = {
        str(file.relative_to(pack.path)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in pack.path.rglob("*")
        if file.is_file() and file.name != "manifest.json"
    }
    assert said == found
    assert set(found) == {"listed.index", "pictures/bank.png"}
    packs.verify(pack)


def test_the_same_edition_written_twice_is_one_folder(editions: Path) -> None:
    first = publish(editions, full_recall(), LISTS)
    again = publish(editions, full_recall(), {"one.csv": LISTS["one.csv"][::-1]})
    assert again.ref == first.ref
    assert sorted(path.name for path in editions.iterdir()) == sorted([first.ref.digest, "current"])


def test_a_changed_word_a_changed_list_and_a_new_number_are_new_editions(editions: Path) -> None:
    what = full_recall()
    digests = {
        publish(editions, what, LISTS).ref.digest,
        publish(editions, replace(what, hazard=text("Smoke")), LISTS).ref.digest,
        publish(editions, what, {"one.csv": [b"A1000000", b"A2000001"]}).ref.digest,
        publish(editions, what, LISTS, number=2).ref.digest,
    }
    assert len(digests) == 4


def test_a_swap_changes_the_answer_at_once_and_old_editions_stay_answerable(editions: Path) -> None:
    what = recall(rule(1, RuleKind.LIST, file="one.csv"))
    asked = Inspection(model="M1", serial="A3000000")
    narrow = publish(editions, what, LISTS, number=1)
    assert judge(packs.current(editions, what.slug), asked).answer is Answer.NOT_AFFECTED
    publish(editions, what, {"one.csv": [*LISTS["one.csv"], b"A3000000"]}, number=2)
    wide = packs.current(editions, what.slug)
    assert judge(wide, asked).answer is Answer.AFFECTED
    assert packs.current(editions, what.slug) is wide
    old = packs.open_pack(editions, narrow.ref.digest)
    assert judge(old, asked).answer is Answer.NOT_AFFECTED
    packs.swap(editions, what.slug, narrow.ref)
    assert packs.current(editions, what.slug).ref == narrow.ref


def test_all_current_lists_every_recall_once_by_slug(editions: Path) -> None:
    assert packs.all_current(editions) == []
    one = recall(rule(1, RuleKind.MODEL))
    publish(editions, replace(one, slug="zeta"))
    publish(editions, replace(one, slug="alpha"), number=1)
    publish(editions, replace(one, slug="alpha"), number=2)
    refs = [pack.ref for pack in packs.all_current(editions)]
    assert [(ref.recall, ref.number) for ref in refs] == [("alpha", 2), ("zeta", 1)]


@pytest.mark.parametrize("slug", ["nothing", "../secret", "", "UPPER", "a/b", ".hidden"])
def test_a_recall_that_is_not_published_here_is_missing(editions: Path, slug: str) -> None:
    with pytest.raises(PackMissing):
        packs.current(editions, slug)


@pytest.mark.parametrize("digest", ["", "..", "0" * 64, "../" + "0" * 61])
def test_an_edition_that_is_not_here_is_missing(editions: Path, digest: str) -> None:
    with pytest.raises(PackMissing):
        packs.open_pack(editions, digest)


def test_only_pictures_of_the_edition_can_be_read(editions: Path) -> None:
    pack = publish(editions, full_recall(), LISTS)
    for name in ("../listed.index", "other.png", "", "../../current/bank-2026.json"):
        with pytest.raises(PackMissing):
            pack.picture(name)


def test_a_damaged_pack_is_refused_and_never_answers(editions: Path) -> None:
    pack = publish(editions, full_recall(), LISTS)
    manifest, index = pack.path / "manifest.json", pack.path / "listed.index"
    whole, listed = manifest.read_bytes(), index.read_bytes()
    manifest.write_bytes(whole.replace(b"Fire", b"Wire"))
    with pytest.raises(PackCorrupt):
        packs.load(pack.path)
    manifest.write_bytes(whole)
    index.unlink()
    with pytest.raises(PackCorrupt):
        packs.load(pack.path)
    index.write_bytes(listed[:-8])
    with pytest.raises(IndexCorrupt):
        packs.load(pack.path)
    index.write_bytes(listed)
    (pack.path / "pictures" / "bank.png").write_bytes(b"other")
    with pytest.raises(PackCorrupt) as refused:
        packs.verify(packs.load(pack.path))
    assert refused.value.facts == {"what": "pictures/bank.png"}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"products": (product("M1"), product("M2"))}, "rule for M2"),
        ({"products": (replace(product("M1"), serial_format="none"),)}, "format none"),
        ({"rules": (rule(1, RuleKind.MODEL), rule(1, RuleKind.MODEL))}, "rule numbers"),
        ({"rules": (rule(1, RuleKind.LIST, file="two.csv"),)}, "list two.csv"),
        ({"rules": (rule(1, RuleKind.MODEL), rule(2, RuleKind.MODEL, "M9"))}, "product M9"),
        ({"slug": "../up"}, "slug ../up"),
    ],
)
def test_a_recall_with_a_part_missing_is_not_written(
    editions: Path, change: dict[str, object], what: str
) -> None:
    unfit = replace(recall(rule(1, RuleKind.MODEL)), **change)  # type: ignore[arg-type]
    with pytest.raises(PackUnfit) as refused:
        packs.write(editions, unfit, 1, {}, {}, published_at=PUBLISHED)
    assert refused.value.facts["what"] == what
    assert not editions.exists()


def test_a_wrong_serial_or_picture_name_leaves_nothing_behind(editions: Path) -> None:
    with pytest.raises(ListedSerialWrong):
        packs.write(editions, full_recall(), 1, {"one.csv": [b"A1"]}, {}, published_at=PUBLISHED)
    with pytest.raises(PackUnfit):
        packs.write(editions, full_recall(), 1, LISTS, {"../x": b""}, published_at=PUBLISHED)
    assert not editions.exists()


def test_a_field_that_joined_later_takes_its_default_and_an_unknown_one_is_refused() -> None:
    raw = json.loads(canonical(full_recall()))
    del raw["sources"]
    assert decode(Recall, raw).sources == ()
    with pytest.raises(Undecodable, match="Recall: unknown colour"):
        decode(Recall, raw | {"colour": "red"})
    with pytest.raises(Undecodable, match="Recall: no slug"):
        decode(Recall, {name: value for name, value in raw.items() if name != "slug"})


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("slug", 1),
        ("announced", "soon"),
        ("products", {}),
        ("title", {"ja": 1}),
        ("rules", [{"no": "1", "product": "M1", "kind": "model"}]),
        ("rules", [{"no": 1, "product": "M1", "kind": "moon"}]),
        ("rules", [{"no": True, "product": "M1", "kind": "model"}]),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(name: str, wrong: object) -> None:
    raw = json.loads(canonical(full_recall()))
    with pytest.raises(Undecodable):
        decode(Recall, raw | {name: wrong})


@settings(max_examples=30)
@given(
    st.fixed_dictionaries({name: st.none() | st.dates() for name in ("bought_from", "bought_to")})
)
def test_dates_and_their_absence_survive_the_round_trip(dates: dict[str, date | None]) -> None:
    when = Conditions(**dates)  # type: ignore[arg-type]
    assert decode(Conditions, json.loads(canonical(when))) == when
