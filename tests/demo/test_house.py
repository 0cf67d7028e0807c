"""The demo's people: each is explained in the guide, and a recall finds its second manager."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from django.test import Client
from django.urls import resolve
from pytest_django import Settings

from kaishu.base.roles import Role, policy_table
from kaishu.connections.webhooks import signing
from kaishu.demo import hooks
from kaishu.demo.guide import DOES, SEE
from kaishu.demo.owners import photo
from kaishu.demo.staff import MEMBERS
from tests.demo import urls as demo_urls

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def test_everybody_is_explained_and_nobody_publishes_alone() -> None:
    assert set(DOES) == {member.name for member in MEMBERS}
    assert len([each for each in MEMBERS if Role.MANAGER in each.roles]) > 1


def test_two_owners_do_not_send_the_very_same_photo(data_dir: object) -> None:
    one, other = photo("serial_photo", "A1"), photo("serial_photo", "A2")
    assert one.sha256 != other.sha256


def test_the_guide_sends_everybody_to_a_page_that_their_roles_may_open() -> None:
    allowed = policy_table()
    assert set(SEE) == {member.name for member in MEMBERS}
    for member in MEMBERS:
        path, _ = SEE[member.name]
        route = f"/{resolve(path).route}"
        roles = allowed[route]
        assert roles is not None
        assert not roles or roles & set(member.roles), f"{member.name} may not open {path}"


def test_the_other_end_of_the_webhook_keeps_only_what_is_signed(
    settings: Settings, data_dir: Path, client: Client
) -> None:
    settings.ROOT_URLCONF = demo_urls.__name__
    body, secret = b'{"type": "claim.decided", "data": {}}', signing.new_secret()
    send = partial(client.post, "/demo/hook/", body, content_type="application/json")
    signed = signing.headers(number="evt_1", body=body, secrets_in_force=[secret], at=NOW)
    assert send(headers=dict(signed)).status_code == 400  # nobody gave it a secret yet
    hooks.keep_secret(secret)
    assert send().status_code == 400
    assert send(headers={**signed, "webhook-id": "evt_2"}).status_code == 400
    assert send(headers=dict(signed)).status_code == 204
    assert client.get("/demo/hook/").content.count(b"<tr><td>") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["ja", "zh-hans", "en"])
def test_the_guide_is_shown_in_every_language(
    settings: Settings, client: Client, language: str
) -> None:
    settings.ROOT_URLCONF = demo_urls.__name__
    page = client.get("/demo/", headers={"accept-language": language}).content.decode()
    for path, _ in SEE.values():
        assert f'href="{path}"' in page
    assert f"/{language}/r/" in page
