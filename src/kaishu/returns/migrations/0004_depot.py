"""Tie people to their sites, seal and sign containers, certify in parts, count a site."""

import django.db.models.deletion
from django.db import migrations, models

from kaishu.base.guards import append_only, immutable_columns


class Migration(migrations.Migration):
    dependencies = [
        ("returns", "0003_kit_stock"),
    ]

    operations = [
        migrations.CreateModel(
            name="CertificateFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=64, unique=True)),
                ("sha256", models.CharField(max_length=64)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="CertificateLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.IntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="ContainerStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=12)),
                ("seal_no", models.CharField(blank=True, max_length=40)),
                ("quantity", models.IntegerField()),
                ("reason", models.CharField(blank=True, max_length=40)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seal_no", models.CharField(blank=True, max_length=40)),
                ("stated", models.IntegerField()),
                ("given_by", models.CharField(max_length=150)),
                ("given_at", models.DateTimeField()),
                ("code_hash", models.CharField(blank=True, max_length=64)),
                ("code_until", models.DateTimeField(null=True)),
                ("counted", models.IntegerField(null=True)),
                ("taken_how", models.CharField(blank=True, max_length=10)),
                ("taken_by", models.CharField(blank=True, max_length=150)),
                ("sealed_name", models.BinaryField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
                ("withdrawn_by", models.CharField(blank=True, max_length=150)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ScanUndone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Stocktake",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recall_id", models.IntegerField()),
                ("site", models.CharField(max_length=40)),
                ("opened_by", models.CharField(max_length=150)),
                ("opened_at", models.DateTimeField()),
                ("counted_by", models.CharField(blank=True, max_length=150)),
                ("counted_at", models.DateTimeField(null=True)),
                ("posted_by", models.CharField(blank=True, max_length=150)),
                ("posted_at", models.DateTimeField(null=True)),
                ("dropped_by", models.CharField(blank=True, max_length=150)),
                ("dropped_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="StocktakeLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("product", models.CharField(max_length=40)),
                ("pool", models.CharField(max_length=12)),
                ("counted", models.IntegerField(default=0)),
                ("unnamed", models.IntegerField(null=True)),
                ("named", models.IntegerField(null=True)),
                ("missing", models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name="StocktakeSeen",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("unit_id", models.BigIntegerField()),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Workplace",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.CharField(max_length=150)),
                ("party", models.CharField(max_length=40)),
                ("tied_by", models.CharField(max_length=150)),
                ("tied_at", models.DateTimeField()),
                ("untied_by", models.CharField(blank=True, max_length=150)),
                ("untied_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="scan",
            name="scan_outcome_known",
        ),
        migrations.AddField(
            model_name="certificate",
            name="net_g",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="certificate",
            name="units",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="container",
            name="kind",
            field=models.CharField(default="box", max_length=10),
        ),
        migrations.AddField(
            model_name="container",
            name="max_net_g",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="container",
            name="max_units",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="container",
            name="max_wh",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="container",
            name="net_g",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="container",
            name="seal_no",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="scan",
            name="from_party",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AlterField(
            model_name="certificate",
            name="container",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certificates",
                to="returns.container",
            ),
        ),
        migrations.AlterField(
            model_name="scan",
            name="case_no",
            field=models.CharField(blank=True, max_length=12),
        ),
        migrations.AlterField(
            model_name="scan",
            name="unit_no",
            field=models.SmallIntegerField(null=True),
        ),
        migrations.AddConstraint(
            model_name="certificate",
            constraint=models.UniqueConstraint(
                fields=("container", "certificate_no"), name="certificate_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="container",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ("box", "drum", "case"))),
                name="container_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="scan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "outcome__in",
                        (
                            "ok",
                            "swollen",
                            "hot",
                            "leaking",
                            "wrong_item",
                            "empty",
                            "contested",
                            "unknown",
                        ),
                    )
                ),
                name="scan_outcome_known",
            ),
        ),
        migrations.AddField(
            model_name="certificatefile",
            name="certificate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="files",
                to="returns.certificate",
            ),
        ),
        migrations.AddField(
            model_name="certificateline",
            name="certificate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="returns.certificate",
            ),
        ),
        migrations.AddField(
            model_name="certificateline",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="certified",
                to="returns.containerunit",
            ),
        ),
        migrations.AddField(
            model_name="containerstep",
            name="container",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="steps",
                to="returns.container",
            ),
        ),
        migrations.AddField(
            model_name="handover",
            name="container",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="hand_overs",
                to="returns.container",
            ),
        ),
        migrations.AddField(
            model_name="scanundone",
            name="scan",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="undone",
                to="returns.scan",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dropped_at__isnull", True), ("posted_at__isnull", True)),
                fields=("recall_id", "site"),
                name="stocktake_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("posted_at__isnull", True),
                    models.Q(
                        ("counted_at__isnull", False),
                        models.Q(("posted_by", models.F("counted_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="stocktake_two_people",
            ),
        ),
        migrations.AddField(
            model_name="stocktakeline",
            name="stocktake",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="returns.stocktake",
            ),
        ),
        migrations.AddField(
            model_name="stocktakeseen",
            name="stocktake",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seen",
                to="returns.stocktake",
            ),
        ),
        migrations.AddIndex(
            model_name="workplace",
            index=models.Index(fields=["party", "untied_at"], name="workplace_by_party"),
        ),
        migrations.AddConstraint(
            model_name="workplace",
            constraint=models.UniqueConstraint(
                condition=models.Q(("untied_at__isnull", True)),
                fields=("account", "party"),
                name="workplace_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="certificatefile",
            constraint=models.UniqueConstraint(
                fields=("certificate", "sha256"), name="certificate_file_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="certificateline",
            constraint=models.UniqueConstraint(
                fields=("certificate", "line"), name="certified_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="certificateline",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 1)), name="certified_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="containerstep",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("step__in", ("opened", "sealed", "unsealed", "given", "given_back", "taken"))
                ),
                name="container_step_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at__isnull", True)),
                fields=("container",),
                name="hand_over_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("taken_at__isnull", True),
                    models.Q(("counted__gte", 0), ("taken_how__in", ("account", "code", "paper"))),
                    _connector="OR",
                ),
                name="hand_over_taken_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeline",
            constraint=models.UniqueConstraint(
                fields=("stocktake", "product", "pool"), name="stocktake_line_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeline",
            constraint=models.CheckConstraint(
                condition=models.Q(("counted__gte", 0)), name="stocktake_line_count"
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeseen",
            constraint=models.UniqueConstraint(fields=("stocktake", "unit_id"), name="seen_once"),
        ),
        # SQLite made the first two tables anew; their triggers went with the old ones.
        *append_only("returns_scan"),
        *append_only("returns_certificate"),
        *append_only("returns_scanundone"),
        *append_only("returns_containerstep"),
        *append_only("returns_certificateline"),
        *append_only("returns_certificatefile"),
        *immutable_columns(
            "returns_handover", ("container_id", "seal_no", "stated", "given_by", "given_at")
        ),
        *immutable_columns("returns_workplace", ("account", "party", "tied_by", "tied_at")),
    ]
