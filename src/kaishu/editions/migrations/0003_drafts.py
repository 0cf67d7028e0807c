"""Recall drafts, their revisions, and proposals that wait for a second person."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

from kaishu.base.guards import append_only, immutable_columns

# What a proposal asks for never changes; only how it was settled is written later.
FIXED = (
    "act",
    "slug",
    "revision_id",
    "content",
    "reason",
    "words",
    "proposed_by",
    "proposed_at",
)


class Migration(migrations.Migration):
    """Create the three tables and their guards."""

    dependencies = [
        ("editions", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="RecallDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.CharField(blank=True, max_length=80)),
                ("market", models.CharField(blank=True, max_length=8)),
                ("version", models.PositiveIntegerField(default=0)),
                ("open", models.BooleanField(default=True)),
                ("created_by", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField()),
                (
                    "based_on",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="editions.edition",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("files", models.JSONField(default=dict)),
                ("section", models.CharField(max_length=20)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="editions.recalldraft",
                    ),
                ),
            ],
            options={
                "ordering": ("draft_id", "number"),
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[("publish", "Publish"), ("close", "Close"), ("reopen", "Reopen")],
                        max_length=10,
                    ),
                ),
                ("slug", models.CharField(max_length=80)),
                ("content", models.CharField(blank=True, max_length=64)),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("words", models.TextField(blank=True)),
                ("proposed_by", models.CharField(max_length=150)),
                ("proposed_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("done", "Done"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("settled_by", models.CharField(blank=True, max_length=150)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "edition",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="editions.edition",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="editions.revision",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(
                fields=("draft", "number"), name="revision_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "done"), _negated=True),
                    models.Q(
                        models.Q(("settled_by", ""), _negated=True),
                        models.Q(("settled_by", models.F("proposed_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="proposal_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act", "publish"), _negated=True),
                    models.Q(("revision__isnull", False), models.Q(("content", ""), _negated=True)),
                    _connector="OR",
                ),
                name="proposal_publishes_a_revision",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "waiting")),
                fields=("slug",),
                name="proposal_one_waiting",
            ),
        ),
        *append_only("editions_revision"),
        *immutable_columns("editions_proposal", FIXED),
    ]
