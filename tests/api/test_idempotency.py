"""A POST that is sent again does nothing again, however many send it and when."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from kaishu.base import clock
from kaishu.claims.models import Claim
from kaishu.connections import answers
from kaishu.connections.models import KeptAnswer, Subscription
from tests.api.world import CLAIM, ROOT, connect
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld
from tests.support.databases import together


@pytest.mark.django_db
def test_a_key_is_needed_and_means_one_request(world: DeskWorld) -> None:
    caller = connect()
    bare = Client().post(
        f"{ROOT}claims",
        CLAIM,
        content_type="application/json",
        headers={"Authorization": f"Bearer {caller.token}"},
    )
    assert (bare.status_code, bare.json()["code"]) == (400, "idempotency_key_missing")
    assert Claim.objects.count() == 0
    key = "order-17"
    first = caller.post("claims", CLAIM, key=key)
    again = caller.post("claims", CLAIM, key=key, language="ja")
    assert again.content == first.content
    assert (first.headers.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (
        None,
        "true",
    )
    other = caller.post("claims", {**CLAIM, "language": "en"}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    elsewhere = caller.post(
        "webhooks", {"url": "https://1.1.1.1/", "events": ["unit.received"]}, key=key
    )
    assert elsewhere.json()["code"] == "idempotency_key_reused"
    assert Claim.objects.count() == 1
    assert connect().post("claims", CLAIM, key=key).status_code == 201  # another's key
    assert Claim.objects.count() == 2


@pytest.mark.django_db
def test_a_check_keeps_no_answer_because_the_recall_may_be_wider_by_then(world: DeskWorld) -> None:
    caller, asked = connect(), {"units": [{"model": "K100", "serial": kumo.LISTED}]}
    answer = caller.post("check", asked, key="c")
    assert answer.json()["items"][0]["answer"] == "affected"
    other = caller.post("check", {"units": [{"model": "K900", "serial": ""}]}, key="c")
    assert other.json()["items"][0]["answer"] == "no_such_model"
    assert "Idempotency-Replayed" not in other.headers
    assert KeptAnswer.objects.count() == 0


@pytest.mark.django_db
def test_a_refusal_is_an_answer_and_what_was_not_understood_is_none(world: DeskWorld) -> None:
    caller = connect()
    lost = {**CLAIM, "recall": "nowhere"}
    first = caller.post("claims", lost, key="a")
    assert (first.status_code, first.json()["code"]) == (404, "recall_not_open")
    again = caller.post("claims", lost, key="a")
    assert (again.content, again["Content-Type"]) == (first.content, first["Content-Type"])
    unread = caller.post("claims", {**CLAIM, "units": []}, key="b")
    assert (unread.status_code, unread.json()["code"]) == (422, "api_invalid")
    assert caller.post("claims", CLAIM, key="b").status_code == 201


@pytest.mark.django_db
def test_what_broke_may_be_tried_again(world: DeskWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    from kaishu.doors.api import claims

    caller = connect()
    with monkeypatch.context() as broken:
        broken.setattr(claims, "submit_claim", lambda **_: 1 / 0)
        answer = caller.post("claims", CLAIM, key="a")
        assert (answer.status_code, answer.json()["code"]) == (500, "api_broken")
    assert "ZeroDivision" not in answer.content.decode()
    assert caller.post("claims", CLAIM, key="a").status_code == 201


@pytest.mark.django_db
def test_the_first_that_died_is_succeeded_after_two_minutes(world: DeskWorld) -> None:
    caller = connect()
    first = caller.post("claims", CLAIM, key="a").json()
    row = KeptAnswer.objects.get()
    # As if its process had died after the claim was saved and before the answer was kept.
    KeptAnswer.objects.update(status=None, sealed=None)
    waiting = caller.post("claims", CLAIM, key="a")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "idempotency_key_in_flight")
    KeptAnswer.objects.update(started_at=row.started_at - answers.DEAD_AFTER)
    assert caller.post("claims", CLAIM, key="a").json()["case_no"] == first["case_no"]
    assert Claim.objects.count() == 1


@pytest.mark.django_db
def test_answers_are_sealed_and_kept_for_two_days(world: DeskWorld) -> None:
    caller = connect()
    link = caller.post("claims", CLAIM, key="a").json()["link"]
    row = KeptAnswer.objects.get()
    assert link.encode() not in bytes(row.sealed or b"")
    assert answers.sweep(at=row.until - timedelta(seconds=1)) == 0
    assert row.until - row.started_at >= timedelta(hours=24)
    assert answers.sweep(at=row.until) == 1


def test_many_at_once_are_one_claim(fresh_db: str, data_dir: Path) -> None:
    desk_world.open_world(data_dir)
    caller = connect()
    said: list[Any] = together([lambda: caller.post("claims", CLAIM, key="one")] * 6)
    codes = sorted(each.status_code for each in said)
    assert set(codes) <= {201, 409}, [each.content for each in said]
    assert 201 in codes
    assert Claim.objects.count() == 1
    assert len({each.json()["case_no"] for each in said if each.status_code == 201}) == 1
    assert caller.post("claims", CLAIM, key="one").status_code == 201


def test_many_keys_at_once_are_many_hooks_and_no_more_than_fit(
    fresh_db: str, data_dir: Path
) -> None:
    desk_world.open_world(data_dir)
    caller = connect("webhooks")
    body = {"url": "https://1.1.1.1/", "events": ["claim.submitted"]}
    said: list[Any] = together([lambda: caller.post("webhooks", body, key=str(uuid.uuid4()))] * 12)
    codes = sorted(each.status_code for each in said)
    assert codes == [201] * 10 + [422] * 2
    assert Subscription.objects.count() == 10
    assert clock.now() > Subscription.objects.latest("id").made_at
