"""EPCIS 1.2 in XML comes in as the events of EPCIS 2.0 that it says, and never as a bomb."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kaishu.core.errors import Refusal
from kaishu.supply.capture import acts
from kaishu.supply.capture12 import reading
from kaishu.supply.capture12.actions import BadEvent, Taken, load_xml
from kaishu.supply.models import CapturedEvent, Item, Network, Partner
from tests.supply.capture import world
from tests.supply.linked import NOW

TIME = """<eventTime>2026-03-01T09:00:00.000Z</eventTime>
<eventTimeZoneOffset>+09:00</eventTimeZoneOffset>"""
GLN = "urn:epc:id:sgln:4999903.00001.0"
EVENTS = f"""
<ObjectEvent>{TIME}<baseExtension><eventID>urn:uuid:11111111-1111-4111-8111-111111111111</eventID>
</baseExtension><epcList><epc>{world.PACK}</epc></epcList><action>ADD</action>
<bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep>
<disposition>urn:epcglobal:cbv:disp:active</disposition>
<readPoint><id>{GLN}</id></readPoint><bizLocation><id>{GLN}</id></bizLocation>
<bizTransactionList><bizTransaction type="urn:epcglobal:cbv:btt:po">urn:epc:id:gdti:4999903.00001.7
</bizTransaction></bizTransactionList>
<extension><sourceList><source type="urn:epcglobal:cbv:sdt:owning_party">{world.SHOP}</source>
</sourceList></extension>
<acme:line no="7">B</acme:line></ObjectEvent>
<extension><TransformationEvent>{TIME}
<inputQuantityList><quantityElement><epcClass>{world.LOT}</epcClass><quantity>4</quantity>
</quantityElement></inputQuantityList>
<outputEPCList><epc>{world.PHONE}</epc></outputEPCList>
<transformationID>urn:epc:id:gdti:4999903.00001.8</transformationID></TransformationEvent>
</extension>
<AggregationEvent>{TIME}<parentID>{world.CARTON}</parentID><childEPCs><epc>{world.PHONE}</epc>
</childEPCs><action>ADD</action></AggregationEvent>
<TransactionEvent>{TIME}<bizTransactionList><bizTransaction>urn:x:1</bizTransaction>
</bizTransactionList><epcList><epc>{world.PHONE}</epc></epcList><action>OBSERVE</action>
</TransactionEvent>
<QuantityEvent>{TIME}<epcClass>urn:epc:idpat:sgtin:4999901.000010.*</epcClass>
<quantity>12</quantity></QuantityEvent>
"""
MASTER = f"""<EPCISHeader><extension><EPCISMasterData><VocabularyList>
<Vocabulary type="urn:epcglobal:epcis:vtype:BusinessLocation"><VocabularyElementList>
<VocabularyElement id="{GLN}"><attribute id="urn:epcglobal:cbv:mda#name">Plant</attribute>
<attribute id="urn:epcglobal:cbv:mda#countryCode">JP</attribute></VocabularyElement>
</VocabularyElementList></Vocabulary>
<Vocabulary type="urn:epcglobal:epcis:vtype:EPCClass"><VocabularyElementList>
<VocabularyElement id="urn:epc:idpat:sgtin:4999903.000030.*">
<attribute id="urn:epcglobal:cbv:mda#descriptionShort">Phone</attribute></VocabularyElement>
</VocabularyElementList></Vocabulary></VocabularyList></EPCISMasterData></extension></EPCISHeader>"""


def whole(events: str = EVENTS, *, head: str = "", master: str = MASTER) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<epcis:EPCISDocument '
        'xmlns:epcis="urn:epcglobal:epcis:xsd:1" xmlns:acme="https://acme.example/epcis/" '
        f'schemaVersion="1.2" creationDate="2026-03-01T12:00:00Z">{master}'
        f"<EPCISBody><EventList>{events}</EventList></EPCISBody></epcis:EPCISDocument>"
    )


def load(folder: Path, content: str | bytes, where: Network) -> tuple[Taken, list[BadEvent]]:
    path, bad = folder / "events.xml", list[BadEvent]()
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    assert reading.is_xml(path)
    taken = load_xml(
        network=where, path=path, by="t", at=NOW, note=bad.append, progress=lambda *_: None
    )
    return taken, bad


def test_every_kind_of_event_is_captured_as_it_stands(db: None, tmp_path: Path) -> None:
    where = world.network()
    taken, bad = load(tmp_path, whole(), where)
    assert bad == []
    assert (taken.events, taken.kept, taken.refused, taken.names) == (5, 5, 0, 2)
    said = [json.loads(each.said) for each in CapturedEvent.objects.order_by("pk")]
    first = said[0]
    assert first["bizStep"] == "commissioning"
    assert first["bizTransactionList"] == [
        {"type": "po", "bizTransaction": "urn:epc:id:gdti:4999903.00001.7"}
    ]
    assert first["sourceList"] == [{"type": "owning_party", "source": world.SHOP}]
    assert first["acme:line"] == {"no": "7", "value": "B"}
    assert [each["type"] for each in said[1:]] == [
        "TransformationEvent", "AggregationEvent", "TransactionEvent", "ObjectEvent",
    ]  # fmt: skip
    dids = [act.did.name for act in acts.read(where)]
    assert dids[:2] == ["MADE", "MOVED"]
    assert {"MADE", "PACKED"} <= set(dids)
    assert Partner.objects.get().name == "Plant"
    assert Item.objects.get().code == "/01/04999903000308"


def test_the_same_file_again_is_known_and_a_declaration_voids(db: None, tmp_path: Path) -> None:
    where = world.network()
    load(tmp_path, whole(), where)
    again, _bad = load(tmp_path, whole(), where)
    assert (again.kept, again.known, again.names) == (0, 5, 0)
    wrong = EVENTS.partition("<extension><Transformation")[0].replace(
        "</eventID>",
        "</eventID><errorDeclaration><declarationTime>2026-03-02T00:00:00Z</declarationTime>"
        "<reason>urn:epcglobal:cbv:er:did_not_occur</reason></errorDeclaration>",
    )
    before = sum(1 for _ in acts.read(where))
    declared, bad = load(tmp_path, whole(wrong), where)
    assert (declared.kept, bad) == (1, [])
    assert sum(1 for _ in acts.read(where)) < before


def test_a_bad_event_is_named_by_number_and_line_and_the_others_kept(
    db: None, tmp_path: Path
) -> None:
    where = world.network()
    broken = EVENTS.replace(world.PACK, "urn:epc:id:sgtin:4999902.0000200.P1")
    taken, bad = load(tmp_path, whole(broken, master=""), where)
    assert (taken.kept, taken.refused) == (4, 1)
    assert (bad[0].number, bad[0].line, bad[0].code[:4]) == (1, 2, "epc_")


LOL = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (whole(head=LOL), "epcis12_doctype"),
        (whole(head='<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "epcis12_doctype"),
        (whole()[:-30], "epcis12_broken"),
        (whole("<ObjectEvent>" + "<a>" * 50 + "</a>" * 50 + "</ObjectEvent>"), "epcis12_too_big"),
        ("<html><body/></html>", "epcis12_other"),
        (b"<a>\xff\xfe</a>", "epcis12_other"),
    ],
)
def test_bombs_and_other_documents_are_refused(
    db: None, tmp_path: Path, content: str | bytes, code: str
) -> None:
    with pytest.raises(Refusal) as refused:
        load(tmp_path, content, world.network())
    assert refused.value.code == code


def test_an_event_that_grows_beyond_its_size_is_refused(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LONGEST", 1000)
    events = f"<ObjectEvent>{TIME}<epcList>{'<epc>urn:x:1</epc>' * 200}</epcList></ObjectEvent>"
    with pytest.raises(Refusal) as refused:
        load(tmp_path, whole(events, master=""), world.network())
    assert refused.value.code == "epcis12_too_big"
