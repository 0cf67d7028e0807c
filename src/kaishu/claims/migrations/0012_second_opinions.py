"""Draw decided claims for a second opinion."""

import django.db.models.deletion
from django.db import migrations, models

from kaishu.base.guards import immutable_columns

# What was drawn stays as it was drawn.
FIXED = ("decision_id", "claim_unit_id", "recall_id", "first", "first_by", "drawn_at")


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0011_recorded_at"),
    ]

    operations = [
        migrations.CreateModel(
            name="SecondOpinion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recall_id", models.IntegerField()),
                ("first", models.CharField(max_length=10)),
                ("first_by", models.CharField(max_length=150)),
                ("drawn_at", models.DateTimeField()),
                ("answer", models.CharField(blank=True, max_length=10)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("by", models.CharField(blank=True, max_length=150)),
                ("answered_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=10)),
                ("settled_by", models.CharField(blank=True, max_length=150)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "claim_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinions",
                        to="claims.claimunit",
                    ),
                ),
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="opinion",
                        to="claims.decision",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at", None)),
                        fields=["drawn_at"],
                        name="opinion_waiting",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("answered_at__isnull", False),
                            ("settled_at", None),
                            models.Q(("answer", models.F("first")), _negated=True),
                            models.Q(("answer", "passed"), _negated=True),
                        ),
                        fields=["answered_at"],
                        name="opinion_differing",
                    ),
                    models.Index(fields=["recall_id", "answered_at"], name="opinion_by_recall"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None), ("by", "")),
                            models.Q(
                                ("answer__in", ("approved", "refused", "asked", "passed")),
                                ("answered_at__isnull", False),
                                models.Q(("by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="opinion_answered_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by", models.F("first_by")), _negated=True),
                        name="opinion_needs_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("settled_at", None), ("settled_by", "")),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("outcome__in", ("first", "second", "both")),
                                ("settled_at__isnull", False),
                                models.Q(("settled_by", ""), _negated=True),
                                models.Q(("settled_by", models.F("by")), _negated=True),
                                models.Q(("settled_by", models.F("first_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="opinion_settled_by_a_third",
                    ),
                ],
            },
        ),
        *immutable_columns("claims_secondopinion", FIXED),
    ]
