"""The invented network of cells, its graph, and its recall, for whoever makes a scope of a trace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kaishu.core.genealogy.acts import columns
from kaishu.core.genealogy.graph import Graph, build
from kaishu.supply.models import Network
from tests.doors import kumo
from tests.support import trace_world as world


@pytest.fixture
def network() -> Network:
    made = Network.objects.create(slug=world.SLUG, name="Kumo", created_by="a", created_at=world.AT)
    world.describe(made)
    return made


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Graph]:
    build(columns(world.acts()), tmp_path / "kumo.graph")
    with Graph.open(tmp_path / "kumo.graph") as opened:
        yield opened


@pytest.fixture
def published(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file, serials in world.LISTS.items():
        monkeypatch.setitem(kumo.LISTS, file, serials)
    kumo.publish(data_dir, world.recall())
