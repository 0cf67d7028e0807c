"""Events are found by what only their text says, exactly, in pages that do not move."""

from __future__ import annotations

from typing import Any

import pytest

from kaishu.core.genealogy import epc
from kaishu.supply.capture import parameters, queries
from kaishu.supply.capture.errors import QueryTooLarge, QueryWrong
from kaishu.supply.capture.models import CapturedEvent
from kaishu.supply.capture.queries import Place
from kaishu.supply.models import Network, Partner, PartnerRole
from tests.supply.capture.world import CONTEXT, LOT, PACK, PLANT, event, network, send

SPACE = "https://ns.example.com/a/"
EXTENDED = [CONTEXT, {"a": SPACE}]
SEEN = {"action": "OBSERVE", "epcList": [PACK]}


def sensed(**report: Any) -> dict[str, Any]:
    return {"sensorElementList": [{"sensorReport": [report]}]}


def world() -> Network:
    """Send five events, named by their hour."""
    kumo = network()
    fed = [
        {"epcClass": LOT, "quantity": 200},
        {"epcClass": LOT + "b", "quantity": 3.5, "uom": "KGM"},
    ]
    declared = {
        "declarationTime": "2026-03-02T00:00:00Z",
        "reason": "incorrect_data",
        "a:by": "ada",
    }
    job = send(
        kumo,
        event(hour=1, action="ADD", quantityList=fed, ilmd={"cbvmda:lotNumber": "L77", "a:w": 3}),
        event(
            hour=2,
            **SEEN,
            **{
                "a:colour": "red",
                "a:box": [{"a:deep": {"a:size": "12"}}],
                "a:when": "2026-02-01T00:00:00Z",
            },
        ),
        event(
            hour=3,
            **SEEN,
            readPoint={"id": PLANT, "a:door": 7},
            **sensed(type="gs1:Temperature", value=26.1, uom="CEL", deviceID="urn:x:probe"),
        ),
        event(
            hour=4, **SEEN, **sensed(type="Temperature", maxValue=90, uom="FAH", booleanValue=True)
        ),
        event(hour=5, **SEEN, errorDeclaration=declared),
        context=EXTENDED,
    )
    assert job.errors == []
    return kumo


def hours(given: dict[str, str]) -> list[int]:
    query = parameters.read({k: [v] for k, v in given.items()} | {"orderDirection": ["ASC"]})
    found = queries.find(CapturedEvent.objects.all(), query, count=30)
    assert found.following is None
    return [row.at.hour for row in found.rows]


ASKED: list[tuple[dict[str, str], list[int]]] = [
    ({"EQ_quantity": "200"}, [1]),
    ({"EQ_quantity": "7|3.50"}, [1]),
    ({"GT_quantity": "200"}, []),
    ({"GE_quantity": "200"}, [1]),
    ({"GT_quantity_KGM": "3"}, [1]),
    ({"GT_quantity_KGM": "3.5"}, []),
    ({"LT_quantity_LTR": "1000"}, []),
    ({"LE_quantity_KGM": "3.5"}, [1]),
    ({"EQ_ILMD_cbvmda:lotNumber": "L77|L78"}, [1]),
    ({"EQ_ILMD_urn:epcglobal:cbv:mda:lotNumber": "L77"}, [1]),
    ({"EQ_ILMD_cbvmda:lotNumber": "L7"}, []),
    ({f"GE_ILMD_{SPACE}w": "3"}, [1]),
    ({"EXISTS_ILMD_cbvmda:lotNumber": ""}, [1]),
    ({"EXISTS_ilmd": "false", "GE_eventTime": "2026-03-01T04:00:00Z"}, [4, 5]),
    ({"EQ_a:colour": "red"}, [2]),
    ({f"EQ_{SPACE}colour": "red"}, [2]),
    ({"EQ_b:colour": "red"}, []),
    ({"LT_a:when": "2026-02-01T09:00:01+09:00"}, [2]),
    ({"GT_a:when": "2026-02-01T09:00:00+09:00"}, []),
    ({"EQ_a:when": "2026-02-01T09:00:00+09:00"}, [2]),
    ({"EXISTS_a:colour": "true"}, [2]),
    ({"EQ_INNER_a:size": "12"}, [2]),
    ({"GT_INNER_a:size": "11.5"}, [2]),
    ({"EQ_INNER_a:colour": "red"}, []),
    ({"EQ_a:size": "12"}, []),
    ({"EXISTS_INNER_a:deep": "true"}, [2]),
    ({"EQ_type": "Temperature"}, [3, 4]),
    ({"EQ_type": "https://gs1.org/voc/Temperature", "EQ_deviceID": "urn:x:probe"}, [3]),
    ({"GE_value_CEL": "26.1"}, [3]),
    ({"GT_value_CEL": "26.1"}, []),
    ({"GE_value": "1"}, [3]),
    ({"GE_maxValue_FAH": "90"}, [4]),
    ({"EQ_booleanValue": "true"}, [4]),
    ({"EXISTS_sensorElementList": ""}, [3, 4]),
    ({"EQ_readPoint_a:door": "7"}, [3]),
    ({"EQ_errorReason": "https://ref.gs1.org/cbv/ER-incorrect_data"}, [5]),
    ({"GE_errorDeclarationTime": "2026-03-02T00:00:00Z"}, [5]),
    ({"LT_errorDeclarationTime": "2026-03-02T00:00:00Z"}, []),
    ({"EQ_ERROR_DECLARATION_a:by": "ada"}, [5]),
    ({"WD_readPoint": PLANT}, [3]),
    ({"WD_readPoint": "https://yard.example/all"}, [3]),
]


@pytest.mark.django_db
def test_each_parameter_finds_what_it_says_and_nothing_else() -> None:
    kumo = world()
    Partner.objects.create(
        network=kumo,
        code=epc.place(PLANT),
        role=PartnerRole.OTHER,
        name="Plant",
        belongs_to=epc.place("https://yard.example/all"),
    )
    assert hours({}) == [1, 2, 3, 4, 5]
    for given, expected in ASKED:
        assert hours(given) == expected, given
    with_prefix = parameters.read({"EQ_z:colour": ["red"]}, spaces={"z": SPACE})
    assert len(queries.find(CapturedEvent.objects.all(), with_prefix, count=9).rows) == 1


@pytest.mark.parametrize(
    "name",
    [
        "GT_quantity",
        "GE_startTime",
        "GT_a:x",
        "EXISTS_a:x",
        "HASATTR_a:x",
        "EQATTR_a:x_y",
        "EQ_x",
        "WD_epc",
    ],
)
def test_what_cannot_be_read_or_answered_is_refused(name: str) -> None:
    with pytest.raises(QueryWrong):
        parameters.read({name: ["much"]})


@pytest.mark.django_db
def test_pages_of_such_an_answer_show_what_was_here_at_its_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queries, "STEP", 2)
    monkeypatch.setattr(queries, "LOOKED", 3)
    kumo = network()
    for hour in range(10):
        colour = {"a:colour": "red" if hour % 3 == 0 else "bred"}
        assert send(kumo, event(hour=hour, **SEEN, **colour), context=EXTENDED).kept == 1
    rows = CapturedEvent.objects.all()
    query = parameters.read({"EQ_a:colour": ["red"], "orderDirection": ["ASC"]})
    found: list[int] = []
    place: Place | None = None
    pages = 0
    while pages == 0 or place is not None:
        page = queries.find(rows, query, start=place, count=2)
        found += [row.at.hour for row in page.rows]
        place = page.following
        pages += 1
        send(kumo, event(hour=pages, **SEEN, **{"a:colour": "red"}), context=EXTENDED)
    assert (found, pages > 2) == ([0, 3, 6, 9], True)
    assert Place.of(Place(7, 8, 9).number) == Place(7, 8, 9)
    few = parameters.read({"EQ_a:colour": ["red"], "maxEventCount": ["3"]})
    with pytest.raises(QueryTooLarge):
        queries.find(rows, few, count=2)
    some = parameters.read({"EQ_a:colour": ["bred"], "eventCountLimit": ["2"]})
    first = queries.find(rows, some, count=1)
    rest = queries.find(rows, some, start=first.following, count=5)
    assert (len(first.rows), len(rest.rows), rest.following) == (1, 1, None)
