"""Keep how a consent was given, and by whom it was written down where that was not the person."""

from django.db import migrations, models

from kaishu.base.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("people", "0002_file_look")]

    operations = [
        migrations.AddField(
            "consent", "channel", models.CharField(blank=True, default="", max_length=10)
        ),
        migrations.AddField(
            "consent", "by", models.CharField(blank=True, default="", max_length=150)
        ),
        # The rebuilt table has lost its triggers on SQLite.
        *append_only("people_consent"),
    ]
