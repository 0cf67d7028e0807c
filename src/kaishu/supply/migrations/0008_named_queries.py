import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("supply", "0007_brought_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="capturejob",
            name="header",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="capturejob",
            name="place",
            field=models.CharField(default="/epcisBody/eventList", max_length=60),
        ),
        migrations.CreateModel(
            name="NamedQuery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("party", models.CharField(blank=True, max_length=40)),
                ("name", models.CharField(max_length=100)),
                ("query", models.JSONField(default=dict)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="queries",
                        to="supply.network",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("network", "party", "name"), name="named_query_once"
                    )
                ],
            },
        ),
    ]
