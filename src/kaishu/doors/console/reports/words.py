"""Closed codes of the report pages in the words of staff; `labels.label` says them."""

from __future__ import annotations

WORDS = {
    # reports: figures, rules, what is due, corrective actions, what became of a filed report
    "figure.target": "Target",
    "figure.done": "Units done",
    "figure.gone": "Known to be gone",
    "figure.accounted": "Accounted for",
    "figure.open": "Outstanding",
    "figure.disposed": "Certified as disposed of",
    "figure.paid": "Paid to owners",
    "rule.unit_collected": "Done = collected, repaired or made safe",
    "rule.unit_ended": "Done = disposed of, repaired or made safe",
    "rule.promise_settled": "Done = the owner has the whole remedy",
    "rule.either": "Done = collected, or the owner has the whole remedy",
    "duty.report": "report",
    "duty.corrective": "corrective action",
    "duty.incident": "incident",
    "corrective.due_moved": "Move the date",
    "corrective.done": "It was done",
    "corrective.effective": "It works",
    "corrective.not_effective": "It does not work",
    "stand.open": "To be done",
    "stand.done": "Done, effect not checked",
    "stand.effective": "Done, and it works",
    "stand.not_effective": "Done, but it does not work",
    "filed.reference": "Their number",
    "filed.resent": "Sent again",
    "filed.verified": "Run again, equal",
    "filed.differs": "Run again, not equal",
    "pool.maker": "Maker",
    "pool.distributor": "Distributors",
    "pool.retailer": "Retailers",
    "pool.consumer": "Owners",
}
