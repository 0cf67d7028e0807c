"""The console's pages of connections: tokens shown once, webhooks, what was sent."""

from __future__ import annotations

import json
import re

import pytest

from kaishu.base import clock
from kaishu.base.roles import Role
from kaishu.connections.models import Connection, Delivery, Subscription, Token
from kaishu.connections.webhooks.deliver import deliver
from kaishu.connections.webhooks.follow import follow
from kaishu.doors.api.reference import document
from tests.api.receiver import listening
from tests.api.world import CLAIM, Caller, connect
from tests.doors.desk_world import DeskWorld, member
from tests.doors.pages import find, parsed, text

pytestmark = pytest.mark.django_db
HOME = "/staff/connections/"
KEY = "0123456789abcdef0123456789abcdef"


def test_a_manager_connects_a_shop_and_sees_its_token_once(world: DeskWorld) -> None:
    client = member("hana", Role.MANAGER)
    said = {"name": "Minato stock", "party": "minato", "recall": "", "key": KEY}
    made = client.post(HOME, said)
    assert client.post(HOME, said).url == made.url  # the button pressed twice
    row = Connection.objects.get()
    page = parsed(client.get(f"{HOME}{row.code}/"))
    offered = [each.get("value") for each in find(page, "input[name=scopes]")]
    assert "scans:write" in offered
    assert "promises:read" not in offered  # the maker's books are not a shop's
    form = {"scopes": ["trade:write", "check"], "days": "30", "key": KEY}
    shown = client.post(f"{HOME}{row.code}/token/", form)
    found = re.search(r"kaishu_[0-9a-z]{10}_[\w-]{43}", text(parsed(shown)))
    assert found
    assert shown["Cache-Control"] == "no-store"
    again = client.post(f"{HOME}{row.code}/token/", form)
    assert again.status_code == 302
    assert Token.objects.count() == 1
    assert found[0] not in client.get(f"{HOME}{row.code}/").content.decode()
    caller = Caller(found[0], row)
    assert caller.get("trade/sites").status_code == 200
    token = str(Token.objects.get().id)
    assert client.post(f"{HOME}{row.code}/revoke/", {"token": token}).status_code == 302
    assert caller.get("trade/sites").json()["code"] == "api_token_wrong"
    assert "hana" in text(parsed(client.get(f"{HOME}{row.code}/")))


def test_what_is_missing_is_said_and_what_was_typed_stays(world: DeskWorld) -> None:
    client = member("hana", Role.ADMIN)
    nameless = client.post(HOME, {"name": " ", "party": "minato"})
    assert nameless.status_code == 422
    assert find(parsed(nameless), "option[selected]")[0].get("value") == "minato"
    row = connect().connection
    bare = client.post(f"{HOME}{row.code}/token/", {"days": "x"})
    assert (bare.status_code, Token.objects.filter(connection=row).count()) == (422, 1)
    private = client.post(
        f"{HOME}{row.code}/webhook/", {"url": "https://10.0.0.1/", "events": "unit.received"}
    )
    assert private.status_code == 422
    assert find(parsed(private), "#id-url")[0].get("value") == "https://10.0.0.1/"
    assert client.get(f"{HOME}nobody/").status_code == 404


def test_what_was_sent_is_listed_exported_and_sent_again(
    world: DeskWorld, settings: object
) -> None:
    client = member("hana", Role.MANAGER)
    caller = connect()
    with listening() as receiver:
        settings.KAISHU_WEBHOOK_HOSTS = [receiver.place]  # type: ignore[attr-defined]  # a fixture
        shown = client.post(
            f"{HOME}{caller.connection.code}/webhook/",
            {"url": receiver.url("/500"), "events": "claim.submitted"},
        )
        assert "whsec_" in text(parsed(shown))
        follow(at=clock.now())
        caller.post("claims", CLAIM)
        follow(at=clock.now())
        assert deliver(at=clock.now()) == {"waits": 1}
        Delivery.objects.update(state=Delivery.FAILED)
        sent = f"{HOME}{caller.connection.code}/sent/"
        page = client.get(f"{sent}?state=failed")
        number = Delivery.objects.get().event.number
        assert number in text(parsed(page))
        assert "500" in text(parsed(page))
        file = b"".join(client.get(f"{sent}?as=csv").streaming_content).decode()
        assert number in file
        Subscription.objects.update(url=receiver.url("/fine"))
        client.post(f"{sent}again/", {"delivery": Delivery.objects.get().id})
        assert deliver(at=clock.now()) == {"delivered": 1}
        hook = Subscription.objects.get()
        do = {"webhook": hook.number, "do": "secret"}
        renewed = client.post(f"{HOME}{caller.connection.code}/webhook/act/", do)
        assert "whsec_" in text(parsed(renewed))
        act = f"{HOME}{caller.connection.code}/webhook/act/"
        tests = Delivery.objects.filter(event__kind="webhook.test")
        for _press in range(2):
            client.post(act, {**do, "do": "test"})
        assert tests.count() == 1, "one that waits is enough"
        assert deliver(at=clock.now()) == {"delivered": 1}
        told = json.loads(receiver.heard[-1].body)
        assert (told["type"], told["data"]) == ("webhook.test", {})
        client.post(act, {**do, "do": "end"})
        assert client.post(act, {**do, "do": "test"}).status_code == 422
    hook.refresh_from_db()
    assert (hook.off_why, tests.count()) == ("ended", 1)


def test_only_managers_and_administrators_act_and_the_auditor_reads(world: DeskWorld) -> None:
    row = connect().connection
    auditor, reviewer = member("aya", Role.AUDITOR), member("rei", Role.REVIEWER)
    assert auditor.get(f"{HOME}{row.code}/").status_code == 200
    assert not find(parsed(auditor.get(f"{HOME}{row.code}/")), "main form")
    assert auditor.post(f"{HOME}{row.code}/token/", {"days": "3"}).status_code == 403
    assert reviewer.get(HOME).status_code == 403


@pytest.mark.parametrize("tag", ["ja", "zh-hans", "en"])
def test_the_reference_is_a_page_without_a_script(world: DeskWorld, tag: str) -> None:
    from django.test import Client

    client = Client(headers={"Accept-Language": tag})
    answer = client.get("/api/v1/reference/")
    page = parsed(answer)
    assert not find(page, "script")
    assert len(find(page, "article")) == sum(map(len, document()["paths"].values()))
    assert (
        "script-src 'self'" in answer["Content-Security-Policy"]
        or "default-src" in answer["Content-Security-Policy"]
    )
    assert find(page, "#api_token_wrong td")[2].get("lang") == {"zh-hans": "zh-Hans"}.get(tag, tag)
    contract = client.get("/api/v1/openapi.json")
    assert contract.json()["openapi"] == "3.1.0"
    again = client.get("/api/v1/openapi.json", headers={"If-None-Match": contract["ETag"]})
    assert again.status_code == 304
