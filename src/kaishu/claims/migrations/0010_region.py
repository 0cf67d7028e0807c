from django.db import migrations, models

from kaishu.base.guards import immutable_columns

# What migration 0003 fixed, and the region: where an owner answered from never changes.
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
)


class Migration(migrations.Migration):
    dependencies = [("claims", "0009_changes_agreed")]
    operations = [
        migrations.AddField(
            model_name="claim",
            name="region",
            field=models.CharField(blank=True, default="", max_length=20),
        ),
        *immutable_columns("claims_claim", FIXED),
    ]
