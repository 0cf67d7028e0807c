"""Know which wishes belong to one address, so that one mail tells of them all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_calls_taken")]

    operations = [
        migrations.AddField(
            "watch",
            "owner",
            models.CharField(blank=True, db_index=True, default="", max_length=64),
        ),
    ]
