"""Let a claim be found by what its owner says, and the telephone change it with care."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from kaishu.base.guards import append_only

OUTCOMES = ("applied", "stopped")


def _id():
    return (
        "id",
        models.BigAutoField(
            auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
        ),
    )


def _claim(on_delete, name, **more):
    return (
        "claim",
        models.ForeignKey(on_delete=on_delete, related_name=name, to="claims.claim", **more),
    )


class Migration(migrations.Migration):
    dependencies = [("claims", "0005_review")]

    operations = [
        migrations.AddField("note", "by", models.CharField(blank=True, default="", max_length=150)),
        migrations.AddIndex(
            "claimunit",
            models.Index(
                fields=["serial"],
                name="claim_unit_serial_start",
                opclasses=("varchar_pattern_ops",),
            ),
        ),
        migrations.CreateModel(
            name="SearchKey",
            fields=[
                _id(),
                ("token", models.BigIntegerField()),
                _claim(django.db.models.deletion.CASCADE, "search_keys", db_index=False),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("token", "claim"), name="search_key_once")
                ],
                "indexes": [models.Index(fields=["claim"], name="search_key_by_claim")],
            },
        ),
        migrations.CreateModel(
            name="CallerCheck",
            fields=[
                _id(),
                ("facts", models.CharField(max_length=60)),
                ("passed", models.BooleanField()),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                _claim(django.db.models.deletion.PROTECT, "caller_checks"),
            ],
            options={
                "indexes": [models.Index(fields=["claim", "at"], name="caller_check_by_claim")]
            },
        ),
        migrations.CreateModel(
            name="ContactChange",
            fields=[
                _id(),
                ("sealed", models.BinaryField(null=True)),
                ("fields", models.CharField(max_length=80)),
                ("by", models.CharField(max_length=150)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.CharField(blank=True, max_length=150)),
                ("outcome", models.CharField(blank=True, max_length=10)),
                _claim(django.db.models.deletion.PROTECT, "contact_changes"),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(done_at=None, outcome="")
                        | Q(done_at__isnull=False, outcome__in=OUTCOMES, sealed=None),
                        name="contact_change_done_keeps_nothing",
                    ),
                    models.UniqueConstraint(
                        fields=("claim",),
                        condition=Q(done_at=None),
                        name="contact_change_one_waits",
                    ),
                ],
                "indexes": [
                    models.Index(
                        fields=["due_at"], condition=Q(done_at=None), name="contact_change_due"
                    )
                ],
            },
        ),
        *append_only("claims_callercheck"),
    ]
