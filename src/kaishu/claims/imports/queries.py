"""Read imports, and what a recall lets them settle."""

from __future__ import annotations

from collections.abc import Mapping

from kaishu.claims.imports.errors import ImportNotFound
from kaishu.claims.imports.models import ClaimImport
from kaishu.claims.reasons import REASONS
from kaishu.core.accounts import DEPOT, RECYCLER
from kaishu.core.recall import LANGUAGES
from kaishu.editions import queries as editions

Settings = Mapping[str, str]


def found(import_id: int, *, lock: bool = False) -> ClaimImport:
    """Return an import. Raises ImportNotFound."""
    rows = ClaimImport.objects.select_for_update() if lock else ClaimImport.objects
    source = rows.filter(id=import_id).first()
    if source is None:
        raise ImportNotFound(number=import_id)
    return source


def newest(limit: int = 50) -> list[ClaimImport]:
    """Return the newest imports."""
    return list(ClaimImport.objects.order_by("-id")[:limit])


def tell_settings(slug: str, said: Settings | None = None) -> dict[str, str]:
    """Return what holds for every row: what was said, as far as the recall knows it."""
    recall = editions.current_pack(slug).recall
    said = said or {}
    only = recall.remedies[0].code if len(recall.remedies) == 1 else ""
    depots = [party.code for party in recall.parties if party.role == DEPOT]
    recyclers = [party.code for party in recall.parties if party.role == RECYCLER]
    spoken = {"jp": "ja", "cn": "zh-Hans"}.get(recall.market, "en")
    return {
        "model": _among(said.get("model", ""), [each.model for each in recall.products]),
        "remedy": _among(said.get("remedy", only), [each.code for each in recall.remedies]),
        "language": _among(said.get("language", spoken), LANGUAGES) or spoken,
        "depot": _among(said.get("depot", ""), depots),
        "recycler": _among(said.get("recycler", ""), recyclers),
        "refusal": _among(said.get("refusal", ""), REASONS["refused"]),
        "mail": "yes" if said.get("mail") == "yes" else "",
    }


def _among(value: str, known: list[str] | tuple[str, ...]) -> str:
    return value if value in known else ""
