"""The scope that new rules join: of the published edition, or of a draft on the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from kaishu.core.pack import Pack
from kaishu.core.recall import Product, Recall, Rule, RuleKind, SerialFormat
from kaishu.editions.drafting import judging
from kaishu.editions.drafting.models import Revision
from kaishu.editions.problems import RECALL_FILE
from kaishu.supply.to_recall.errors import DraftUnreadable, FormatOfDraftMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """A recall as it is before a trace joins it.

    `recall` has the rules that can be asked; `rules` are all, also those that a draft has not
    finished. `finds` and `serials` are the lists by the number of their rule.
    """

    recall: Recall
    rules: tuple[Rule, ...]
    finds: Mapping[int, Callable[[bytes], int]]
    serials: Mapping[int, Callable[[], Iterable[bytes]]]

    def form_of(self, product: Product) -> SerialFormat:
        """Return how a product's serials are written; raises FormatOfDraftMissing."""
        named = (form for form in self.recall.formats if form.code == product.serial_format)
        form = next(named, None)
        if form is None or not form.alphabet or not form.lengths:
            raise FormatOfDraftMissing(model=product.model)
        return form


def of_pack(pack: Pack) -> Before:
    """Return the scope of a published edition."""
    lists = [rule.no for rule in pack.recall.rules if rule.kind is RuleKind.LIST]
    return Before(
        recall=pack.recall,
        rules=pack.recall.rules,
        finds={no: pack.index.section(no).find for no in lists},
        serials={no: pack.index.section(no).serials for no in lists},
    )


def of_draft(revision: Revision) -> Before:
    """Return the scope of a draft as far as it says one: a draft may lack all else.

    A rule with an error in it selects nothing yet. Raises DraftUnreadable.
    """
    loaded = judging.load(revision)
    if loaded.rough is None:
        raise DraftUnreadable(draft=revision.draft_id)
    wrong = {
        problem.path[1]
        for problem in loaded.errors
        if problem.file == RECALL_FILE and problem.path[:1] == ("rules",) and problem.path[1:]
    }
    sound = [
        rule
        for rule in loaded.rough.rules
        if rule.no - 1 not in wrong
        and (rule.kind is not RuleKind.LIST or rule.file in loaded.lists)
    ]
    lists = {rule.no: loaded.lists[rule.file] for rule in sound if rule.kind is RuleKind.LIST}
    return Before(
        recall=replace(loaded.rough, rules=tuple(sound)),
        rules=loaded.rough.rules,
        finds={no: find_in(frozenset(keys.tolist())) for no, keys in lists.items()},
        serials={no: keys.tolist for no, keys in lists.items()},
    )


def find_in(serials: frozenset[bytes]) -> Callable[[bytes], int]:
    """Return what looks serials up as a list of an edition does."""
    return lambda key: int(key in serials)
