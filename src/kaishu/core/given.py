"""What people give of a unit besides its serial, in the recall's own words.

What could be one of the recall's own, written otherwise, is not known: that leads to a question,
where another word would have been a wrong "not affected".
"""

from __future__ import annotations

import re
import unicodedata

from kaishu.core.recall import Product, Recall

# Markets that nobody can mean one of by another's name.
_APART = frozenset({"jp", "cn", "us"})
# What stands before a batch on a label, once its spaces are gone; what is lost or mistaken in it.
_BATCH_LABEL = re.compile(
    r"^(?:lot|batch|ロット|製造ロット|生产批次|批次|批号)(?:no|code|番号|号|编号|number|[.#])*[:.#=は-]*"
)
_ALIKE = str.maketrans("oil", "011", "-_./·・,:;'\"#")


def find_market(recall: Recall, given: str) -> str:
    """Return a market as it was given, or nothing where nobody can tell it from the recall's own.

    "Japan" for jp, or a country of the EU for eu, must lead to a question and never to a "no".
    """
    wanted = folded(given)
    if wanted not in markets_of(recall):
        return ""
    return given.strip() if given.strip().lower() == wanted else wanted


def markets_of(recall: Recall) -> frozenset[str]:
    """Return every market that a person may name: those of the recall, and those surely apart."""
    named = {market.lower() for rule in recall.rules for market in rule.when.markets}
    named.add(recall.market.lower())
    apart = {"eu"} if named <= _APART | {"eu"} else set()
    return frozenset(named | _APART | apart | {"other"})


def find_batch(recall: Recall, product: Product, given: str) -> str:
    """Return a batch as the rules write it, or as it was given where no rule names it.

    What differs from a named batch only in its hyphens, its leading zeros or a look-alike may be
    that batch, and is then not known: a question, never a "no".
    """
    rules = (rule for rule in recall.rules if rule.product == product.model)
    named = tuple(dict.fromkeys(batch for rule in rules for batch in rule.when.batches))
    wanted = folded(given)
    bare = _BATCH_LABEL.sub("", wanted) or wanted
    for spelled in (wanted, bare):
        for batch in named:
            if folded(batch) == spelled:
                return batch
    near = _near(bare)
    return "" if any(_near(folded(batch)) == near for batch in named) else given.strip()


def _near(batch: str) -> str:
    """Return a batch without what people and spreadsheets leave away or mistake."""
    return batch.translate(_ALIKE).lstrip("0")


def folded(text: str) -> str:
    """Return a code as two people who write it differently would both find it."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
