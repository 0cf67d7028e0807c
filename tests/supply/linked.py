"""A network into which tests load link files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from kaishu.supply.links import actions
from kaishu.supply.links.mapping import LinkMapping, from_toml
from kaishu.supply.models import Network
from kaishu.supply.network.actions import open_network

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
PACK = "/01/04548736120037"


@pytest.fixture
def network(db: None, settings: object, tmp_path: Path) -> Network:
    settings.KAISHU_DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]
    return open_network(slug="acme", name="Acme", by="t", at=NOW)


class Loading:
    """Loads text as a file and keeps what was said of bad rows."""

    def __init__(self, network: Network, folder: Path) -> None:
        self.network, self.folder = network, folder
        self.bad: list[tuple[object, ...]] = []

    def __call__(
        self,
        content: str | bytes,
        mapping: LinkMapping | str | None = None,
        *,
        name: str = "links.csv",
        act: str = "",
        strict: bool = False,
        dry_run: bool = False,
    ) -> actions.Loaded:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.bad.clear()
        return actions.load_file(
            network=self.network,
            path=path,
            mapping=from_toml(mapping) if isinstance(mapping, str) else mapping,
            act=act,
            strict=strict,
            dry_run=dry_run,
            by="t",
            at=NOW,
            note=lambda bad: self.bad.extend(bad.iter_rows()),
            progress=lambda *_: None,
        )


@pytest.fixture
def load(network: Network, tmp_path: Path) -> Loading:
    return Loading(network, tmp_path)
