"""Keep which detail was shown, and find one member of staff's looks quickly."""

from __future__ import annotations

from django.db import migrations, models

from kaishu.base.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("people", "0003_consent_channel")]

    operations = [
        migrations.AddField(
            "reveallog", "field", models.CharField(default="contact", max_length=20)
        ),
        migrations.AddIndex("reveallog", models.Index(fields=["by", "at"], name="reveal_by_staff")),
        # The rebuilt table has lost its triggers on SQLite.
        *append_only("people_reveal"),
    ]
