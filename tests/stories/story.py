"""Tell a recall as a story: every sentence runs the real actions, `books()` is what they came to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from kaishu.claims.population import open_population
from kaishu.core.recall import Population
from kaishu.editions import actions as editions
from kaishu.editions.recall_file import Loaded
from kaishu.payouts import actions as payouts
from kaishu.payouts.worker import run_once
from kaishu.returns import actions as returns
from tests.claims.world import START, World, recall


class Story(World):
    """One recall with a depot called east, a shop called shop-1 and a recycler called green."""

    folder: Path

    def open(self, model: str, *, unsold: int = 0, at_large: int = 0) -> Story:  # type: ignore[override]  # a story names its own numbers
        """Publish the recall with this many units."""
        shop = Population(
            product=model, pool="retailer", account="unsold", quantity=unsold, party="shop-1"
        )
        homes = Population(product=model, pool="consumer", account="at_large", quantity=at_large)
        told = replace(recall(), population=tuple(part for part in (homes, shop) if part.quantity))
        loaded = Loaded(folder=self.folder, recall=told, lists={}, pictures={}, problems=())
        edition = editions.publish(loaded=loaded, by="hana", at=START)
        open_population(recall_row=edition.recall, recall=told, by="hana", at=START)
        self.recall_id = edition.recall_id
        return self

    def owner_claims(
        self, serial: str, *, remedy: str, amount: int = 3990, name: str = "Sato"
    ) -> None:
        """An owner files a claim."""
        self.claim(serial, remedy=remedy, order_amount=amount, name=name, key=f"{name} {serial}")

    def approves(self, serial: str) -> None:
        """A reviewer approves, and the kit leaves."""
        self.approve(serial)
        returns.send_kit(
            claim_unit_id=self.unit(serial).id,
            tracking="",
            by="rei",
            at=self.now(),
            key=f"kit {serial}",
        )

    def depot_scans(self, serial: str, outcome: str = "ok") -> None:
        """A depot opens the parcel."""
        returns.scan_parcel(
            case_no=self.unit(serial).claim.case_no,
            unit_no=1,
            site="east",
            outcome=outcome,
            by="jun",
            at=self.now(),
            key=f"scan {serial}",
        )

    def pays_due(self) -> None:
        """Finance proposes, somebody else approves, the bank pays."""
        batch = payouts.propose_batch(by="fumi", at=self.now())
        payouts.approve_batch(batch_id=batch.id, by="goro", at=self.now())
        run_once(at=self.now())

    def disposes(self, *serials: str) -> None:
        """A container goes to the recycler, and its certificate comes back."""
        container = returns.open_container(
            recall_id=self.recall_id,
            number="C-1",
            site="east",
            recycler="green",
            by="jun",
            at=self.now(),
        )
        for serial in serials:
            unit_id = self.unit(serial).unit_id
            assert unit_id is not None
            returns.put_in_container(container_id=container.id, unit_id=unit_id)
        returns.hand_over(container_id=container.id, by="jun", at=self.now())
        returns.certify(
            container_id=container.id,
            certificate_no="CERT-1",
            issued_on=START.date(),
            by="green",
            at=self.now(),
        )
