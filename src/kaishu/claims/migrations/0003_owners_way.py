import django.db.models.deletion
from django.db import migrations, models

from kaishu.base.guards import append_only, immutable_columns

# The words for a unit's condition before this version, and what they are called now.
RENAMED = {"fine": "intact", "smoke": "hot", "fire": "hot"}
CLAIM = (
    "case_no",
    "recall_id",
    "person_id",
    "door",
    "by",
    "key",
    "request_hash",
    "submitted_at",
)


def rename_conditions(apps, _editor):
    """Say each stored condition in today's words."""
    units = apps.get_model("claims", "ClaimUnit").objects
    for was, now in RENAMED.items():
        units.filter(condition=was).update(condition=now)


class Migration(migrations.Migration):
    dependencies = [
        ("claims", "0002_append_only"),
    ]

    operations = [
        migrations.AddField(
            model_name="claim",
            name="link_no",
            field=models.SmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="claim",
            name="mail_confirmed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="EvidenceErased",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("why", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                (
                    "evidence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="erased",
                        to="claims.evidence",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("sealed", models.BinaryField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "claim_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="claims.claimunit",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="claims.decision",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AccessCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code_hash", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField()),
                ("tries", models.SmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "claim",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="codes",
                        to="claims.claim",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["claim", "made_at"], name="access_code_by_claim")],
            },
        ),
        *immutable_columns("claims_claim", CLAIM),
        *append_only("claims_evidenceerased"),
        migrations.RunPython(rename_conditions, migrations.RunPython.noop),
    ]
