"""Keep what an operator types for a caller until it is sent."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="CallDraft",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("by", models.CharField(max_length=150)),
                ("sealed", models.BinaryField(null=True)),
                ("made_at", models.DateTimeField()),
                ("touched_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("case_nos", models.CharField(blank=True, max_length=120)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(sent_at=None, case_nos="", sealed__isnull=False)
                        | (Q(sent_at__isnull=False, sealed=None) & ~Q(case_nos="")),
                        name="call_draft_sent_keeps_nothing",
                    )
                ],
                "indexes": [
                    models.Index(fields=["by", "touched_at"], name="call_draft_by_operator"),
                    models.Index(fields=["touched_at"], name="call_draft_by_age"),
                ],
            },
        ),
    ]
