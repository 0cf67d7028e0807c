"""Put what a trace found into a draft: of a recall, of its next edition, or one on the desk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction

from kaishu.core.genealogy.forward import Forward, forward
from kaishu.core.genealogy.graph import Graph
from kaishu.core.genealogy.things import unit
from kaishu.core.recall import SerialFormat
from kaishu.editions import queries as editions
from kaishu.editions.drafting import actions as drafting
from kaishu.editions.drafting import judging
from kaishu.editions.drafting import queries as drafts
from kaishu.editions.drafting.models import RecallDraft
from kaishu.editions.drafting.sections import SECTIONS
from kaishu.supply.models import Item, Network
from kaishu.supply.to_recall import tables, units
from kaishu.supply.to_recall.against import Against, against
from kaishu.supply.to_recall.before import Before, of_draft, of_pack
from kaishu.supply.to_recall.errors import (
    FormatMissing,
    ModelNotMade,
    NeverNarrows,
    NothingAffected,
    NothingNew,
    UnitsTakenOut,
)
from kaishu.supply.to_recall.joining import beside, unsaid
from kaishu.supply.to_recall.pools import (
    Holder,
    Holders,
    Share,
    in_shops,
    known_parties,
    shares,
)
from kaishu.supply.to_recall.rules import Question, RulesMade, rules_of
from kaishu.supply.to_recall.runs import fitting
from kaishu.supply.to_recall.scope import ModelScope, scope_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants of a trace. `slug` names the published recall that a next edition is
    drafted for; empty = a new recall in `market`. `draft` is the open draft that it goes into
    instead, and `seen` the version of it that was compared.

    `possible` units come in too, unless somebody decides otherwise: a wrong "not affected" can burn
    a house. `replaces` = the new rules take the place of the models' old ones, instead of joining
    them, in a new draft only; `agreed` = units may leave the recall by that.
    """

    question: Question
    models: tuple[str, ...]
    slug: str = ""
    market: str = ""
    draft: int = 0
    seen: int = 0
    possible: bool = True
    replaces: bool = False
    shops_sold: bool = True
    agreed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one model would get: its rules, what they change, and where its units are.

    `fresh` = the recall does not name the model yet, so its format was read off known serials.
    `known` rules of the trace are in the recall already, and not among those of `made`. `in_shops`
    of the units were last seen in `shops` shops, whichever way they count.
    """

    model: str
    found: ModelScope
    form: SerialFormat
    fresh: bool
    made: RulesMade
    known: int
    change: Against
    population: Counter[Share]
    in_shops: int
    shops: int
    parties: Mapping[str, Holder] = field(default_factory=dict)


def plan(*, graph: Graph, network: Network, wish: Wish, at: datetime) -> list[Part]:
    """Return what a wish would put into a recall; writes nothing.

    Raises ModelNotMade, FormatMissing, RecallUnknown, DraftNotFound, NeverNarrows, DraftUnreadable,
    FormatOfDraftMissing, and what a question to the graph raises.
    """
    question = wish.question
    found = forward(graph, question.suspects, since=question.since, until=question.until)
    scope = scope_of(graph, network, found)
    joined = _before(wish)
    parts = []
    for model in wish.models:
        items = units.items_of(network, model)
        if not items:
            raise ModelNotMade(model=model)
        mine = scope.of(model)
        if mine is not None:
            parts.append(_part(graph, network, wish, items, mine, found, joined, at))
    return parts


@transaction.atomic
def make_draft(*, graph: Graph, network: Network, wish: Wish, by: str, at: datetime) -> RecallDraft:
    """Put the scope, the population and the products of a trace into a draft, a new one or `draft`.

    What an open draft says stays as it is; a trace that it has already changes nothing. Raises
    NothingAffected; NothingNew; UnitsTakenOut where units would leave the recall and nobody agreed;
    DraftClosed and DraftMoved; and what `plan` raises. Nothing is published: a draft is handed to a
    second person as any other.
    """
    draft = drafting.hold(draft_id=wish.draft, seen=wish.seen) if wish.draft else None
    parts = plan(graph=graph, network=network, wish=wish, at=at)
    if not any(part.made.rules or part.known for part in parts):
        raise NothingAffected()
    if not any(part.made.rules for part in parts):
        if draft is None:
            raise NothingNew(recall=wish.slug)
        return draft
    out = [part.change for part in parts if part.change.takes_out]
    if out and not (wish.agreed and draft is None):
        named = sum(len(change.removed) for change in out)
        rules = sum(len(change.gone) for change in out)
        raise UnitsTakenOut(count=named, rules=rules)
    if draft is None:
        draft = (
            drafting.start_copy(slug=wish.slug, by=by, at=at)
            if wish.slug
            else drafting.start_empty(market=wish.market, by=by, at=at)
        )
    return _written(draft, network, wish, parts, by=by, at=at)


def _written(
    draft: RecallDraft,
    network: Network,
    wish: Wish,
    parts: list[Part],
    *,
    by: str,
    at: datetime,
) -> RecallDraft:
    newest = drafts.newest(draft)
    parts, files = _apart(parts, newest.files)
    if files:
        drafting.add_files(draft_id=draft.id, uploads=files, by=by, at=at)
    data = judging.data(newest)
    for part in parts:
        data = _with(data, network, part, wish)
    for section in ("identity", "formats", "products", "rules", "population"):
        said = {name: data[name] for name in SECTIONS[section] if name in data}
        version = drafts.draft(draft.id).version
        drafting.save_section(
            draft_id=draft.id, section=section, said=said, seen=version, by=by, at=at
        )
    return drafts.draft(draft.id)


def _apart(
    parts: list[Part], taken: Mapping[str, Mapping[str, Any]]
) -> tuple[list[Part], dict[str, bytes]]:
    """Give each model's lists names of their own, also beside each other, and return the lists.

    A/9 and B/9 both lose what stands before the slash: one list would lie over the other.
    """
    found, files = [], dict[str, bytes]()
    for part in parts:
        mine = {name: {"sha256": sha256(each).hexdigest()} for name, each in files.items()}
        made = beside(part.made, {**taken, **mine})
        files |= made.files
        found.append(replace(part, made=made))
    return found, files


def _before(wish: Wish) -> Before | None:
    """Return what the new rules join: an open draft, the published edition, or nothing."""
    if wish.draft:
        if wish.replaces:
            raise NeverNarrows()
        return of_draft(drafts.newest(drafts.draft(wish.draft)))
    return of_pack(editions.current_pack(wish.slug)) if wish.slug else None


def _part(
    graph: Graph,
    network: Network,
    wish: Wish,
    items: list[Item],
    found: ModelScope,
    reached: Forward,
    joined: Before | None,
    at: datetime,
) -> Part:
    product = joined.recall.product(found.model) if joined else None
    known = units.known(graph, items).serials
    if joined is not None and product is not None:
        form = joined.form_of(product)
    elif known:
        form = tables.format_of(_format_code(found.model), known)
    else:
        raise FormatMissing(model=found.model)
    every = rules_of(found, form, wish.question, possible=wish.possible, at=at)
    made = unsaid(every, joined) if joined is not None and not wish.replaces else every
    change = against(
        joined,
        found.model,
        tables=made.rules,
        files=made.files,
        replaces=wish.replaces,
        serials=fitting(known, form)[0] if product else _named(found, wish),
    )
    whole = wish.replaces or product is None
    held = _held(graph, reached, items, wish) if whole else _held_of(graph, items, change.added)
    holders = Holders(network)
    population = shares(held, holders, shops_sold=wish.shops_sold)
    stock = in_shops(held, holders)
    return Part(
        model=found.model,
        found=found,
        form=form,
        fresh=product is None,
        made=made,
        known=len(every.rules) - len(made.rules),
        change=change,
        population=population,
        in_shops=sum(stock.values()),
        shops=len(stock),
        parties=known_parties(network, {share.party for share in population if share.party}),
    )


def _named(found: ModelScope, wish: Wish) -> tuple[str, ...]:
    return (*found.certain, *(found.possible if wish.possible else ()))


def _held(
    graph: Graph, found: Forward, items: list[Item], wish: Wish
) -> dict[tuple[str, str], int]:
    """Return where everything affected of these items is now, as whole pieces."""
    codes = {item.code for item in items}
    held: Counter[tuple[str, str]] = Counter()
    for each in found.holders():
        if each.item in codes:
            pieces = each.certain + (each.possible if wish.possible else 0)
            held[each.party, each.place] += round(pieces)
    return dict(held)


def _held_of(
    graph: Graph, items: list[Item], serials: tuple[str, ...]
) -> dict[tuple[str, str], int]:
    """Return where these very units are now: they are asked for as suspects themselves."""
    codes = [unit(item.code, serial) for item in items for serial in serials]
    numbers = graph.numbers(codes)
    there = [code for code, number in zip(codes, numbers.tolist(), strict=True) if number >= 0]
    if not there:
        return {}
    mine = {item.code for item in items}
    held: Counter[tuple[str, str]] = Counter()
    for each in forward(graph, there).holders():
        if each.item in mine:
            held[each.party, each.place] += round(each.certain)
    return dict(held)


def _with(data: dict[str, Any], network: Network, part: Part, wish: Wish) -> dict[str, Any]:
    if part.fresh:
        item = units.items_of(network, part.model)[0]
        data = tables.with_product(tables.with_format(data, part.form), item, part.form.code)
        if not data["recall"].get("brand"):
            data = {**data, "recall": {**data["recall"], "brand": item.brand}}
    replaces = wish.replaces or (part.fresh and not wish.draft)
    data = tables.with_rules(data, part.model, part.made.rules, replaces=replaces)
    return tables.with_population(
        data, part.model, part.population, part.parties, replaces=replaces
    )


def _format_code(model: str) -> str:
    plain = "".join(letter for letter in model.lower() if letter.isascii() and letter.isalnum())
    return f"{plain or 'serial'}-traced"
