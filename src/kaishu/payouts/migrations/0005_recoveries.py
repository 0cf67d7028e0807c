"""Keep what two people say came back after it was paid."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from kaishu.base.guards import immutable_columns

REASONS = ("paid_in_error", "other_payee", "claim_untrue", "unit_of_another")


class Migration(migrations.Migration):
    dependencies = [("payouts", "0004_money_guards")]

    operations = [
        migrations.CreateModel(
            name="Recovery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=40)),
                ("document", models.CharField(max_length=80)),
                ("maker", models.CharField(max_length=80)),
                ("made_at", models.DateTimeField()),
                ("approver", models.CharField(max_length=80, null=True)),
                ("approved_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=80)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                (
                    "instruction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recoveries",
                        to="payouts.instruction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(("approver__isnull", True))
                        | (~Q(("approver", F("maker"))) & ~Q(("approver", ""))),
                        name="recovery_needs_two_people",
                    ),
                    models.CheckConstraint(
                        condition=Q(reason__in=REASONS) & ~Q(document="") & ~Q(maker=""),
                        name="recovery_has_reason_and_document",
                    ),
                    models.UniqueConstraint(
                        condition=Q(withdrawn_at=None),
                        fields=("instruction",),
                        name="recovery_once",
                    ),
                ],
            },
        ),
        *immutable_columns(
            "payouts_recovery", ("instruction_id", "reason", "document", "maker", "made_at")
        ),
    ]
