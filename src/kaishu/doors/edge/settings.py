"""What the edge is told when it starts: where the editions lie, and where the main site is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kaishu.core import signing
from kaishu.core.gate import here
from kaishu.core.signing import Trusted


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeSettings:
    """`main_site` starts the links to claim and notice; empty where both are one address.

    `gate_table` counts for the gate, in the data folder the main site with it; without it each
    process counts alone. `proxy_hops` as at the
    main site (KAISHU_PROXY_HOPS). With `trusted` keys, one of them must have signed each edition.
    """

    packs: Path
    main_site: str = ""
    https: bool = False
    poll_seconds: float = 1.0
    gate_table: Path | None = None
    gate_secret: bytes = b""
    proxy_hops: int = 1
    trusted: Trusted | None = None


def from_environment(environment: Mapping[str, str] = os.environ) -> EdgeSettings:
    """Read the settings; the folder of the editions is the one that the main site writes.

    Raises KeysUnreadable: a key that is named and cannot be read never means "trust anybody".
    """
    data = Path(environment.get("KAISHU_DATA_DIR", "var")).resolve()
    trust = environment.get("KAISHU_EDGE_TRUST", "").split()
    return EdgeSettings(
        packs=Path(environment.get("KAISHU_EDGE_PACKS") or data / "packs").resolve(),
        main_site=environment.get("KAISHU_EDGE_MAIN_SITE", "").rstrip("/"),
        https=environment.get("KAISHU_MODE", "") == "production",
        poll_seconds=float(environment.get("KAISHU_EDGE_POLL_SECONDS") or 1.0),
        gate_table=here(data) if data.is_dir() else None,
        gate_secret=bytes.fromhex(environment.get("KAISHU_EDGE_GATE_SECRET", "")),
        proxy_hops=int(environment.get("KAISHU_PROXY_HOPS") or 1),
        trusted=signing.read_keys(trust) if trust else None,
    )
