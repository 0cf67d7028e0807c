"""`kaishu trace speaker`: prefixes are given to a party, and listed."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from kaishu.cli.main import kaishu
from kaishu.supply.capture.models import Speaker
from tests.supply.capture.world import network


@pytest.mark.django_db
def test_prefixes_are_given_listed_and_replaced() -> None:
    network("kumo")

    def said(*words: str) -> tuple[int, list[str]]:
        result = CliRunner().invoke(kaishu, ["trace", "speaker", *words])
        return result.exit_code, result.output.split()

    assert said("kumo") == (0, [])
    assert said("kumo", "cellco", "4999901", "https://c.example/") == (
        0,
        ["cellco", "4999901", "https://c.example/"],
    )
    assert said("kumo", "cellco", "4999902") == (0, ["cellco", "4999902"])
    assert said("kumo") == (0, ["cellco", "4999902"])
    assert said("kumo", "cellco", "12")[0] == 1
    assert Speaker.objects.get().prefixes == ["4999902"]
