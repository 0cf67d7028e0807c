"""Let somebody take a call, so that two people do not make it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0002_watch")]

    operations = [
        migrations.AddField(
            "callback", "taken_by", models.CharField(blank=True, default="", max_length=150)
        ),
        migrations.AddField("callback", "taken_at", models.DateTimeField(null=True)),
    ]
