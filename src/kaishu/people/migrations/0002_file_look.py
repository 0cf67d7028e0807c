from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from kaishu.base.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="FileLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("evidence_id", models.BigIntegerField()),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="file_looks",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "db_table": "people_file_look",
                "indexes": [models.Index(fields=["person", "at"], name="file_look_by_person")],
            },
        ),
        *append_only("people_file_look"),
    ]
