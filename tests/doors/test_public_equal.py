"""A stranger learns from the check whether a unit is affected, never whether somebody claimed it.

By construction: the check asks no database, and the gate remembers who looked from where, by a keyed
hash, never what became of a unit.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from django.test import Client

from kaishu.claims.models import ClaimUnit
from tests.doors import kumo, owner_world
from tests.support.seeds import TORTURE

TRIES = 1000 if TORTURE else 100  # of each
MOST = 0.002  # seconds of this thread between the medians: other processes do not count
ANOTHER = kumo.LISTED[:-1] + "3"  # listed, and nobody claimed it


@pytest.mark.django_db
def test_claimed_and_unclaimed_are_the_same_bytes_in_the_same_time(
    data_dir: Path, django_assert_num_queries: Callable[[int], AbstractContextManager[object]]
) -> None:
    owner_world.file_claim(data_dir)
    assert ClaimUnit.objects.get().serial == kumo.LISTED
    client, query = Client(), {"model": "K100"}
    took: dict[str, list[float]] = {kumo.LISTED: [], ANOTHER: []}
    bodies: dict[str, bytes] = {}
    with django_assert_num_queries(0):
        for _ in range(TRIES):
            for serial, seconds in took.items():
                began = time.thread_time()
                answer = client.get(f"/ja/r/{kumo.SLUG}/check/", {**query, "serial": serial})
                seconds.append(time.thread_time() - began)
                bodies[serial] = answer.content
    both = [body.replace(name.encode(), b"*") for name, body in bodies.items()]
    groups = [kumo.LISTED[-4:].encode(), ANOTHER[-4:].encode()]  # shown in groups of four
    one, two = (body.replace(group, b"*") for body, group in zip(both, groups, strict=True))
    assert one == two
    assert len(bodies[kumo.LISTED]) == len(bodies[ANOTHER])
    first, second = (statistics.median(seconds) for seconds in took.values())
    assert abs(first - second) < MOST
