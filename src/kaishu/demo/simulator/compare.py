"""Hold the books against the truth: unit by unit, promise by promise, place by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from kaishu.books.audit import audit as books_audit
from kaishu.books.models import Promise, Unit
from kaishu.books.queries import trial_balance
from kaishu.claims.audit import audit as claims_audit
from kaishu.claims.models import Claim, ClaimUnit, SecondOpinion
from kaishu.demo.simulator.purse import Bank, Purse
from kaishu.notices.audit import audit as notices_audit
from kaishu.payouts.audit import audit as payouts_audit
from kaishu.payouts.funds import figures
from kaishu.payouts.models import StockUnit
from kaishu.payouts.pauses import paused_recalls
from kaishu.people.queries import forgotten_ids
from kaishu.returns.trade.models import TradeSite
from kaishu.returns.trade.state import state


def differences(truth: Purse, recalls: Mapping[str, int]) -> Iterator[str]:
    """Yield each difference in words; nothing where the books are true."""
    slugs = {number: slug for slug, number in recalls.items()}
    yield from _units(truth, slugs)
    yield from _promises(truth, recalls)
    yield from _claims(truth)
    yield from _balances(truth, recalls)
    yield from _shops(truth)
    yield from _spares(truth)
    yield from _funds(truth, recalls)
    yield from _forgotten(truth)
    yield from _opinions(truth)


def audits() -> Iterator[str]:
    """Yield everything that `kaishu audit` finds."""
    found = chain(books_audit(), claims_audit(), payouts_audit(), notices_audit())
    return (f"audit: {finding}" for finding in found)


def at_the_bank(truth: Purse, bank: Bank) -> Iterator[str]:
    """Yield each order at the bank that the truth does not know, or knows otherwise."""
    slips = {slip.key: slip for slip in truth.slips}
    for key, (_, amount) in bank.orders().items():
        slip = slips.get(key)
        if slip is None:
            yield f"the bank booked {key}, which nobody ordered"
        elif slip.owing.quantity != amount:
            yield f"the bank booked {amount} for {slip.line}, {slip.owing.quantity} was promised"
    kept = Counter(id(slip.owing) for slip in truth.slips if slip.state in ("begun", "paid"))
    for slip in truth.slips:
        if kept[id(slip.owing)] > 1:
            yield f"{slip.line} is paid more than once"


def _units(truth: Purse, slugs: Mapping[int, str]) -> Iterator[str]:
    found = {
        (slugs[recall], tag or serial): (product, pool, account, party, serial)
        for recall, serial, tag, product, pool, account, party in Unit.objects.values_list(
            "recall_id", "serial", "tag", "product", "pool", "account", "party"
        )
    }
    wanted = {
        (thing.recall, thing.tag or thing.serial): (
            thing.model,
            thing.pool,
            *thing.place,
            thing.serial,
        )
        for thing in truth.things
    }
    yield from _pairs("unit", wanted, found)


def _promises(truth: Purse, recalls: Mapping[str, int]) -> Iterator[str]:
    columns = ("recall_id", "case_no", "unit_no", "role", "commodity", "quantity", "account")
    found: Counter[tuple[object, ...]] = Counter(Promise.objects.values_list(*columns))
    wanted: Counter[tuple[object, ...]] = Counter(
        (
            recalls[line.recall.slug],
            line.case,
            line.no,
            owing.role,
            owing.commodity,
            owing.quantity,
            owing.place,
        )
        for line in truth
        for owing in line.owing
    )
    for row in sorted(wanted - found, key=str):
        yield f"promise {row[1]}-{row[2]}: the truth has {row[3:]}, the books do not"
    for row in sorted(found - wanted, key=str):
        yield f"promise {row[1]}-{row[2]}: the books have {row[3:]}, the truth does not"


def _claims(truth: Purse) -> Iterator[str]:
    columns = ("claim__case_no", "unit_no", "contested", "standing", "serial")
    found = {(row[0], row[1]): row[2:] for row in ClaimUnit.objects.values_list(*columns)}
    wanted = {(line.case, line.no): (line.contested, line.standing, line.serial) for line in truth}
    yield from _pairs("claim unit", wanted, found)


def _balances(truth: Purse, recalls: Mapping[str, int]) -> Iterator[str]:
    for slug, number in recalls.items():
        found = {
            (line.product, line.pool, line.account, line.party): line.quantity
            for line in trial_balance(recall_id=number).units
        }
        wanted = {key[1:]: n for key, n in truth.counts.items() if key[0] == slug and n}
        yield from _pairs(f"{slug} place", wanted, found)


def _shops(truth: Purse) -> Iterator[str]:
    found = {}
    for site in TradeSite.objects.prefetch_related("answers"):
        stands = state(site, site.answers.all())
        found[site.id] = (stands.reached.value, stands.put_aside, stands.sold_since)
    wanted = {
        shop.site: (truth.reached(shop), shop.total("counted"), shop.total("sold_since"))
        for shop in truth.shops
    }
    yield from _pairs("shop", wanted, found)


def _spares(truth: Purse) -> Iterator[str]:
    rows = StockUnit.objects.values_list(
        "serial", "held", "reserved_key", "dispatched_at", "delivered_at", "back_reason"
    )
    found = {
        serial: (bool(held), key or "", bool(left), bool(delivered), back)
        for serial, held, key, left, delivered, back in rows
    }
    wanted = {
        spare.serial: (spare.held, spare.key, spare.left, spare.delivered, spare.back)
        for spare in truth.spares
    }
    yield from _pairs("replacement", wanted, found)


def _funds(truth: Purse, recalls: Mapping[str, int]) -> Iterator[str]:
    slugs = {number: slug for slug, number in recalls.items()}
    found = {
        (slugs[each.recall_id], each.commodity): each.free for each in figures() if each.tracked
    }
    wanted = {money: truth.free(*money) for money in truth.counted}
    yield from _pairs("funds", wanted, found)
    paused = {slugs[number]: "paused" for number in paused_recalls()}
    yield from _pairs("recall", dict.fromkeys(truth.paused, "paused"), paused)


def _forgotten(truth: Purse) -> Iterator[str]:
    rows = Claim.objects.filter(person_id__in=forgotten_ids()).values_list("case_no", flat=True)
    wanted = {line.case: "forgotten" for line in truth if line.forgotten}
    yield from _pairs("owner", wanted, dict.fromkeys(rows, "forgotten"))


def _opinions(truth: Purse) -> Iterator[str]:
    columns = ("claim_unit__claim__case_no", "claim_unit__unit_no", "first", "first_by")
    rows = SecondOpinion.objects.values_list(*columns, "by", "answer", "settled_by")
    wanted = {
        (line.case, line.no): (
            *(line.drawn.kind, line.drawn.by),
            *(line.second or ("", "")),
            line.settled_by,
        )
        for line in truth
        if line.drawn is not None
    }
    yield from _pairs("second opinion", wanted, {row[:2]: row[2:] for row in rows})


def _pairs(what: str, wanted: Mapping[Any, object], found: Mapping[Any, object]) -> Iterator[str]:
    for name in sorted({*wanted, *found}, key=str):
        if wanted.get(name) != found.get(name):
            true, books = wanted.get(name, "nothing"), found.get(name, "nothing")
            yield f"{what} {name}: the truth is {true}, the books say {books}"
