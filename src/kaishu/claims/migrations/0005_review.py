"""Let the review queue filter on columns: standing, urgency, who took it."""

from datetime import UTC, datetime

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery

from kaishu.base.guards import immutable_columns

STANDINGS = ("open", "asked", "approved", "refused", "withdrawn")
DANGEROUS = ("swollen", "hot", "leaking", "wet")
FIXED = (
    "claim_id",
    "unit_no",
    "edition_id",
    "serial_typed",
    "verdict_answer",
    "verdict_reason",
    "order_amount",
    "waits_since",
)


def fill(apps, editor):
    """Copy what the queues filter on from where it was read so far.

    A row changed twice in one transaction leaves PostgreSQL a check of its references to do at
    the end, and it alters no table before that: so the checks are done here.
    """
    units = apps.get_model("claims", "ClaimUnit").objects
    claims = apps.get_model("claims", "Claim").objects
    decisions = apps.get_model("claims", "Decision").objects
    sent = claims.filter(id=OuterRef("claim_id")).values("submitted_at")
    units.update(waits_since=Subquery(sent))
    standing = decisions.filter(id=OuterRef("newest_decision_id")).values("standing")
    units.filter(newest_decision__isnull=False).update(standing=Subquery(standing))
    units.filter(condition__in=DANGEROUS).update(urgency=0)
    if editor.connection.vendor == "postgresql":
        editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        editor.execute("SET CONSTRAINTS ALL DEFERRED")


def _id():
    return (
        "id",
        models.BigAutoField(
            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
        ),
    )


def _claim(on_delete, name):
    return (
        "claim",
        models.ForeignKey(on_delete=on_delete, related_name=name, to="claims.claim"),
    )


class Migration(migrations.Migration):
    dependencies = [("claims", "0004_condition_settled")]

    operations = [
        migrations.AddField(
            "claimunit", "standing", models.CharField(default="open", max_length=10)
        ),
        migrations.AddField("claimunit", "urgency", models.SmallIntegerField(default=1)),
        migrations.AddField(
            "claimunit",
            "waits_since",
            models.DateTimeField(default=datetime(2000, 1, 1, tzinfo=UTC)),
            preserve_default=False,
        ),
        migrations.AddField(
            "claimunit",
            "assigned_to",
            models.CharField(blank=True, default="", max_length=150),
        ),
        migrations.AddField("claimunit", "held_until", models.DateTimeField(null=True)),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddConstraint(
            "claimunit",
            models.CheckConstraint(
                condition=Q(standing__in=STANDINGS), name="claim_unit_standing_known"
            ),
        ),
        migrations.AddIndex(
            "claimunit",
            models.Index(
                fields=["standing", "contested", "urgency", "waits_since"],
                name="claim_unit_waiting",
            ),
        ),
        migrations.AddIndex(
            "claimunit",
            models.Index(fields=["standing", "waits_since"], name="claim_unit_by_standing"),
        ),
        migrations.AddIndex(
            "claimunit",
            models.Index(
                fields=["standing", "waits_since"],
                condition=Q(urgency=0),
                name="claim_unit_urgent",
            ),
        ),
        migrations.AddIndex(
            "claimunit",
            models.Index(
                fields=["assigned_to", "standing"],
                condition=~Q(assigned_to=""),
                name="claim_unit_mine",
            ),
        ),
        migrations.AddIndex(
            "claimunit",
            models.Index(
                fields=["held_until"],
                condition=Q(held_until__isnull=False),
                name="claim_unit_held",
            ),
        ),
        migrations.AddIndex(
            "claimunit",
            models.Index(
                fields=["recall_id", "serial"],
                condition=~Q(serial=""),
                name="claim_unit_same_serial",
            ),
        ),
        migrations.AddIndex(
            "claimunit",
            models.Index(
                fields=["recall_id", "order_no"],
                condition=~Q(order_no=""),
                name="claim_unit_same_order",
            ),
        ),
        migrations.AddIndex(
            "evidence", models.Index(fields=["sha256"], name="evidence_same_bytes")
        ),
        migrations.CreateModel(
            name="Reading",
            fields=[
                _id(),
                ("by", models.CharField(max_length=150)),
                ("since", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                _claim(django.db.models.deletion.CASCADE, "readings"),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("claim", "by"), name="reading_one_a_person")
                ],
                "indexes": [models.Index(fields=["seen_at"], name="reading_by_time")],
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                _id(),
                ("name", models.CharField(max_length=60)),
                ("by", models.CharField(max_length=150)),
                ("shared", models.BooleanField(default=False)),
                ("query", models.CharField(max_length=600)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("by", "name"), name="filter_name_once")
                ],
            },
        ),
        # The rebuilt tables have lost their triggers on SQLite.
        *immutable_columns("claims_claimunit", FIXED),
    ]
