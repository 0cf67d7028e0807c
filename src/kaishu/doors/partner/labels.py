"""Closed codes in the words of the depot: outcomes, states, steps, reasons."""

from __future__ import annotations

from django.utils.translation import pgettext

WORDS = {
    "outcome.ok": "The product, intact",
    "outcome.swollen": "The product, swollen",
    "outcome.hot": "The product, hot",
    "outcome.leaking": "The product, leaking",
    "outcome.unknown": "Unknown",
    "outcome.wrong_item": "A wrong item",
    "outcome.empty": "An empty parcel",
    "outcome.contested": "Put it apart",
    "key.ok": "Intact",
    "key.swollen": "Swollen",
    "key.hot": "Hot",
    "key.leaking": "Leaking",
    "key.wrong_item": "Wrong item",
    "key.empty": "Empty parcel",
    "key.several": "Several in it",
    "key.unknown": "Unknown, no label",
    "container.open": "open",
    "container.sealed": "sealed",
    "container.given": "waits for the recycler",
    "container.handed_over": "handed over",
    "container.part_certified": "certified in part",
    "container.certified": "certified",
    "kind.box": "Box",
    "kind.drum": "Drum",
    "kind.case": "Fireproof case",
    "step.opened": "Opened",
    "step.sealed": "Sealed",
    "step.unsealed": "Seal broken",
    "step.given": "Signed away by the depot",
    "step.given_back": "Signature taken back",
    "step.taken": "Taken by the recycler",
    "unseal.wrong_content": "Something wrong is in it",
    "unseal.count_again": "To count again",
    "unseal.damaged": "The container is damaged",
    "unseal.seal_broken": "The seal was found broken",
    "unseal.short": "fewer than on the paper",
    "count.going": "being counted",
    "count.counted": "waits for the second person",
    "count.posted": "posted",
    "count.dropped": "dropped",
    "pool.maker": "maker's stock",
    "pool.distributor": "distributor's stock",
    "pool.retailer": "shop stock",
    "pool.consumer": "from owners",
    "pool.stray": "strays",
    "signed.account": "own account",
    "signed.code": "one-time code",
    "signed.paper": "on paper",
}


def label(family: str, code: object) -> str:
    """Say a code of a family; a code without a word is shown as it is, never hidden."""
    msgid = WORDS.get(f"{family}.{code}")
    return pgettext("word", msgid) if msgid else str(code)
