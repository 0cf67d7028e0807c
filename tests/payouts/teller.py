"""Short words for payout tests: promises due, batches proposed and approved, worker rounds."""

from __future__ import annotations

from datetime import timedelta

from kaishu.payouts import actions, corrections
from kaishu.payouts.models import Batch
from kaishu.payouts.providers.simulated_bank import simulated_bank
from kaishu.payouts.sending import LEASE
from kaishu.payouts.worker import run_once
from kaishu.returns import actions as returns
from tests.claims.world import World


def make_due(world: World, *serials: str, remedy: str = "refund") -> None:
    """File, approve and collect units, so that their remedies are due."""
    for serial in serials:
        world.claim(serial, remedy=remedy, key=f"form {serial}")
        world.approve(serial)
        scanned(world, serial)


def scanned(world: World, serial: str) -> None:
    """Open the parcel of a serial at the depot."""
    returns.scan_parcel(
        case_no=world.unit(serial).claim.case_no,
        unit_no=1,
        site="east",
        outcome="ok",
        by="jun",
        at=world.now(),
        key=f"scan {serial}",
    )


def approved_batch(world: World) -> Batch:
    """Propose what is due, and approve it."""
    batch = actions.propose_batch(by="fumi", at=world.now())
    return actions.approve_batch(batch_id=batch.id, by="goro", at=world.now())


def rounds(world: World, count: int = 4) -> None:
    """Let the worker run, each time after every lease has ended."""
    for _ in range(count):
        run_once(at=world.now() + LEASE)
        world.minutes += LEASE // timedelta(minutes=1)


def owners_correct(world: World) -> None:
    """Let every owner put right what their payouts came back for."""
    for line in corrections.waiting():
        actions.note_corrected(instruction_id=line.id, by="olga", at=world.now())


def transfers() -> int:
    """Count what the bank ever booked."""
    return simulated_bank().count()
