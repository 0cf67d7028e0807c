"""`kaishu trace`: networks are opened and listed."""

from __future__ import annotations

from click.testing import CliRunner, Result

from kaishu.cli import main
from kaishu.supply.models import Network


def run(*words: str) -> Result:
    return CliRunner().invoke(main.kaishu, ["trace", *words])


def test_a_network_is_opened_once_and_listed(db: None) -> None:
    first = run("open", "acme-jp", "Acme Japan and its suppliers")
    again = run("open", "acme-jp", "another name")
    assert (first.exit_code, first.output) == (0, "acme-jp: Acme Japan and its suppliers\n")
    assert again.output == first.output
    assert Network.objects.count() == 1
    assert run("networks").output.split() == ["acme-jp", "Acme", "Japan", "and", "its", "suppliers"]


def test_a_name_that_no_address_can_hold_is_refused(db: None) -> None:
    refused = run("open", "Acme Japan")
    assert refused.exit_code == 1
    assert getattr(refused.exception, "code", "") == "network_name_wrong"
    assert not Network.objects.exists()
