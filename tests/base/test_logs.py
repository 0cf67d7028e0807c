"""A log line is one JSON object about ids and codes; people do not get into it."""

from __future__ import annotations

import json
import logging
import logging.config
from collections.abc import Callable, Iterator
from io import StringIO

import pytest

from kaishu.base import logs
from kaishu.core.errors import Refusal

PERSONAL = ["hanako@denshi.jp", "佐藤", "090-1234-5678", "tok_SECRET"]


class Full(Refusal):
    """It is full."""

    code = "full"


@pytest.fixture
def written() -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Give a function that returns what was logged so far."""
    stream = StringIO()
    logging.config.dictConfig(logs.LOGGING)
    handler = next(h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler)
    before = handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    handler.setStream(before or handler.stream)
    for value in PERSONAL:
        assert value not in stream.getvalue()


Written = Callable[[], list[dict[str, object]]]


def test_an_event_is_one_line_in_utc_with_the_request_id(written: Written) -> None:
    token = logs.request_id.set("ab12")
    logs.get_logger("kaishu.claims").info("claim.submitted", case_no="123456789012", units=2)
    logs.request_id.reset(token)
    [line] = written()
    assert str(line.pop("at")).endswith("Z")
    assert line == {
        "event": "claim.submitted",
        "level": "info",
        "logger": "kaishu.claims",
        "request_id": "ab12",
        "case_no": "123456789012",
        "units": 2,
    }


def test_personal_keys_are_dropped_and_named(written: Written) -> None:
    logs.get_logger("kaishu").info(
        "x", email="hanako@denshi.jp", Name="佐藤", phone="090-1234-5678"
    )
    [line] = written()
    assert line["dropped"] == ["Name", "email", "phone"]


def test_an_error_is_its_class_code_and_place_without_its_message(written: Written) -> None:
    try:
        raise Full(email="hanako@denshi.jp")
    except Full:
        logs.get_logger("kaishu").exception("claim.failed", case_no="1")
    [line] = written()
    assert (line["error"], line["error_code"]) == ("Full", "full")
    assert "test_logs.py" in str(line["error_at"])


def test_a_foreign_logger_keeps_its_template_and_loses_its_values(written: Written) -> None:
    logging.getLogger("django.request").warning(
        "Not Found: %s", "/ja/c/tok_SECRET/", extra={"status_code": 404}
    )
    already_filled_in = "cannot reach " + PERSONAL[0]
    logging.getLogger("some.library").warning(already_filled_in)
    first, second = written()
    assert (first["template"], first["status"]) == ("Not Found: %s", 404)
    assert (second["event"], "template" in second) == ("some.library", False)


def test_a_line_break_cannot_forge_a_line_and_an_object_is_only_its_type(written: Written) -> None:
    logs.get_logger("kaishu").info("x", reason='a\n{"event":"forged"}', row=Full(), long="y" * 999)
    [line] = written()
    assert line["reason"] == 'a\ufffd{"event":"forged"}'
    assert line["row"] == "<Full>"
    assert line["long"] == "y" * 200 + "…"
