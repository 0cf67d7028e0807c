"""A document is kept word for word, once, and says afterwards what happened."""

from __future__ import annotations

import json

import pytest

from kaishu.core.genealogy.acts import Act, Amount, Did
from kaishu.supply.capture import acts
from kaishu.supply.capture.models import CapturedEvent
from tests.supply.capture.world import LOT, PACK, event, made, network, send


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
