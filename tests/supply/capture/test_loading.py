"""A file of events of any size comes in event by event; a broken one leaves nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from kaishu.core.errors import Refusal
from kaishu.supply.capture import actions, streaming
from kaishu.supply.capture.loading import BadEvent, Taken, load_json
from kaishu.supply.capture.models import CapturedEvent, CaptureJob
from kaishu.supply.models import Network
from tests.supply.capture.world import AT, PACK, document, event, network


def load(where: Network, path: Path, **how: Any) -> tuple[Taken, list[BadEvent]]:
    bad: list[BadEvent] = []
    how.setdefault("progress", lambda *_: None)
    return load_json(network=where, path=path, by="server:t", at=AT, note=bad.append, **how), bad


def seen(hour: int, **more: Any) -> dict[str, Any]:
    return event(
        hour=hour, **{"epcList": [PACK], "action": "OBSERVE", "bizStep": "receiving", **more}
    )


def written(folder: Path, content: object, **how: Any) -> Path:
    path = folder / "events.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content, **how))
    return path


@pytest.mark.django_db
@pytest.mark.parametrize("block", [7, 64, 1 << 20])
def test_events_come_in_whatever_the_window_cuts(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "BLOCK", block)
    kumo = network()
    events = [
        seen(hour, **{"cbvmda:text": '｛漢字\\"}]😀', "cbvmda:n": 1234567}) for hour in range(6)
    ]
    whole = document(*events, id="https://a.example/1")
    tail_first = {"epcisBody": whole.pop("epcisBody"), **whole}  # @context comes last
    taken, bad = load(kumo, written(tmp_path, tail_first, indent=2, ensure_ascii=False))
    assert (taken.events, taken.kept, bad) == (6, 6, [])
    rows = CapturedEvent.objects.order_by("pk")
    assert [json.loads(row.said) for row in rows] == events
    again, _bad = load(kumo, tmp_path / "events.json")
    assert (again.kept, again.known, CaptureJob.objects.count()) == (0, 6, 1)


@pytest.mark.django_db
def test_a_bad_event_is_told_by_number_line_and_place_and_the_others_kept(tmp_path: Path) -> None:
    kumo = network()
    lines = [json.dumps(seen(1)), json.dumps(seen(2, action="SEE")), '{"type": 1, "type": 2}']
    lines += [json.dumps(seen(4, **{"cbvmda:x": "\ud800"})), "7", json.dumps(seen(5))]
    head, tail = json.dumps(document("@")).split('"@"')
    path = written(tmp_path, head + "\n" + ",\n".join(lines) + tail)
    tried, bad = load(kumo, path, dry_run=True)
    assert (tried.events, tried.refused, CaptureJob.objects.count()) == (6, 4, 0)
    expected = [
        (2, 3, "epcis_field_wrong", "/action"),
        (3, 4, "epcis_key_twice", ""),
        (4, 5, "epcis_not_text", ""),
        (5, 6, "epcis_field_wrong", ""),
    ]
    assert [(each.number, each.line, each.code, each.pointer) for each in bad] == expected
    with pytest.raises(Refusal, match="all or nothing") as refused:
        load(kumo, path, strict=True)
    assert (refused.value.code, CapturedEvent.objects.count()) == ("epcis_events_bad", 0)
    taken, bad = load(kumo, path)
    assert (taken.kept, taken.refused, len(bad)) == (2, 4, 4)
    assert CaptureJob.objects.get().errors[0]["pointer"] == "/epcisBody/eventList/1/action"


@pytest.mark.django_db
def test_strict_keeps_all_or_nothing_also_of_what_only_the_books_know(tmp_path: Path) -> None:
    kumo = network()
    first = seen(1, eventID="urn:uuid:1")
    assert load(kumo, written(tmp_path, document(first)), strict=True)[0].kept == 1
    path = written(tmp_path, document(seen(2), {**first, "bizStep": "shipping"}))
    with pytest.raises(Refusal) as refused:
        load(kumo, path, strict=True)
    assert (refused.value.code, CapturedEvent.objects.count()) == ("epcis_events_bad", 1)
    assert load(kumo, path)[0].kept == 1


@pytest.mark.django_db
def test_a_load_that_was_killed_goes_on_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "BATCH", 2)
    kumo = network()
    path = written(tmp_path, document(*(seen(hour) for hour in range(7))))

    def stops(what: str, done: int, _total: int) -> None:
        if (what, done) == ("events", 4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load(kumo, path, progress=stops)
    assert CapturedEvent.objects.count() == 4
    taken, _bad = load(kumo, path)
    assert (taken.kept, taken.known, CaptureJob.objects.count()) == (7, 0, 1)


GOOD = json.dumps(document(seen(1)))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (GOOD[:-5], "epcis_not_json"),
        (GOOD[:-60], "epcis_not_json"),
        (GOOD + "{}", "epcis_not_json"),
        (GOOD.replace('"action"', "action"), "epcis_not_json"),
        (GOOD.replace("}]}}", "},]}}"), "epcis_not_json"),
        (
            GOOD.replace('"type": "EPCISDocument"', '"type": "EPCISDocument", "type": 2'),
            "epcis_key_twice",
        ),
        (GOOD.replace("2.0", "1.2"), "epcis_field_wrong"),
        (GOOD.replace("/epcis/epcis-context", "/other"), "epcis_context"),
        ('{"a": 1}', "link_json"),
        ("[1]", "link_json"),
        ("{" * 5000, "epcis_not_json"),
        ('{"a":' * 3000 + "1" + "}" * 3000, "epcis_too_deep"),
    ],
)
def test_a_document_that_is_none_leaves_nothing(content: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        load(network(), written(tmp_path, content))
    assert refused.value.code == code
    assert CaptureJob.objects.count() == 0


@pytest.mark.django_db
def test_an_event_longer_than_a_request_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "BLOCK", 100)
    monkeypatch.setattr(streaming, "LONGEST", 1000)
    path = written(tmp_path, document(seen(1), seen(2, **{"cbvmda:x": "y" * 3000})))
    with pytest.raises(Refusal) as refused:
        load(network(), path)
    assert refused.value.code == "epcis_event_too_long"
