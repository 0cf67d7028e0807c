"""Who we are in a network, and the key with which we sign: the one that signs editions."""

from __future__ import annotations

from kaishu.core.lot_alert import Company
from kaishu.core.signing import Signer
from kaishu.editions import keys
from kaishu.supply.alerts.errors import AlertOwnNameMissing
from kaishu.supply.models import Network, Partner, PartnerRole


def signer() -> Signer:
    """Return the key in force. Its message begins unlike that of an edition: see the format."""
    return keys.signer()


def company(network: Network, code: str = "") -> Company:
    """Return us as a partner of the network; without a code its one maker.

    Raises AlertOwnNameMissing.
    """
    rows = Partner.objects.filter(network=network)
    if code:
        found = list(rows.filter(code=code))
    else:
        found = list(rows.filter(role=PartnerRole.MAKER, belongs_to="")[:2])
    if len(found) != 1:
        raise AlertOwnNameMissing(network=network.slug)
    return Company(code=found[0].code, name=found[0].name, key=signer().public)


def choices(network: Network) -> list[Partner]:
    """Return the companies of a network that we could be, the makers first."""
    rows = Partner.objects.filter(network=network, belongs_to="").order_by("name")
    return sorted(rows, key=lambda row: row.role != PartnerRole.MAKER)


def places_of(network: Network) -> dict[str, str]:
    """Return whose each place is, by code."""
    rows = Partner.objects.filter(network=network).exclude(belongs_to="")
    return dict(rows.values_list("code", "belongs_to"))
