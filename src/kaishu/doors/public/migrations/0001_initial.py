import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("recall_slug", models.CharField(max_length=80)),
                ("sealed", models.BinaryField()),
                ("version", models.IntegerField(default=1)),
                ("made_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("sent_case_no", models.CharField(blank=True, max_length=12)),
            ],
            options={
                "indexes": [models.Index(fields=["expires_at"], name="draft_by_end")],
            },
        ),
    ]
