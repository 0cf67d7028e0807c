"""Did you mean …? Serials one look-alike away from what was typed that the recall does know.

Only the recall's own table says what looks alike, only one character is changed, and only numbers
that are certainly recalled are named. Nothing is accepted for the person: they compare with the
label. Whoever calls this counts it as a look, so that nobody can fish for the list with it.
"""

from __future__ import annotations

from dataclasses import replace

from kaishu.core.answer import Inspection, judge, product_of
from kaishu.core.pack import Pack
from kaishu.core.recall import SerialFormat
from kaishu.core.serials import read
from kaishu.core.verdict import Answer, Verdict

MOST_ASKED = 64
MOST_SHOWN = 2
# Reasons by which a serial says what it is; a question that has another reason needs another fact.
DOUBTFUL = frozenset({"not_listed", "repair_changes_answer", "tail_safe", "tail_unknown"})


def candidates(serial: str, form: SerialFormat) -> tuple[str, ...]:
    """Return every serial that differs from this one in one look-alike, in order of place."""
    alike: dict[str, str] = {}
    for group in form.lookalikes:
        for character in group:
            others = group.replace(character, "")
            alike[character] = alike.get(character, "") + others
    found = (
        serial[:place] + other + serial[place + 1 :]
        for place, character in enumerate(serial)
        for other in alike.get(character, "")
    )
    return tuple(dict.fromkeys(found))[:MOST_ASKED]


def suggest(pack: Pack, inspection: Inspection, verdict: Verdict) -> tuple[str, ...]:
    """Return at most two recalled serials that look like the typed one; usually none.

    Every candidate is asked whatever the first ones say, so the time tells nothing. Where more
    than two are recalled the neighbourhood is dense and a suggestion would only give numbers away.
    """
    if verdict.answer is Answer.AFFECTED or verdict.reason not in DOUBTFUL:
        return ()
    product = product_of(pack.recall, inspection)
    if product is None:
        return ()
    form = pack.recall.serial_format(product)
    serial = read(inspection.serial, form).serial
    if serial is None or not form.unit_unique:
        return ()
    asked = [
        (each, judge(pack, replace(inspection, model=product.model, serial=each)).answer)
        for each in candidates(serial, form)
    ]
    alike = tuple(each for each, answer in asked if answer is Answer.AFFECTED)
    return alike if len(alike) <= MOST_SHOWN else ()
