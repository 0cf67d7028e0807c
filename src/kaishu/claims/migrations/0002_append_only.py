"""Refuse changes of decisions, and of what a claim first said, in the database itself."""

from django.db import migrations

from kaishu.base.guards import append_only, immutable_columns

CLAIM = (
    "case_no",
    "recall_id",
    "person_id",
    "door",
    "by",
    "key",
    "request_hash",
    "submitted_at",
)
CLAIM_UNIT = (
    "claim_id",
    "unit_no",
    "edition_id",
    "serial_typed",
    "verdict_answer",
    "verdict_reason",
    "order_amount",
)


class Migration(migrations.Migration):
    dependencies = [("claims", "0001_initial")]

    operations = [
        *append_only("claims_decision"),
        *append_only("claims_evidence"),
        *immutable_columns("claims_claim", CLAIM),
        *immutable_columns("claims_claimunit", CLAIM_UNIT),
    ]
