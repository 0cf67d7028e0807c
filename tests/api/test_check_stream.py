"""POST /check/stream: a line in, an answer out; one bad line harms nobody else."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client

from kaishu.connections.models import KeptAnswer
from kaishu.doors.api import check, check_stream
from tests.api.world import ROOT, Caller, connect
from tests.doors import kumo
from tests.doors.desk_world import DeskWorld

pytestmark = pytest.mark.django_db


def send(caller: Caller, body: bytes, language: str = "en") -> Any:
    headers = {
        "Authorization": f"Bearer {caller.token}",
        "Accept-Language": language,
        "Idempotency-Key": uuid.uuid4().hex,
    }
    return Client().post(
        f"{ROOT}check/stream", body, content_type="application/x-ndjson", headers=headers
    )


def lines(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200
    assert response["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]


def units(*found: dict[str, str]) -> bytes:
    return "".join(json.dumps(unit) + "\n" for unit in found).encode()


def test_each_line_is_answered_as_a_single_check_answers_it(world: DeskWorld) -> None:
    caller = connect("check")
    asked = [
        {"model": "K100", "serial": kumo.LISTED},
        {"model": "K100", "serial": kumo.NOT_LISTED, "recall": kumo.SLUG},
        {"model": "K100"},
        {"model": "ZZZ", "serial": "1"},
    ]
    *answers, end = lines(send(caller, units(*asked), language="ja"))
    assert end == {"end": True, "lines": 4, "answered": 4, "problems": 0}
    for number, (unit, said) in enumerate(zip(asked, answers, strict=True), 1):
        query = "&".join(f"{name}={value}" for name, value in unit.items())
        one = caller.get(f"check?{query}", language="ja").json()
        assert said == {"line": number, **one}
    assert KeptAnswer.objects.count() == 0


def test_a_bad_line_is_answered_by_its_problem_and_the_others_go_on(world: DeskWorld) -> None:
    good = json.dumps({"model": "K100", "serial": kumo.LISTED}).encode()
    bad = [
        b"{",
        b"[]",
        b'{"serial": "1"}',
        b'{"model": "K100", "modle": "x"}',
        b'{"model": "K100", "bought_on": "2024-02-31"}',
        b'{"model": "K100", "recall": "nowhere"}',
        b'{"model": "' + b"x" * 9_000 + b'"}',
        b"\xff\xfe",
    ]
    body = b"\n\n".join(each for one in bad for each in (one, good))
    *answers, end = lines(send(connect("check"), body))
    assert end == {"end": True, "lines": 16, "answered": 8, "problems": 8}
    assert [each["line"] for each in answers] == list(range(1, 17))
    assert [each["answer"] for each in answers[1::2]] == ["affected"] * 8
    codes = [each["problem"]["code"] for each in answers[::2]]
    assert codes == ["api_invalid"] * 5 + ["recall_unknown", "api_too_big", "api_invalid"]
    assert all(each["problem"]["detail"] for each in answers[::2])


def test_a_stream_ends_at_its_last_line_and_at_the_hours_limit(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check_stream, "MOST_LINES", 3)
    one = units({"model": "ZZZ"})
    *answers, end = lines(send(connect("check"), one * 5))
    assert [each["line"] for each in answers] == [1, 2, 3, 4]
    assert answers[-1]["problem"]["code"] == "api_too_many_lines"
    assert (end["answered"], end["problems"]) == (3, 1)
    monkeypatch.setattr(check_stream, "MOST_LINES", 10_000)
    monkeypatch.setattr(check_stream, "COUNTED", 2)
    monkeypatch.setattr(check, "UNITS_AN_HOUR", 4)
    caller = connect("check")
    *answers, end = lines(send(caller, one * 9))
    assert answers[-1]["problem"]["code"] == "api_too_often"
    assert int(answers[-1]["problem"]["facts"]["retry_after"]) > 0
    assert (end["lines"], end["answered"], end["problems"]) == (5, 4, 1)
    assert send(caller, one).status_code == 429


def test_it_needs_a_token_and_a_key(world: DeskWorld) -> None:
    plain = Client().post(f"{ROOT}check/stream", b"", content_type="application/x-ndjson")
    assert plain.status_code == 401
    headers = {"Authorization": f"Bearer {connect('check').token}"}
    keyless = Client().post(
        f"{ROOT}check/stream", b"", content_type="application/x-ndjson", headers=headers
    )
    assert keyless.json()["code"] == "idempotency_key_missing"
    assert lines(send(connect("check"), b"")) == [
        {"end": True, "lines": 0, "answered": 0, "problems": 0}
    ]


def test_the_first_answer_is_there_before_the_last_line_was_read(world: DeskWorld) -> None:
    one = units({"model": "ZZZ"})
    response = send(connect("check"), one * 1_500)
    answers = iter(response.streaming_content)
    assert json.loads(next(answers))["line"] == 1
    left = response.wsgi_request.read()  # what nobody has read yet
    assert len(one) * 1_500 - len(left) == check_stream.PIECE
    assert json.loads(list(answers)[-1])["answered"] == -(-check_stream.PIECE // len(one)) - 1


def test_no_line_is_lost_where_a_servers_readline_ends_at_the_first(
    world: DeskWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WSGIRequest, "readline", lambda *_: b"")  # granian's, after one line
    one = units({"model": "ZZZ"})
    assert lines(send(connect("check"), one * 300 + one.strip()))[-1]["answered"] == 301
