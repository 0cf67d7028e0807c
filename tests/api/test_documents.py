"""Every example of the API's documents runs, against a live server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pytest_django import Settings

from kaishu.base import clock
from kaishu.connections.models import Delivery
from kaishu.connections.webhooks import signing
from kaishu.connections.webhooks.deliver import deliver
from kaishu.connections.webhooks.follow import follow
from kaishu.returns.trade import sites
from tests.api.receiver import listening
from tests.api.world import connect
from tests.doors import desk_world, kumo

REFERENCE = Path("docs/reference/api.md").resolve()
HOWTO = Path("docs/howto/webhooks.md").resolve()


def blocks(file: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", file.read_text("utf-8"), re.M | re.S)


def open_site(data_dir: Path) -> dict[str, str]:
    desk_world.open_world(data_dir)
    sites.add_site(
        slug=kumo.SLUG,
        party="minato",
        name="Ueno",
        kind="retailer",
        language="ja",
        mail="",
        by="hana",
        at=clock.now(),
    )
    return {"TOKEN": connect().token, "SITE_TOKEN": connect(party="minato").token}


def test_the_reference_runs_from_top_to_bottom(site: str, data_dir: Path) -> None:
    names = {"ROOT": site, **open_site(data_dir)}
    found = blocks(REFERENCE, "python")
    assert len(found) >= 7
    exec("\n".join(found), names)  # the reader's own program
    assert names["status"] == 200


def test_the_curl_examples_run(
    site: str, data_dir: Path, tmp_path: Path, settings: Settings
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    (tmp_path / "photo.png").write_bytes(desk_world.photo_bytes())
    with listening() as receiver:
        settings.KAISHU_WEBHOOK_HOSTS = [receiver.place]
        names = {"ROOT": site, "RECEIVER": receiver.url("/in"), **open_site(data_dir)}
        found = [*blocks(REFERENCE, "sh"), *blocks(HOWTO, "sh")]
        said = [
            json.loads(
                subprocess.run(
                    ["sh", "-c", each],
                    env={**os.environ, **names},
                    cwd=tmp_path,
                    capture_output=True,
                    check=True,
                    timeout=30,
                ).stdout
            )
            for each in found
        ]
    assert [sorted(each)[0] for each in said] == ["answer", "file", "events"], said


def test_the_verifier_that_we_print_takes_our_calls_and_no_others() -> None:
    names: dict[str, object] = {}
    exec(blocks(HOWTO, "python")[0], names)
    verified = names["verified"]
    assert callable(verified)
    secret, body = signing.new_secret(), b'{"type":"x"}'
    made = signing.headers(
        number="evt_1", body=body, secrets_in_force=[secret, signing.new_secret()], at=clock.now()
    )
    assert verified(secret, made, body)
    assert not verified(secret, made, body + b" ")
    assert not verified(signing.new_secret(), made, body)
    assert not verified(secret, {**made, "webhook-timestamp": "1"}, body)


@pytest.mark.django_db
def test_the_event_that_we_print_has_the_members_that_we_send(
    data_dir: Path, settings: Settings
) -> None:
    world = desk_world.open_world(data_dir)
    printed = json.loads(blocks(HOWTO, "json")[0])
    with listening() as receiver:
        settings.KAISHU_WEBHOOK_HOSTS = [receiver.place]
        follow(at=clock.now())
        connect().post("webhooks", {"url": receiver.url("/"), "events": ["claim.submitted"]})
        world.claim("one", serial=kumo.LISTED)
        follow(at=clock.now())
        assert deliver(at=clock.now()) == {"delivered": 1}
    sent = json.loads(receiver.heard[0].body)
    assert set(sent) == set(printed)
    assert set(sent["data"]) == set(printed["data"])
    assert Delivery.objects.get().state == Delivery.DONE
