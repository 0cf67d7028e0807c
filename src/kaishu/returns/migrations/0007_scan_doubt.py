"""Keep with a scan why an item of unknown owner may be a recalled unit."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("returns", "0006_trade_steps")]

    # Empty and without a default: SQLite adds the column in place, and the triggers stay.
    operations = [
        migrations.AddField(model_name="scan", name="doubt", field=models.JSONField(null=True)),
    ]
