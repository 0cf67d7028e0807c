"""Letters about lots by the API: handed in once, kept, known again; those of ours fetched."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kaishu.base import clock
from kaishu.connections import replies
from kaishu.connections.errors import AddressRefused
from kaishu.connections.models import Delivery, DeliveryTry, Event
from kaishu.connections.webhooks import call, follow, target
from kaishu.connections.webhooks.call import Outcome
from kaishu.connections.worker import run_once
from kaishu.core.lot_alert_file import file_of, read
from kaishu.supply.alerts import known, write
from kaishu.supply.alerts.arrive import arrive
from kaishu.supply.models import Letter, RefusedLetter
from tests.api.world import connect
from tests.supply.brand import brand, lot
from tests.support.letters import CELL, Stranger

INBOX = "/api/v1/alerts/answers"
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
        (b"[" * 100_000, 413, "alert_too_many"),
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


def test_an_answer_comes_in_by_itself_and_nothing_else_does(data_dir: Path) -> None:
    brand()
    draft = write.Draft(network="kumo", item=CELL, lots=("L1",), defect="welding", hide=False)
    ours = write.issue(draft, key="k", by="hana", at=clock.now(), door="console")
    at = clock.now().replace(microsecond=0)
    letter = HARIMA.answer(ours.number, at=at, lots=1, certain=40)
    hook = {"type": "lot_alert.answered", "data": {"letter": json.loads(file_of(letter))}}
    post = lambda body: Client().post(INBOX, body, content_type="application/json")  # noqa: E731
    for known_before in (False, True):  # the webhook machinery sends at least once
        told = post(json.dumps(hook)).json()
        assert (told["kind"], told["known"], told["standing"]) == (
            "answer",
            known_before,
            "unknown",
        )
    assert post(file_of(letter)).json()["known"]
    refused = [
        (file_of(HARIMA.answer("0" * 32, at=at)), 422, "alert_answer_unknown"),
        (file_of(HARIMA.alert("L1", at=at)), 422, "alert_other_answered"),
        (file_of(letter).replace(b'"certain":40', b'"certain":0'), 422, "alert_forged"),
        (b"x" * 70_000, 413, "alert_too_big"),
        (b"[]", 422, "alert_shape"),
    ]
    for body, status, code in refused:
        answer = post(body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.json()["next"]
    assert Letter.objects.filter(direction="in").count() == 1
    assert not RefusedLetter.objects.exists()


def test_an_answer_goes_to_the_confirmed_address_by_the_webhooks(
    data_dir: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    brand()
    known.trust(
        code=HARIMA.code,
        name=HARIMA.name,
        public=HARIMA.signer.public.hex(),
        by="h",
        at=clock.now(),
    )
    url, at = "https://harima.example/api/v1/alerts/answers", clock.now().replace(microsecond=0)
    row = arrive(
        file_of(HARIMA.alert("L1", at=at, reply_to=url)), door="api", by="x", at=at
    ).taken.row
    with pytest.raises(AddressRefused):
        private = HARIMA.alert("L2", at=at, reply_to="https://127.0.0.1/x")
        number = arrive(file_of(private), door="api", by="x", at=at).taken.row.number
        replies.confirm(number=number, yes=True, by="hana", at=at)
    monkeypatch.setattr(target, "_ask", lambda host, port: ["93.184.216.34"])
    replies.confirm(number=row.number, yes=True, by="hana", at=at)
    sent: list[tuple[str, bytes]] = []

    def post(to: str, *, headers: Any, body: bytes) -> Outcome:
        sent.append((to, body))
        return Outcome(503 if len(sent) == 1 else 200, "", 1)

    monkeypatch.setattr(call, "post", post)
    said = {"number": row.number, "step": "counted", "key": "k", "by": "hana", "at": at}
    ours = write.answer(**said, door="console")
    for minutes in (0, 1, 10):  # the first round finds where to begin, one call fails, one arrives
        run_once(at=at + timedelta(minutes=minutes))
    assert [to for to, _body in sent] == [url, url]
    assert sent[0][1] == sent[1][1]
    body = json.loads(sent[0][1])
    assert (body["type"], body["data"]["letter"]["body"]["id"]) == (
        "lot_alert.answered",
        ours.number,
    )
    assert lot("L1") not in sent[0][1].decode()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.tries) == ("done", 2)
    assert [each.status for each in DeliveryTry.objects.order_by("id")] == [503, 200]
