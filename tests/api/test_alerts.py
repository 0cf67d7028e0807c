"""Letters about lots by the API: handed in once, kept, known again; those of ours fetched."""

from __future__ import annotations

import json

import pytest

from kaishu.base import clock
from kaishu.connections.models import Event
from kaishu.connections.webhooks import follow
from kaishu.core.lot_alert_file import file_of, read
from kaishu.supply.alerts import known, write
from kaishu.supply.models import Letter, RefusedLetter
from tests.api.world import connect
from tests.supply.brand import brand
from tests.support.letters import CELL, Stranger

HARIMA = Stranger("Harima Cells", 1)
pytestmark = pytest.mark.django_db


def test_a_supplier_hands_a_letter_in_and_a_repeat_is_known() -> None:
    brand()
    known.trust(
        code=HARIMA.code,
        name=HARIMA.name,
        public=HARIMA.signer.public.hex(),
        by="hana",
        at=clock.now(),
    )
    supplier = connect("alerts:write")
    sent = HARIMA.alert("L1", at=clock.now().replace(microsecond=0), hide=True)
    answers = [supplier.post("alerts", file_of(sent)) for _ in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    said = {"id": sent.letter.number, "kind": "alert", "standing": "verified", "matched": True}
    assert [each.json() for each in answers] == [
        {**said, "known": False},
        {**said, "known": True},
    ]
    assert Letter.objects.get().by == supplier.connection.actor
    stranger = Stranger("Nobody", 5).alert("L1", at=clock.now().replace(microsecond=0))
    told = supplier.post("alerts", file_of(stranger)).json()
    assert (told["standing"], told["matched"]) == ("unknown", False)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "alert_not_json"),
        (b"[" * 100_000, 400, "alert_not_json"),
        (b'{"format": "kaishu lot alert", "version": 7}', 422, "alert_version"),
    ],
)
def test_what_is_refused_says_why_and_is_kept(body: bytes, status: int, code: str) -> None:
    refused = connect("alerts:write").post("alerts", body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["next"]
    assert RefusedLetter.objects.get().reason == code


def test_letters_of_ours_are_told_by_webhook_and_fetched_by_whoever_may() -> None:
    brand()
    reader, writer = connect("alerts:read", "webhooks"), connect("alerts:write")
    hook = {"url": "https://93.184.216.34/k", "events": ["lot_alert.issued"]}
    assert reader.post("webhooks", hook).status_code == 201
    follow.follow(at=clock.now())
    draft = write.Draft(network="kumo", item=CELL, lots=("L1",))
    row = write.issue(draft, key="k", by="hana", at=clock.now(), door="console")
    follow.follow(at=clock.now())
    event = Event.objects.get()
    assert (event.kind, event.facts) == (
        "lot_alert.issued",
        {"alert": row.number, "kind": "alert", "lots": 1},
    )
    (line,) = reader.get("alerts").json()["items"]
    assert (line["id"], line["lots"]) == (row.number, 1)
    fetched = reader.get(f"alerts/{row.number}")
    assert read(fetched.content).key != b""
    assert json.loads(fetched.content)["body"]["id"] == row.number
    assert reader.get(f"alerts/{'0' * 32}").json()["code"] == "alert_unknown"
    assert writer.get("alerts").status_code == 403
    comes = HARIMA.alert("L1", at=clock.now().replace(microsecond=0))
    writer.post("alerts", file_of(comes))  # what others told us is handed to nobody
    assert reader.get(f"alerts/{comes.letter.number}").status_code == 404
