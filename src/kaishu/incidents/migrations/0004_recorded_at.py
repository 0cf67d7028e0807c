"""Keep when a report was written down here, beside when the company learned of it."""

from django.db import migrations, models

from kaishu.base.guards import immutable_columns
from kaishu.incidents.models import FIXED


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_tasks_and_filings")]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="recorded_at",
            field=models.DateTimeField(null=True),
        ),
        *immutable_columns("incidents_incident", (*FIXED, "recorded_at")),
    ]
