"""A closing says when the first of its moves was recorded: an earlier knowledge may skip it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0003_daily_roots"),
    ]

    operations = [
        migrations.AddField(
            model_name="closing",
            name="first_recorded_at",
            field=models.DateTimeField(null=True),
        ),
    ]
