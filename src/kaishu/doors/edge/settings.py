"""What the edge is told when it starts: where the editions lie, and where the main site is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """`main_site` starts the links to claim and notice; empty where both are one address."""

    packs: Path
    main_site: str = ""
    https: bool = False
    poll_seconds: float = 1.0


def from_environment(environment: Mapping[str, str] = os.environ) -> EdgeSettings:
    """Read the settings; the folder of the editions is the one that the main site writes."""
    data = environment.get("KAISHU_DATA_DIR", "var")
    return EdgeSettings(
        packs=Path(environment.get("KAISHU_EDGE_PACKS") or Path(data) / "packs").resolve(),
        main_site=environment.get("KAISHU_EDGE_MAIN_SITE", "").rstrip("/"),
        https=environment.get("KAISHU_MODE", "") == "production",
        poll_seconds=float(environment.get("KAISHU_EDGE_POLL_SECONDS") or 1.0),
    )
