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
# Countries that nobody means one of by another's code, so none where the recall names only these.
# Not in it: CH, often written for China; AT beside AU; BR (Britain); SA (South Africa); ID beside
# IN; and parts of another country. Those of Europe are told apart from the others only.
_EUROPE = frozenset(
    {"be", "de", "dk", "es", "fi", "fr", "gb", "ie", "it", "nl", "no", "pl", "pt", "se"}
)
_FAR = frozenset({"ae", "au", "ca", "in", "kr", "mx", "my", "nz", "ph", "sg", "th", "tr", "vn"})
_COUNTRIES = _APART | _EUROPE | _FAR
_STATES = frozenset({"ca", "de", "in"})  # also states of the USA
# What stands before a batch on a label, once its spaces are gone; what is lost or mistaken in it.
_BATCH_LABEL = re.compile(
    r"^(?:lot|batch|ロット|製造ロット|生产批次|批次|批号)(?:no|code|番号|号|编号|number|[.#])*[:.#=は-]*"
)
_ALIKE = str.maketrans("oil", "011", "ー")  # the long mark is what the hyphen key writes
# Between words and between two batches; a hyphen joins one batch, and so does a point in a number.
_BETWEEN = re.compile(r"(?<=[^\W\d_])\.|[^\w.\u002d\u2010-\u2015\u2212\u30fc]+")
_MOST_JOINED = 4  # "23 05 A 1" is one batch, printed in groups


def find_market(recall: Recall, given: str) -> str:
    """Return a market as it was given, or nothing where nobody can tell it from the recall's own.

    "Japan" for jp, or a country of the EU for eu, must lead to a question and never to a "no"; the
    code of another country is that country.
    """
    wanted = folded(given)
    if wanted not in markets_of(recall):
        return ""
    return given.strip() if given.strip().lower() == wanted else wanted


def markets_of(recall: Recall) -> frozenset[str]:
    """Return every market that a person may name: those of the recall, and those surely apart."""
    named = {market.lower() for rule in recall.rules for market in rule.when.markets}
    named.add(recall.market.lower())
    european = bool(named & (_EUROPE | {"eu"}))
    apart = set(_COUNTRIES) if named <= _COUNTRIES | {"eu"} else set()
    apart -= _EUROPE if european else set()
    apart -= _STATES if "us" in named else set()
    apart |= {"eu"} if named <= _APART | _FAR else set()
    return frozenset(named | _APART | apart | {"other"})


def find_batch(recall: Recall, product: Product, given: str) -> str:
    """Return a batch as the rules write it, or as it was given where no rule names it.

    What differs from a named batch only in its signs, its leading zeros or a look-alike may be that
    batch, and so may one of several that were given, or one among other words. Where every named
    batch has a digit, what has none ("unknown") is no batch. None of it is known: a question,
    never a "no".
    """
    rules = (rule for rule in recall.rules if rule.product == product.model)
    named = tuple(dict.fromkeys(batch for rule in rules for batch in rule.when.batches))
    wanted = folded(given)
    bare = _BATCH_LABEL.sub("", wanted) or wanted
    for spelled in (wanted, bare):
        for batch in named:
            if folded(batch) == spelled:
                return batch
    near = {_near(folded(batch)) for batch in named}
    if not near.isdisjoint(map(_near, (bare, *_pieces(given)))):
        return ""
    is_word = not _has_digit(wanted) and all(_has_digit(batch) for batch in named)
    return "" if is_word else given.strip()


def _pieces(given: str) -> list[str]:
    """Return each word of what was given, and each few words as one."""
    words = _BETWEEN.split(unicodedata.normalize("NFKC", given).casefold())
    words = [word for word in words if _near(word)]
    return [
        "".join(words[start : start + length])
        for start in range(len(words))
        for length in range(1, _MOST_JOINED + 1)
    ]


def _near(batch: str) -> str:
    """Return a batch without what people and spreadsheets leave away or mistake."""
    return "".join(filter(str.isalnum, batch)).translate(_ALIKE).lstrip("0")


def _has_digit(text: str) -> bool:
    return any("0" <= each <= "9" for each in unicodedata.normalize("NFKC", text))


def folded(text: str) -> str:
    """Return a code as two people who write it differently would both find it."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()
