"""What a shop answers, and what follows in the books: stock put aside, stock sold anyway."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kaishu.base.sealing import seal
from kaishu.books import actions as books
from kaishu.books.locks import hold
from kaishu.books.models import Unit
from kaishu.books.sums import unnamed_in
from kaishu.books.values import Place, UnitMove
from kaishu.claims.terms import pool_of
from kaishu.claims.tokens import token_hash
from kaishu.core.accounts import AT_LARGE, DEPOT, UNSOLD
from kaishu.core.answer import Inspection, judge
from kaishu.core.verdict import Answer
from kaishu.editions import queries as editions
from kaishu.returns.trade.errors import (
    CountTooHigh,
    CountWrong,
    NotCounted,
    NotReadYet,
    SiteNotFound,
)
from kaishu.returns.trade.models import (
    ACKNOWLEDGED,
    COMPLETED,
    COUNTED,
    NONE_HERE,
    SOLD_SINCE,
    TradeAnswer,
    TradeSite,
)
from kaishu.returns.trade.state import Reached, SiteState, state

SIGNED = "trade:signed"
MOST = 1_000_000
MOST_SCANS = 500  # at once
DOOR = "partner"
POOL = {"retailer": "retailer", "distributor": "distributor"}


@dataclass(frozen=True, slots=True)
class ScannedLine:
    """What became of one serial that a shop scanned: put_aside, here_already, other_shop,
    not_affected, not_clear, claimed or elsewhere. `serial` is in normal form where it could be
    read; `where` names the other shop of the same account that counted it."""

    typed: str
    serial: str
    product: str
    code: str
    where: str = ""


def find_site(token: str) -> TradeSite:
    """Return the site whose link this is. Raises SiteNotFound."""
    site = TradeSite.objects.filter(token_hash=token_hash(token)).first()
    if site is None:
        raise SiteNotFound
    return site


def state_of(site: TradeSite) -> SiteState:
    """Return how far a site is."""
    return state(site, site.answers.all())


def acknowledge(*, site_id: int, name: str, key: str, at: datetime) -> None:
    """Record that somebody at the site read the notice; a repeat changes nothing."""
    with transaction.atomic():
        site = _lock(site_id)
        if site.sent_at is None:
            TradeSite.objects.filter(id=site_id).update(sent_at=at)
        _answer(site, ACKNOWLEDGED, key, at, signed=name)


def count(
    *, site_id: int, quantities: Mapping[str, int], name: str, key: str, at: datetime
) -> None:
    """Record what a site put aside, by product; all zeros says that it has none.

    The books follow what was counted: first the stock that they knew of at this site, then units
    that they took for sold. Raises NotReadYet, CountWrong, CountTooHigh.
    """
    if any(not 0 <= quantity <= MOST for quantity in quantities.values()):
        raise CountWrong
    with transaction.atomic():
        site = _lock(site_id, after=Reached.ACKNOWLEDGED)
        _check_numbers(site, COUNTED, key, quantities)
        there = {product: n for product, n in quantities.items() if n}
        if not there:
            _answer(site, NONE_HERE, key, at, signed=name)
        for product, quantity in sorted(there.items()):
            if _answer(site, COUNTED, key, at, product=product, quantity=quantity, signed=name):
                _put_aside(site, product, quantity, key=f"{key}:{product}", at=at)


def scan(
    *, site_id: int, model: str, serials: Sequence[str], key: str, at: datetime
) -> list[ScannedLine]:
    """Put aside the units of a model that these serials name; says what became of each.

    A unit may be sold only where its model says so and no other model lists its serial.
    Scanning it again is harmless. Raises NotReadYet, CountWrong for too many at once.
    """
    wanted = [typed.strip() for typed in serials if typed.strip()]
    if len(wanted) > MOST_SCANS:
        raise CountWrong
    with transaction.atomic():
        site = _lock(site_id, after=Reached.ACKNOWLEDGED)
        return [_scan_one(site, model, typed, key, at) for typed in wanted]


def sold_since(
    *, site_id: int, quantities: Mapping[str, int], name: str, key: str, at: datetime
) -> None:
    """Record what a site sold after the stop: reportable, and with owners now.

    Raises NotReadYet, CountWrong, CountTooHigh.
    """
    if any(not 0 <= quantity <= MOST for quantity in quantities.values()):
        raise CountWrong
    with transaction.atomic():
        site = _lock(site_id, after=Reached.ACKNOWLEDGED)
        _check_numbers(site, SOLD_SINCE, key, quantities)
        for product, quantity in sorted(quantities.items()):
            if quantity and _answer(
                site, SOLD_SINCE, key, at, product=product, quantity=quantity, signed=name
            ):
                _sell(site, product, quantity, key=f"{key}:{product}", at=at)


def complete(*, site_id: int, name: str, key: str, at: datetime) -> None:
    """Record that nothing of the recall is for sale any more. Raises NotReadYet, NotCounted."""
    with transaction.atomic():
        site = _lock(site_id, after=Reached.ACKNOWLEDGED)
        if state_of(site).reached is Reached.ACKNOWLEDGED:
            raise NotCounted
        _answer(site, COMPLETED, key, at, signed=name)


def _put_aside(site: TradeSite, product: str, quantity: int, *, key: str, at: datetime) -> None:
    known = min(quantity, _on_shelf(site, product))
    back_room = Place(DEPOT, site.party)
    moves = [
        UnitMove(product=product, pool=pool, quantity=n, source=source, target=back_room)
        for pool, n, source in (
            (POOL[site.kind], known, Place(UNSOLD, site.party)),
            (_sold_pool(site, product), quantity - known, Place(AT_LARGE)),
        )
        if n
    ]
    books.post(
        kind="stock.quarantined",
        moves=moves,
        recall_id=site.recall_id,
        key=f"trade:{site.id}:{key}",
        door=DOOR,
        by=f"site:{site.id}",
        at=at,
        reason="counted" if known == quantity else "more_than_known",
    )


def _sold_pool(site: TradeSite, product: str) -> str:
    return pool_of(editions.current_pack(site.recall_slug).recall, product)


def _check_numbers(site: TradeSite, step: str, key: str, quantities: Mapping[str, int]) -> None:
    """Refuse more than were ever made: a number typed into the wrong box would empty the books.

    What this very form said before is not counted twice.
    """
    recall = editions.current_pack(site.recall_slug).recall
    before = Counter[str]()
    for answer in site.answers.filter(step=step).exclude(key=key):
        before[answer.product] += answer.quantity
    for product in recall.products:
        if before[product.model] + quantities.get(product.model, 0) > product.units:
            raise CountTooHigh(model=product.model, units=product.units)


def _sell(site: TradeSite, product: str, quantity: int, *, key: str, at: datetime) -> None:
    """Units that the books never knew in stock were taken for sold already: nothing moves then."""
    known = min(quantity, _on_shelf(site, product))
    if not known:
        return
    move = UnitMove(
        product=product,
        pool=POOL[site.kind],
        quantity=known,
        source=Place(UNSOLD, site.party),
        target=Place(AT_LARGE),
    )
    books.post(
        kind="stock.sold_anyway",
        moves=[move],
        recall_id=site.recall_id,
        key=f"trade:sold:{site.id}:{key}",
        door=DOOR,
        by=f"site:{site.id}",
        at=at,
        reason="sold_since",
    )


def _on_shelf(site: TradeSite, product: str) -> int:
    """Count what the books hold unsold here, under the lock that the move itself will take."""
    pool, shelf = POOL[site.kind], Place(UNSOLD, site.party)
    hold({f"place {site.recall_id} {product} {pool} {shelf}"})
    return max(0, unnamed_in(site.recall_id, product, pool, shelf))


def _scan_one(site: TradeSite, model: str, typed: str, key: str, at: datetime) -> ScannedLine:
    pack = editions.current_pack(site.recall_slug)
    verdicts = {
        product.model: judge(pack, Inspection(model=product.model, serial=typed[:60]))
        for product in pack.recall.products
    }
    named = any(verdict.answer is Answer.AFFECTED for verdict in verdicts.values())
    own = verdicts.get(model)
    if own is None or not own.facts.get("serial"):
        return ScannedLine(typed[:60], "", "", "not_clear")
    if own.answer is Answer.NOT_AFFECTED and not named:
        return ScannedLine(typed[:60], own.facts["serial"], model, "not_affected")
    if own.answer is not Answer.AFFECTED:
        return ScannedLine(typed[:60], own.facts["serial"], model, "not_clear")
    product = pack.recall.product(model)
    if product is None or not pack.recall.serial_format(product).unit_unique:
        return ScannedLine(typed[:60], own.facts["serial"], model, "count_it")
    serial = own.facts["serial"]
    code = _put_unit_aside(site, model, serial, key, at)
    where = _counted_by_another(site, model, serial) if code == "here_already" else ""
    return ScannedLine(typed[:60], serial, model, "other_shop" if where else code, where)


def _put_unit_aside(site: TradeSite, product: str, serial: str, key: str, at: datetime) -> str:
    known = Unit.objects.filter(recall_id=site.recall_id, serial=serial).first()
    if known is not None and (known.account, known.party) == (DEPOT, site.party):
        return "here_already"
    if known is not None and known.account not in (UNSOLD, AT_LARGE):
        return "claimed" if known.account == "owner" else "elsewhere"
    unit = known or _identify(site, product, serial)
    _answer(site, COUNTED, f"{key}:{serial}"[:80], at, product=product, quantity=1)
    books.move_unit(
        unit_id=unit.id,
        kind="stock.quarantined",
        target=Place(DEPOT, site.party),
        key=f"trade:{site.id}:{serial}",
        door=DOOR,
        by=f"site:{site.id}",
        at=at,
        reason="scanned",
    )
    return "put_aside"


def _counted_by_another(site: TradeSite, product: str, serial: str) -> str:
    """Return which other shop of the same stock account scanned a unit, "" where it was this one.

    The account is one in the books; what a person holds in the hand lies in one of its shops.
    """
    ends = f":{serial}"
    scanned = TradeAnswer.objects.filter(
        site__recall_id=site.recall_id,
        site__party=site.party,
        step=COUNTED,
        product=product,
        key__endswith=ends,
    )
    if scanned.filter(site=site).exists():
        return ""
    name = scanned.order_by("-id").values_list("site__name", flat=True).first()
    return name or ""


def _identify(site: TradeSite, product: str, serial: str) -> Unit:
    if _on_shelf(site, product):
        pool, place = POOL[site.kind], Place(UNSOLD, site.party)
    else:
        pool, place = _sold_pool(site, product), Place(AT_LARGE)
    return books.identify(
        recall_id=site.recall_id, product=product, pool=pool, place=place, serial=serial
    )


def _answer(
    site: TradeSite,
    step: str,
    key: str,
    at: datetime,
    *,
    product: str = "",
    quantity: int = 0,
    signed: str = "",
) -> bool:
    """Keep an answer; False where this very form was kept before."""
    name = signed.strip()[:100]
    _row, made = TradeAnswer.objects.get_or_create(
        site=site,
        key=key,
        step=step,
        product=product,
        defaults={
            "quantity": quantity,
            "signed": seal(name.encode(), purpose=SIGNED) if name else None,
            "at": at,
        },
    )
    return made


def _lock(site_id: int, *, after: Reached | None = None) -> TradeSite:
    site = TradeSite.objects.select_for_update().filter(id=site_id).first()
    if site is None:
        raise SiteNotFound
    if after is not None and not site.answers.filter(step=ACKNOWLEDGED).exists():
        raise NotReadYet
    return site
