"""Let a person decide how a unit is: one more kind of decision."""

from django.db import migrations, models

from kaishu.base.guards import append_only

KINDS = (
    "approved",
    "refused",
    "asked",
    "answered",
    "inspected",
    "remedy_changed",
    "condition_settled",
    "withdrawn",
    "reopened",
)


class Migration(migrations.Migration):
    dependencies = [("claims", "0003_owners_way")]

    operations = [
        migrations.RemoveConstraint("decision", "decision_kind_known"),
        migrations.AddConstraint(
            "decision",
            models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="decision_kind_known"),
        ),
        # The rebuilt table has lost its triggers on SQLite.
        *append_only("claims_decision"),
    ]
