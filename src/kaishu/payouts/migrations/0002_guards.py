"""Refuse in the database itself what would make a payout untrue after the fact.

A batch keeps its maker (with the two-people constraint: nobody becomes another to approve), an
instruction its payee and amount; what a provider reported stays as reported.
"""

from django.db import migrations

from kaishu.base.guards import append_only, immutable_columns

INSTRUCTION = (
    "batch_id",
    "promise_id",
    "case_no",
    "unit_no",
    "attempt",
    "key",
    "provider",
    "commodity",
    "quantity",
    "payee",
)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial")]

    operations = [
        *append_only("payouts_providerevent"),
        *immutable_columns("payouts_batch", ("maker", "proposed_at", "totals", "digest")),
        *immutable_columns("payouts_instruction", INSTRUCTION),
    ]
