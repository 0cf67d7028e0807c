"""Webhooks: what is told to whom, how it is signed, and what happens when nobody takes it."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings
from standardwebhooks import Webhook, WebhookVerificationError

from kaishu.base import clock
from kaishu.claims.models import Claim
from kaishu.connections.errors import AddressRefused
from kaishu.connections.models import Delivery, Event, Followed, Subscription
from kaishu.connections.webhooks import call, signing, subscriptions, target
from kaishu.connections.webhooks.deliver import WAITS, deliver, wait_before
from kaishu.connections.webhooks.events import EVENTS
from kaishu.connections.webhooks.follow import LOOK_FOR, follow, still_missing
from kaishu.markets.forms import load_form
from kaishu.reports import filing
from tests.api.receiver import Receiver, listening
from tests.api.world import CLAIM, Caller, connect
from tests.doors import desk_world, kumo
from tests.doors.desk_world import DeskWorld
from tests.support.databases import together


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with listening() as found:
        settings.KAISHU_WEBHOOK_HOSTS = [found.place]
        yield found


def register(caller: Caller, url: str, *events: str) -> dict[str, str]:
    follow(at=clock.now())  # the worker was there before
    answer = caller.post("webhooks", {"url": url, "events": list(events or EVENTS)})
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def later(**more: float) -> datetime:
    return clock.now() + timedelta(**more)


@pytest.mark.django_db
def test_what_happens_is_told_signed_and_without_a_persons_details(
    world: DeskWorld, receiver: Receiver
) -> None:
    caller = connect()
    hook = register(caller, receiver.url("/in?x=1"))
    caller.post("claims", CLAIM)
    world.claim("two", serial="AK20230001000043", model="K200", colour="grey")
    world.decide("two")
    world.send_kit("two")
    world.scan("two")
    assert follow(at=clock.now()) >= 5
    assert follow(at=clock.now()) == 0
    while deliver(at=later(seconds=1)):
        pass
    told = [json.loads(each.body) for each in receiver.heard]
    kinds = {each["type"] for each in told}
    assert kinds == {
        *("claim.submitted", "claim.decided", "unit.received"),
        *("promise.sent", "promise.settled"),  # the kit went out, and has done its work
    }
    verifier = Webhook(hook["secret"])
    for each in receiver.heard:
        assert each.path == "/in?x=1"
        assert verifier.verify(each.body, each.headers) == json.loads(each.body)
        with pytest.raises(WebhookVerificationError):
            verifier.verify(each.body + b" ", each.headers)
    text = b"".join(each.body for each in receiver.heard).decode()
    for secret in ("佐藤", "hanako", "03-1234", "105-0001", kumo.LISTED, "AK2023"):
        assert secret not in text
    assert Delivery.objects.exclude(state=Delivery.DONE).count() == 0
    listed = caller.get(f"webhooks/{hook['webhook']}/deliveries").json()["items"]
    assert {each["tries"][0]["status"] for each in listed} == {200}


@pytest.mark.django_db
def test_a_filed_report_is_told_once_with_the_hash_of_what_was_filed(
    world: DeskWorld, receiver: Receiver
) -> None:
    maker, site = connect(), connect(party="depot-east")
    hook = register(maker, receiver.url("/maker"))
    register(site, receiver.url("/site"))
    row = filing.file(
        form=load_form("jp_four_items"),
        slug=kumo.SLUG,
        subject="",
        as_of=desk_world.START + timedelta(hours=1),
        known_at=desk_world.START + timedelta(hours=2),
        addressee="METI",
        reference="",
        key="four",
        by="hana",
        at=clock.now(),
    )
    for _round in range(2):  # the same button again changes nothing
        follow(at=clock.now())
        deliver(at=later(seconds=1))
    [heard] = receiver.heard  # a site's own connection hears of no report
    assert heard.path == "/maker"
    told = Webhook(hook["secret"]).verify(heard.body, heard.headers)
    assert told["type"] == "report.filed"
    assert told["data"] == {
        "report": row.id,
        "recall": kumo.SLUG,
        "form": "jp_four_items",
        "as_of": row.as_of.isoformat(),
        "sha256": row.sha256,
    }
    scoped = connect("reports:read", recall=kumo.SLUG)
    listed = scoped.get("reports").json()["items"]
    assert [(each["report"], each["sha256"]) for each in listed] == [(row.id, row.sha256)]


@pytest.mark.django_db
def test_a_site_hears_of_its_own_units_and_claims_only(
    world: DeskWorld, receiver: Receiver
) -> None:
    east, west = connect(party="depot-east"), connect(party="depot-west")
    register(east, receiver.url("/east"))
    register(west, receiver.url("/west"))
    world.claim("one", serial=kumo.LISTED)
    world.decide("one")
    world.send_kit("one")
    world.scan("one", site="depot-east")
    east.post("claims", CLAIM)
    follow(at=clock.now())
    deliver(at=later(seconds=1))
    heard = sorted((each.path, json.loads(each.body)["type"]) for each in receiver.heard)
    assert heard == [("/east", "claim.submitted"), ("/east", "unit.received")]


@pytest.mark.django_db
def test_a_receiver_that_fails_is_tried_for_days_and_then_given_up(
    world: DeskWorld, receiver: Receiver
) -> None:
    caller = connect()
    hook = register(caller, receiver.url("/500"), "claim.submitted")
    caller.post("claims", CLAIM)
    at = clock.now()
    follow(at=at)
    for expected in ("waits",) * len(WAITS) + ("given_up",):
        at = max(at, Delivery.objects.get().next_at) + timedelta(seconds=1)
        assert deliver(at=at, draw=lambda: 0.5) == {expected: 1}
    row = Delivery.objects.get()
    assert (row.state, row.tries) == (Delivery.FAILED, len(WAITS) + 1)
    assert {each.headers["webhook-id"] for each in receiver.heard} == {row.event.number}
    Subscription.objects.update(url=receiver.url("/fine"))
    again = caller.post(f"webhooks/deliveries/{row.id}/resend", {})
    assert again.json()["state"] == "waiting"
    assert deliver(at=at + timedelta(days=1)) == {"delivered": 1}
    tries = caller.get(f"webhooks/{hook['webhook']}/deliveries").json()["items"][0]["tries"]
    assert [each["status"] for each in tries] == [500] * 10 + [200]


def test_the_waits_last_for_days_and_are_spread() -> None:
    assert timedelta(days=3) < sum(WAITS, timedelta()) < timedelta(days=5)
    for number, wait in enumerate(WAITS, 1):
        assert wait_before(number, 0.0) == wait * 0.8
        assert wait_before(number, 1.0) == wait * 1.2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "came", "status"),
    [("/410", "gone", 410), ("/302", "waits", 302), ("/hang-up", "waits", None)],
)
def test_gone_ends_it_and_a_redirect_is_no_arrival(
    world: DeskWorld, receiver: Receiver, path: str, came: str, status: int | None
) -> None:
    caller = connect()
    register(caller, receiver.url(path), "claim.submitted")
    caller.post("claims", CLAIM)
    follow(at=clock.now())
    assert deliver(at=later(seconds=1)) == {came: 1}
    assert [each.path for each in receiver.heard] == [path]
    assert Delivery.objects.get().log.get().status == status
    off = Subscription.objects.get().off_why
    assert off == ("gone" if path == "/410" else "")
    if off:
        caller.post("claims", {**CLAIM, "language": "en"})
        follow(at=clock.now())
        assert deliver(at=later(days=1)) == {}


def test_the_deadline_counts_for_the_whole_call(receiver: Receiver) -> None:
    started = time.monotonic()
    outcome = call.post(receiver.url("/drip"), headers={}, body=b"{}", timeout=0.7)
    assert (outcome.status, outcome.problem) == (None, "timeout")
    assert time.monotonic() - started < 2


@pytest.mark.django_db
def test_for_a_day_the_old_secret_and_the_new_one_both_verify(
    world: DeskWorld, receiver: Receiver
) -> None:
    caller = connect()
    hook = register(caller, receiver.url("/in"), "claim.submitted")
    fresh = caller.post(f"webhooks/{hook['webhook']}/secret", {}).json()["secret"]
    caller.post("claims", CLAIM)
    follow(at=clock.now())
    deliver(at=later(seconds=1))
    heard = receiver.heard[0]
    for secret in (hook["secret"], fresh):
        Webhook(secret).verify(heard.body, heard.headers)
    row = Subscription.objects.get()
    assert list(subscriptions.secrets_of(row, at=later(hours=25))) == [fresh]
    assert bytes(row.sealed).find(fresh.encode()) == -1


def test_a_signature_is_the_specifications_own() -> None:
    at, secret = clock.now(), signing.new_secret()
    made = signing.headers(number="evt_1", body=b"{}", secrets_in_force=[secret], at=at)
    moment = at.replace(microsecond=0)
    assert made["webhook-signature"] == Webhook(secret).sign("evt_1", moment, "{}")


def test_a_number_that_comes_late_is_looked_for() -> None:
    at = clock.now()
    place = Followed(source="claims", row_id=10, missing={})
    place.missing = still_missing(place, [11, 14], at)
    assert sorted(place.missing) == ["12", "13"]
    place.row_id = 14
    assert sorted(still_missing(place, [12, 15], at)) == ["13"]
    assert still_missing(place, [15], at + LOOK_FOR + timedelta(seconds=1)) == {}


@pytest.mark.django_db
def test_a_row_that_commits_after_a_higher_one_is_told_too(
    world: DeskWorld, receiver: Receiver
) -> None:
    caller = connect()
    register(caller, receiver.url("/in"), "claim.submitted")
    caller.post("claims", CLAIM)
    number = Claim.objects.get().id
    # As if a higher number had been read while this one was not committed yet.
    Followed.objects.filter(source="claims").update(
        row_id=number + 5, missing={str(number): clock.now().isoformat()}
    )
    assert follow(at=clock.now()) == 1
    assert Event.objects.get().source == f"claim:{number}"
    assert Followed.objects.get(source="claims").missing == {}


def test_two_workers_deliver_each_event_once(
    fresh_db: str, data_dir: object, receiver: Receiver
) -> None:
    world = desk_world.open_world(data_dir)  # type: ignore[arg-type]  # the folder of the test
    caller = connect()
    register(caller, receiver.url("/in"), "claim.submitted")
    for number in range(6):
        world.claim(f"n{number}", serial=f"A{number}")
    jobs = [lambda: follow(at=clock.now())] * 2
    assert sum(found for found in together(jobs) if isinstance(found, int)) == 6
    at = later(seconds=1)
    together([lambda: deliver(at=at)] * 3)
    deliver(at=at)
    numbers = [each.headers["webhook-id"] for each in receiver.heard]
    assert len(numbers) == len(set(numbers)) == 6


REFUSED = [
    "http://example.com/",
    "ftp://example.com/",
    "gopher://example.com/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "//example.com/",
    "example.com",
    "",
    "https://",
    "https:///path",
    "https://user:secret@example.com/",
    "https://user@example.com/",
    "https://example.com/#part",
    "https://exa mple.com/",
    "https://example.com\\@127.0.0.1/",
    "https://example.com:99999/",
    "https://example.com:http/",
    "https://[fe80::1%25eth0]/",
    "https://[::1",
    "https://例え.jp/",
    "https://example.com/\r\nX-Evil: 1",
    "https://example.com/\0",
    "https://" + "a" * 600 + ".com/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://10.1.2.3/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::1]/",
    "https://[::]/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[ff02::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://localhost/",
    "https://localhost./",
]


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_reaches_inside_is_refused(url: str) -> None:
    with pytest.raises((AddressRefused, OSError)):
        target.resolve(target.read(url))


@pytest.mark.parametrize("number", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946"])
def test_a_public_address_is_taken(number: str) -> None:
    assert target.resolve(target.read("https://hooks.example/"), lambda *_: [number]) == [number]


def test_one_private_number_among_public_ones_is_enough_to_refuse() -> None:
    both = ["93.184.216.34", "10.0.0.1"]
    with pytest.raises(AddressRefused):
        target.resolve(target.read("https://hooks.example/"), lambda *_: both)


def test_a_number_that_does_not_answer_gives_way_to_the_next(receiver: Receiver) -> None:
    both = ["127.0.0.9", "127.0.0.1"]  # the receiver listens on the second only
    outcome = call.post(receiver.url("/in"), headers={}, body=b"{}", resolver=lambda *_: both)
    assert (outcome.status, outcome.problem) == (200, "")


def test_a_name_that_changes_its_mind_is_asked_once_and_called_where_it_was_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, called = [], []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    def connect_to(address: tuple[str, int], **_: object) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect_to)
    outcome = call.post("https://hooks.example/", headers={}, body=b"", resolver=rebinding)
    assert (asked, called) == (["hooks.example"], [("93.184.216.34", 443)])
    assert outcome.problem == "connection"


@pytest.mark.django_db
def test_what_a_caller_may_register(world: DeskWorld, receiver: Receiver) -> None:
    caller = connect()
    for body, code in (
        ({"url": "https://10.0.0.1/", "events": ["claim.submitted"]}, "webhook_address_refused"),
        ({"url": receiver.url("/in"), "events": ["claim.eaten"]}, "webhook_event_unknown"),
        ({"url": receiver.url("/in"), "events": []}, "api_invalid"),
    ):
        said = caller.post("webhooks", body)
        assert (said.status_code, said.json()["code"]) == (422, code)
    for _ in range(subscriptions.MOST):
        last = register(caller, receiver.url("/in"))
    full = caller.post("webhooks", {"url": receiver.url("/in"), "events": list(EVENTS)})
    assert full.json()["code"] == "webhook_too_many"
    assert caller.delete(f"webhooks/{last['webhook']}").status_code == 204
    assert caller.get(f"webhooks/{last['webhook']}").json()["off_why"] == "ended"
    assert connect().get(f"webhooks/{last['webhook']}").json()["code"] == "webhook_unknown"
