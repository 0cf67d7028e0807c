"""The closed reasons of payouts: why something came back, and why a batch was not paid."""

from __future__ import annotations

# Only the owner can put these right, so the promise waits until somebody noted that they did.
OWNER_CORRECTS = ("account_unknown", "account_closed", "name_differs", "not_deliverable")

# Why a batch was taken back by its maker, or refused by another.
BATCH_ENDS = (
    "amount_wrong",
    "payee_wrong",
    "more_than_expected",
    "made_twice",
    "new_facts",
    "other",
)

# Why an issued code is void, and why a parcel with goods came back.
CODE_ENDS = ("code_rejected", "code_leaked", "code_mistake")
GOODS_BACK = ("not_deliverable", "not_accepted", "lost_on_the_way")
