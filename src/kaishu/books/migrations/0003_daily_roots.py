"""Daily roots that prove single entries: a Merkle root that stands on the root of the day before.

Nothing recorded the roots of the first form outside of tests, so they are not taken over.
"""

from django.db import migrations, models

from kaishu.base.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("books", "0002_closings"),
    ]

    operations = [
        migrations.DeleteModel("DailyRoot"),
        migrations.CreateModel(
            name="DailyRoot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("entries", models.IntegerField()),
                ("previous", models.CharField(max_length=64)),
                ("root", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField()),
            ],
        ),
        *append_only("books_dailyroot"),
    ]
