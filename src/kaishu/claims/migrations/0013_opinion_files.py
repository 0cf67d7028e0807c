"""Keep which files were there when a decision was drawn for a second opinion."""

from django.db import migrations, models

from kaishu.base.guards import immutable_columns

# What migration 0012 fixed, and the newest file.
FIXED = (
    "decision_id",
    "claim_unit_id",
    "recall_id",
    "first",
    "first_by",
    "drawn_at",
    "newest_file",
)


class Migration(migrations.Migration):
    dependencies = [("claims", "0012_second_opinions")]
    operations = [
        migrations.AddField("secondopinion", "newest_file", models.BigIntegerField(null=True)),
        *immutable_columns("claims_secondopinion", FIXED),
    ]
