"""One table over all doors: the same facts of a unit give the same answer, wherever they are said."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from django.http import QueryDict
from django.test import Client

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.claims.actions import submit_claim
from kaishu.claims.case import case
from kaishu.claims.data_copy import copy_of
from kaishu.claims.facts import ClaimFacts, UnitFacts
from kaishu.claims.known import inspection_again
from kaishu.claims.models import ClaimUnit
from kaishu.claims.tokens import request_hash
from kaishu.cli import main
from kaishu.core.answer import Inspection, judge
from kaishu.core.asking import address_of, read_said
from kaishu.core.pack import Pack
from kaishu.core.recall import Channel, Conditions, Rule, RuleKind, Variant, Window
from kaishu.doors.console.hotline import call_form, script
from kaishu.notices import watches
from kaishu.notices.models import Watch
from kaishu.people.contact import Contact
from tests.api.world import connect
from tests.doors import desk_world, kumo
from tests.doors.desk_world import member
from tests.doors.draft import Walk
from tests.doors.pages import find, parsed, text
from tests.edge import asking as edge

pytestmark = pytest.mark.django_db
SLUG = kumo.SLUG
FROM = kumo.PUBLISHED.date()
JAN = "4900000000023"
SERIAL = "AK20260000000001"
# A model that needs every fact, one whose label may be gone, one whose code says all it needs.
ALL = {"model": "K100", "serial": SERIAL, "colour": "black", "variant": JAN, "batch": "p6"}
ALL |= {"made_on": "2026-04-02", "channel": "web", "bought": "2026-05-01", "market": "jp"}
BARE = {"model": "K200"}
CODE = "(01)04900000000016(11){}(10)P6(21)AK20260000000001"
SCANNED = {"model": "K300", "serial": CODE.format("260402")}
TABLE: Mapping[str, tuple[Mapping[str, str], str]] = {
    "all": (ALL, "affected"),
    "other channel": ({**ALL, "channel": "store"}, "not_affected"),
    "made before": ({**ALL, "made_on": "2026-03-31"}, "not_affected"),
    "month before": ({**ALL, "made_on": "2026-03"}, "not_affected"),
    "other batch": ({**ALL, "batch": "P7"}, "not_affected"),
    "other market": ({**ALL, "market": "cn"}, "not_affected"),
    "shop of no channel": ({**ALL, "channel": "other shop"}, "ask"),
    "no channel": ({name: said for name, said in ALL.items() if name != "channel"}, "ask"),
    "no day": ({name: said for name, said in ALL.items() if name != "made_on"}, "ask"),
    "no label": ({**BARE, "label": "missing"}, "affected"),
    "nothing": (BARE, "ask"),
    "scanned": (SCANNED, "affected"),
    "scanned before": ({"model": "K300", "serial": CODE.format("260331")}, "not_affected"),
}
SHORT = [name for name, (said, _answer) in TABLE.items() if set(said) <= {"model", "serial"}]


@pytest.fixture
def pack(db: None, data_dir: Path) -> Pack:
    base = kumo.recall()
    needs = Conditions(made=(Window(start=FROM),), batches=("P6",))
    every = replace(
        needs, colours=("black",), variants=("K-B",), channels=("web",), markets=("jp",)
    )
    rules = (
        Rule(no=1, product="K100", kind=RuleKind.PREFIX, prefix="AK", when=every),
        Rule(no=2, product="K200", kind=RuleKind.UNLABELLED, labels=("missing",)),
        Rule(no=3, product="K300", kind=RuleKind.PREFIX, prefix="AK", when=needs),
    )
    first, *others = base.products
    sold = (
        Variant(code="K-B", colour="black", jan=JAN),
        Variant(code="K-W", colour="white"),
    )
    shops = tuple(
        Channel(code=code, name=kumo.three(code, code, code)) for code in ("web", "store")
    )
    world = replace(
        desk_world.recall(),
        products=(replace(first, variants=sold), *others),
        rules=rules,
        channels=shops,
    )
    return kumo.publish(data_dir, world)


def inspection(said: Mapping[str, str]) -> Inspection:
    """Return the row of the table as the core sees it; a market that nobody said is the recall's."""
    told = {("made" if name == "made_on" else name): each for name, each in said.items()}
    return read_said({"market": "jp", **told}).inspection()


def address(said: Mapping[str, str]) -> dict[str, str]:
    return {"serial": "", **address_of(inspection(said))}


def as_unit(said: Mapping[str, str]) -> dict[str, str]:
    return {("bought_on" if name == "bought" else name): each for name, each in said.items()}


def public(pack: Pack, said: Mapping[str, str]) -> str:
    found = Client().get(f"/en/r/{SLUG}/check/", address(said))
    assert found.status_code == 200
    return found.context["verdict"].answer.value if "verdict" in found.context else "ask"


def claim(pack: Pack, said: Mapping[str, str]) -> str:
    """The address of the check, through a draft, into a claim as it is stored."""
    from kaishu.doors.public.claiming import answers, start
    from kaishu.doors.public.claiming.fact_questions import known
    from kaishu.doors.public.claiming.send import _day, _made

    (drafted,) = start.known_units(pack.recall, QueryDict(urlencode(address(said))))
    unit = answers.first_answers([drafted]).units[0]
    facts = UnitFacts(
        model=unit.get("model"),
        serial=unit.get("serial"),
        colour=unit.get("colour"),
        bought_on=_day(unit.get("bought_on")),
        made_on=_made(unit.get("made_on")),
        **known(unit),
    )
    sent = submit_claim(
        facts=ClaimFacts(recall=SLUG, language="ja", contact=Contact(), units=(facts,)),
        key=uuid.uuid4().hex,
        door="public",
        by="owner",
        at=clock.now(),
    )
    row = case(sent.case_no).units[0]
    again = inspection_again(
        row.verdict_facts,
        model=row.product,
        serial=row.serial_typed,
        colour=row.colour,
        bought_on=row.bought_on,
        market="jp",
    )
    assert judge(pack, again).answer.value == row.verdict_answer
    return row.verdict_answer


def hotline(pack: Pack, said: Mapping[str, str]) -> str:
    given = {f"{name}-1": each for name, each in as_unit(said).items()}
    (thing,) = call_form.things({**given, "model-1": f"{SLUG}|{said['model']}"}, {SLUG: pack})
    heard = script.hear(thing, "en")
    assert heard is not None
    assert set(given) <= {f"{name}-1" for name in call_form.UNIT}
    return heard.verdict.answer.value


def api(pack: Pack, said: Mapping[str, str]) -> str:
    caller = connect("check")
    query = urlencode({"recall": SLUG, "market": "jp", **as_unit(said)})
    one = caller.get(f"check?{query}").json()
    many = caller.post("check", {"recall": SLUG, "units": [{"market": "jp", **as_unit(said)}]})
    assert many.json()["items"] == [one]
    return str(one["answer"])


def cli(pack: Pack, said: Mapping[str, str]) -> str:
    rest = {"market": "jp", **said}
    words = [rest.pop("model"), *([rest.pop("serial")] if "serial" in rest else [])]
    for name, each in rest.items():
        words += [f"--{name.replace('_', '-')}", each]
    found = CliRunner().invoke(main.kaishu, ["check", *words, "--json"])
    return str(json.loads(found.stdout.splitlines()[0])["answer"])


def edge_server(pack: Pack, said: Mapping[str, str]) -> str:
    found = edge.check(edge.edge_of(pack.path.parents[1]), SLUG, form="check.json", **address(said))
    return str(json.loads(found.text)["answer"])


def watch(pack: Pack, said: Mapping[str, str]) -> str:
    """What a new edition will judge: the facts as they were kept."""
    mail = f"{uuid.uuid4().hex}@example.test"
    Client().post(f"/en/r/{SLUG}/watch/", {**address(said), "email": mail})
    kept = Watch.objects.order_by("-id")[0]
    found = watches._view(kept).inspection
    assert judge(pack, found).answer.value == kept.answer
    return kept.answer


def several(pack: Pack, said: Mapping[str, str]) -> str:
    query = {"list": f"{said['model']} {said.get('serial', '')}", "model": said["model"]}
    found = Client().get(f"/en/r/{SLUG}/check/several/", query)
    return found.context["units"][0]["verdict"].answer.value


def everything(pack: Pack, said: Mapping[str, str]) -> str:
    found = Client().get(
        "/en/check/several/", {"list": f"{said['model']} {said.get('serial', '')}"}
    )
    return found.context["units"][0]["answers"][0]["page"].verdict.answer.value


DOORS: tuple[Callable[[Pack, Mapping[str, str]], str], ...] = (
    *(public, claim, hotline, api, cli, edge_server, watch),
)


def test_every_door_gives_the_same_answer_to_the_same_facts(pack: Pack) -> None:
    for name, (said, wanted) in TABLE.items():
        assert judge(pack, inspection(said)).answer.value == wanted, name
        for door in DOORS:
            assert door(pack, said) == wanted, (name, door.__name__)
    for name in SHORT:
        for door in (several, everything):
            assert door(pack, TABLE[name][0]) == TABLE[name][1], (name, door.__name__)


def test_a_claim_keeps_what_the_check_was_told_and_asks_only_the_rest(
    pack: Pack, data_dir: Path
) -> None:
    told = {name: each for name, each in ALL.items() if name != "channel"}
    walk = Walk()
    walk.answers["channel"] = {"channel": "web"}
    walk.start(**address(told)).to_check()
    assert walk.seen[0] == "channel"
    assert not {"model", "serial", "colour", "variant", "made", "batch"} & set(walk.seen)
    rows = [text(row) for row in find(walk.page("check/"), "main dl div")]
    assert any(row.startswith("Bought fromweb ") for row in rows), rows
    assert any(row.startswith("Batchp6 ") for row in rows), rows
    walk.send()
    unit = ClaimUnit.objects.select_related("claim").get()
    kept = {"variant": "K-B", "batch": "P6", "made_on": "2026-04-02", "channel": "web"}
    assert unit.verdict_answer == "affected"
    assert kept.items() <= unit.verdict_facts.items()
    copied = copy_of(case_no=unit.claim.case_no, at=clock.now())["claims"][0]["units"][0]
    assert copied["known"] == {**kept, "market": "jp"}
    shown = parsed(member("rei", Role.REVIEWER).get(f"/staff/claims/{unit.claim.case_no}/"))
    facts = [text(each) for each in find(shown, "dl.facts div")]
    assert {"Item codeK-B", "BatchP6", "Bought fromweb"} <= set(facts)


def test_a_claim_of_a_shops_system_and_one_by_telephone_rest_on_the_same_facts(pack: Pack) -> None:
    caller = connect("claims:write", "claims:read")
    unit = {**as_unit(ALL), "condition": "intact"}
    contact = {"name": "佐藤 花子", "email": "hanako@example.jp"}
    body = {"recall": SLUG, "language": "ja", "contact": contact, "units": [unit]}
    filed = caller.post("claims", body)
    assert filed.status_code == 201, filed.content
    assert filed.json()["units"][0]["verdict"] == "affected"
    client = member("kei", Role.OPERATOR)
    call = f"/staff/hotline/{uuid.uuid4()}/"
    said = {f"{name}-1": each for name, each in as_unit(ALL).items()} | {"units": "1"}
    said |= {"model-1": f"{SLUG}|K100", "condition-1": "intact", "remedy-1": "refund"}
    said |= {"order_no-1": "250-1", "language": "ja", "name": "佐藤 花子", "phone": "03-1234-5678"}
    said |= {"postcode": "105-0001", "street": "1-2-3", "consent": "yes"}
    wrong = client.post(call, {**said, "made_on-1": "last week", "do": "send"})
    page = parsed(wrong)
    assert wrong.status_code == 422
    assert find(page, "#id-channel-1 option[selected]")[0].get("value") == "web"
    assert find(page, "#id-batch-1")[0].get("value") == "p6"
    assert client.post(call, {**said, "do": "send"}).status_code == 302
    first, second = ClaimUnit.objects.order_by("id")
    assert (second.verdict_answer, second.verdict_facts) == ("affected", first.verdict_facts)


def test_a_claim_without_the_newer_facts_is_the_same_request_as_before_they_came() -> None:
    facts = ClaimFacts(recall=SLUG, language="ja", contact=Contact(), units=(UnitFacts(model="A"),))
    newer = {"market", "channel", "variant", "batch", "made_on", "label"}
    assert not newer & set(facts.request()["units"][0])
    more = replace(facts, units=(UnitFacts(model="A", batch="P6"),))
    assert request_hash(facts.request()) != request_hash(more.request())
