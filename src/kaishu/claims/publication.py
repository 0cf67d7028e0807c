"""Publish a proposed edition and open or correct its population in the books: one act.

It lives here because editions and books do not know each other.
"""

from __future__ import annotations

from datetime import datetime

from kaishu.claims.population import open_population
from kaishu.editions.drafting import proposals
from kaishu.editions.models import Edition
from kaishu.editions.recall_file import Loaded


def publish_proposal(
    *, proposal_id: int, typed: str, content: str, by: str, at: datetime
) -> Edition:
    """Publish what a proposal pinned and post its population, both or neither.

    Raises what `proposals.publish_proposed` raises, and books.errors.TooLittle where more units
    would be taken back than still lie there.
    """

    def open_books(edition: Edition, loaded: Loaded) -> None:
        assert loaded.recall is not None
        open_population(recall_row=edition.recall, recall=loaded.recall, by=by, at=at)

    return proposals.publish_proposed(
        proposal_id=proposal_id, typed=typed, content=content, by=by, at=at, within=open_books
    )
