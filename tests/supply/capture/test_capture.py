"""A document is kept word for word, once, and says afterwards what happened."""

from __future__ import annotations

import json

import pytest
from django.db import IntegrityError, transaction

from kaishu.base import clock
from kaishu.base.jobs.run import run_due
from kaishu.config.jobs import KINDS
from kaishu.core.genealogy.acts import Act, Amount, Did
from kaishu.supply.capture import actions, acts, speaking
from kaishu.supply.capture.documents import read_document
from kaishu.supply.capture.errors import PrefixWrong
from kaishu.supply.capture.models import CapturedEvent, EventValue
from tests.supply.capture.world import (
    AT,
    CARTON,
    LOT,
    PACK,
    PHONE,
    PLANT,
    event,
    made,
    network,
    send,
)


@pytest.mark.django_db
def test_an_event_is_kept_as_it_was_sent_and_becomes_an_act() -> None:
    kumo = network()
    sent = made(PACK, eventID="urn:uuid:1", **{"cbvmda:colour": "red"})
    job = send(kumo, sent)
    assert (job.success, job.kept, job.known, job.refused) == (True, 1, 0, 0)
    assert json.loads(CapturedEvent.objects.get().said) == sent
    at = int(CapturedEvent.objects.get().at.timestamp())
    unit = "/01/04999902000200/21/P1"
    assert list(acts.read(kumo)) == [Act("urn:uuid:1", Did.MADE, at, (), (Amount(unit),))]


@pytest.mark.django_db
def test_a_making_leads_from_lot_to_unit() -> None:
    kumo = network()
    fed = [{"epcClass": LOT, "quantity": 200}]
    sent = event("TransformationEvent", inputQuantityList=fed, outputEPCList=[PACK])
    assert send(kumo, sent).kept == 1
    (act,) = acts.read(kumo)
    assert act.did is Did.MADE
    assert act.inputs == (Amount("/01/04999901000102/10/L77", 200),)
    assert act.outputs == (Amount("/01/04999902000200/21/P1"),)


@pytest.mark.django_db
def test_a_repeat_is_known_and_another_content_under_one_id_is_refused() -> None:
    kumo = network()
    sent = event(epcList=[PACK], action="OBSERVE", bizStep="receiving")
    assert send(kumo, sent).kept == 1
    other_form = {**sent, "bizStep": "https://ref.gs1.org/cbv/BizStep-receiving"}
    assert (send(kumo, sent).known, send(kumo, other_form).known) == (1, 1)
    named = {**sent, "eventID": "urn:uuid:7"}
    assert (send(kumo, named).kept, send(kumo, named, named).known) == (1, 2)
    told = send(kumo, {**named, "bizStep": "shipping"}, made(PACK))
    assert (told.kept, told.refused) == (1, 1)
    assert told.errors[0]["code"] == "epcis_id_reused"
    assert told.errors[0]["pointer"] == "/epcisBody/eventList/0"
    both = send(kumo, {**named, "bizStep": "shipping"}, made(PHONE), rollback=True)
    assert (both.kept, both.refused, both.success) == (0, 1, False)
    assert CapturedEvent.objects.count() == 3


@pytest.mark.django_db
def test_a_declared_error_takes_its_event_out_whichever_comes_first() -> None:
    kumo = network()
    first = made(PACK, eventID="urn:uuid:1")
    wrong = {**first, "errorDeclaration": {"declarationTime": "2026-03-02T00:00:00Z"}}
    second = made(PHONE, eventID="urn:uuid:2")
    wrong_too = {**second, "errorDeclaration": {"declarationTime": "2026-03-02T00:00:00Z"}}
    assert send(kumo, first).kept == 1
    before = acts.newest(kumo)
    assert [act.key for act in acts.read(kumo)] == ["urn:uuid:1"]
    assert not acts.changes_before(kumo, before)
    assert send(kumo, wrong, wrong_too, second).kept == 3
    assert list(acts.read(kumo)) == []
    assert acts.changes_before(kumo, before)
    assert send(kumo, wrong).known == 1


@pytest.mark.django_db
def test_only_the_sender_or_the_maker_declares_an_event_wrong() -> None:
    kumo = network()
    seen = event(epcList=[PACK], action="OBSERVE", bizStep="receiving", eventID="urn:uuid:1")
    seen["readPoint"] = {"id": PLANT}
    wrong = {**seen, "errorDeclaration": {"declarationTime": "2026-03-02T00:00:00Z"}}
    assert send(kumo, seen, by="api:shop", party="shop").kept == 1
    told = send(kumo, wrong, by="api:rival", party="rival")
    assert [each["code"] for each in told.errors] == ["epcis_not_your_event"]
    assert len(list(acts.read(kumo))) == 1
    early = {**made(PHONE), "eventID": "urn:uuid:2", "action": "OBSERVE"}
    early["readPoint"] = {"id": PLANT}
    del early["bizStep"]
    wrong = {**early, "errorDeclaration": {"declarationTime": "2026-03-02T00:00:00Z"}}
    assert send(kumo, wrong, by="api:rival", party="rival").kept == 1
    assert send(kumo, early, by="api:shop", party="shop").kept == 1
    assert len(list(acts.read(kumo))) == 2
    assert send(kumo, {**seen, "errorDeclaration": wrong["errorDeclaration"]}).kept == 1
    assert len(list(acts.read(kumo))) == 1


@pytest.mark.django_db
def test_who_lacks_the_prefix_may_pack_a_known_box_and_no_new_one() -> None:
    kumo = network()
    speaking.let_speak(network=kumo, party="shop", prefixes=["/x/item/CELL"], by="hana", at=AT)
    pack = event("AggregationEvent", parentID=CARTON, childEPCs=[PHONE], action="ADD")
    own = event(quantityList=[{"epcClass": "https://a.example/x/item/CELL/lot/1"}], action="ADD")
    far = event(quantityList=[{"epcClass": "https://a.example/x/item/CELL2/lot/1"}], action="ADD")
    told = send(kumo, pack, own, far, party="shop", by="api:shop")
    assert (told.kept, [each["pointer"] for each in told.errors]) == (
        1,
        [
            "/epcisBody/eventList/0/parentID",
            "/epcisBody/eventList/2/quantityList/0/epcClass",
        ],
    )
    assert send(kumo, event(epcList=[CARTON], action="OBSERVE", bizStep="shipping")).kept == 1
    assert send(kumo, pack, party="shop", by="api:shop").kept == 1
    for prefix in ("499", "4999903000000", "https://a.example", "x", ""):
        with pytest.raises(PrefixWrong):
            speaking.let_speak(network=kumo, party="shop", prefixes=[prefix], by="h", at=AT)


@pytest.mark.django_db
def test_a_large_document_is_the_workers_and_goes_on_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kumo = network()
    monkeypatch.setattr(actions, "AT_ONCE", 3)
    monkeypatch.setattr(actions, "BATCH", 2)
    events = [event(epcList=[PACK], action="OBSERVE", hour=hour) for hour in range(7)]
    events[5]["action"] = "SEE"
    job = send(kumo, *events)
    assert (job.finished_at, job.read, CapturedEvent.objects.count()) == (None, 0, 0)

    def stops(*_: object) -> None:
        raise KeyboardInterrupt

    document = read_document(actions.store().get(job.file))
    with pytest.raises(KeyboardInterrupt):
        actions.run(job=job, document=document, at=AT, told=stops)
    job.refresh_from_db()
    assert (job.finished_at, job.read, job.kept) == (None, 2, 2)
    done = run_due(at=clock.now(), kinds=KINDS)
    assert done["jobs"] == 1
    job.refresh_from_db()
    assert (job.read, job.kept, job.known, job.refused) == (7, 6, 0, 1)
    assert (job.success, job.file, job.finished_at is None) == (False, "", False)
    assert job.errors[0]["pointer"] == "/epcisBody/eventList/5/action"
    assert CapturedEvent.objects.count() == 6


@pytest.mark.django_db
def test_what_was_captured_stays_as_it_is() -> None:
    send(network(), made(PACK))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CapturedEvent.objects.update(said="{}")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        EventValue.objects.all().delete()
