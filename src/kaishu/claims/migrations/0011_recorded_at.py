"""Keep when a claim was written down beside when it was sent; so far they were the same."""

from django.db import migrations, models

from kaishu.base.guards import immutable_columns

# What migration 0010 fixed, and the second time.
FIXED = (
    "case_no",
    "recall_id",
    "person_id",
    "door",
    "by",
    "key",
    "request_hash",
    "submitted_at",
    "region",
    "recorded_at",
)


class Migration(migrations.Migration):
    dependencies = [("claims", "0010_region")]
    operations = [
        migrations.AddField("claim", "recorded_at", models.DateTimeField(null=True)),
        migrations.RunSQL(
            "UPDATE claims_claim SET recorded_at = submitted_at", migrations.RunSQL.noop
        ),
        migrations.AlterField("claim", "recorded_at", models.DateTimeField()),
        *immutable_columns("claims_claim", FIXED),
    ]
