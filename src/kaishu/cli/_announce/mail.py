"""Mail: whether the world will believe our mails, from a copy of the domain's zone.

No name server is asked. The fixture is TOML, one record each, as `dig` or the host's page shows it:

    [[record]]
    name = "recall.example"
    type = "TXT"
    value = "v=spf1 mx -all"

Sources: RFC 7208 (SPF), RFC 6376 (DKIM), RFC 7489 (DMARC).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kaishu.cli._announce.values import Point, go, no_go

AREA = "mail"
ENDS = ("-all", "~all")
HOLDS = ("quarantine", "reject")


@dataclass(frozen=True, slots=True)
class Zone:
    """The records of a domain by name and type."""

    records: tuple[tuple[str, str, str], ...]

    def values(self, name: str, kind: str) -> list[str]:
        """Return what stands under a name."""
        return [v for n, k, v in self.records if (n, k) == (_folded(name), kind)]

    def names(self, end: str) -> list[str]:
        """Return the names that end so."""
        return [name for name, _kind, _value in self.records if name.endswith(end)]


def read_zone(path: Path) -> Zone:
    """Read a fixture; raises ValueError or KeyError where it is none."""
    said = tomllib.loads(path.read_text("utf-8"))
    return Zone(
        tuple(
            (_folded(str(one["name"])), str(one["type"]).upper(), str(one["value"]).strip('" '))
            for one in said["record"]
        )
    )


def mail(path: Path | None, sender: str) -> Iterator[Point]:
    """Look at MX, SPF, DKIM and DMARC of the domain that we send from."""
    domain = sender.rpartition("@")[2].rstrip(">").lower()
    if path is None:
        yield no_go(
            AREA,
            f"the records of {domain} were not checked",
            "Write them into a file (docs/howto/announce.md) and name it with --mail-dns.",
        )
        return
    try:
        zone = read_zone(path)
    except (OSError, ValueError, KeyError, TypeError) as problem:
        yield no_go(AREA, f"{path.name} cannot be read: {problem}", "Compare it with the example.")
        return
    yield _mx(zone, domain)
    yield _spf(zone, domain)
    yield _dkim(zone, domain)
    yield _dmarc(zone, domain)


def _mx(zone: Zone, domain: str) -> Point:
    if zone.values(domain, "MX"):
        return go(AREA, f"{domain} takes mail (MX)")
    return no_go(AREA, f"{domain} has no MX", "Bounces and answers need a mail server: add one.")


def _spf(zone: Zone, domain: str) -> Point:
    found = [v for v in zone.values(domain, "TXT") if v.lower().startswith("v=spf1")]
    if len(found) != 1:
        return no_go(AREA, f"{len(found)} SPF records", "Have exactly one TXT with v=spf1.")
    if not found[0].lower().endswith(ENDS):
        return no_go(AREA, f"SPF is open: {found[0]}", "Let it end with -all or ~all.")
    return go(AREA, f"SPF: {found[0]}")


def _dkim(zone: Zone, domain: str) -> Point:
    for name in zone.names(f"._domainkey.{domain}"):
        for value in zone.values(name, "TXT"):
            tags = _tags(value)
            if tags.get("p") and tags.get("v", "DKIM1") == "DKIM1":
                return go(AREA, f"DKIM key {name.partition('.')[0]}")
    return no_go(AREA, "no DKIM key", f"Publish one below _domainkey.{domain} and sign with it.")


def _dmarc(zone: Zone, domain: str) -> Point:
    found = [v for v in zone.values(f"_dmarc.{domain}", "TXT") if v.startswith("v=DMARC1")]
    policy = _tags(found[0]).get("p", "") if len(found) == 1 else ""
    if policy in HOLDS:
        return go(AREA, f"DMARC: {policy}")
    said = f"DMARC says {policy or 'nothing'}"
    return no_go(AREA, said, f"_dmarc.{domain} should say p=quarantine or p=reject.")


def _tags(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.split(";"))
    return {name.strip(): text.strip() for name, _sign, text in pairs}


def _folded(name: str) -> str:
    return name.rstrip(".").lower()
