"""Count kits on the shelf and on order, remember who was reminded, and by which carrier kits left."""

import django.db.models.deletion
from django.db import migrations, models

from kaishu.base.guards import append_only, immutable_columns


class Migration(migrations.Migration):
    dependencies = [
        ("returns", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="KitOrder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recall_id", models.IntegerField()),
                ("kit", models.CharField(max_length=40)),
                ("quantity", models.IntegerField()),
                ("due_on", models.DateField()),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(max_length=80)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.CharField(blank=True, max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="KitReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recall_id", models.IntegerField()),
                ("kit", models.CharField(max_length=40)),
                ("quantity", models.IntegerField()),
                ("why", models.CharField(max_length=10)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(max_length=80)),
            ],
        ),
        migrations.CreateModel(
            name="KitReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.SmallIntegerField()),
                ("message_id", models.BigIntegerField(null=True)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="kit",
            name="carrier",
            field=models.CharField(max_length=40, null=True),
        ),
        migrations.AddIndex(
            model_name="kit",
            index=models.Index(fields=["at"], name="kit_by_time"),
        ),
        migrations.AddIndex(
            model_name="kitorder",
            index=models.Index(
                condition=models.Q(("closed_at", None)),
                fields=["recall_id", "due_on"],
                name="kit_order_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="kitorder",
            constraint=models.UniqueConstraint(fields=("by", "key"), name="kit_order_key_once"),
        ),
        migrations.AddConstraint(
            model_name="kitorder",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gte", 1)), name="kit_order_positive"
            ),
        ),
        migrations.AddField(
            model_name="kitreceipt",
            name="order",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="returns.kitorder",
            ),
        ),
        migrations.AddField(
            model_name="kitreminder",
            name="kit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reminders",
                to="returns.kit",
            ),
        ),
        migrations.AddIndex(
            model_name="kitreceipt",
            index=models.Index(fields=["recall_id", "kit"], name="kit_receipt_by_kind"),
        ),
        migrations.AddConstraint(
            model_name="kitreceipt",
            constraint=models.UniqueConstraint(fields=("by", "key"), name="kit_receipt_key_once"),
        ),
        migrations.AddConstraint(
            model_name="kitreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("why__in", ("received", "counted", "spoilt"))),
                name="kit_receipt_why_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="kitreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quantity__gte", 1), ("why", "received")),
                    models.Q(("quantity__lte", -1), ("why", "spoilt")),
                    models.Q(("why", "counted"), models.Q(("quantity", 0), _negated=True)),
                    _connector="OR",
                ),
                name="kit_receipt_quantity",
            ),
        ),
        migrations.AddConstraint(
            model_name="kitreminder",
            constraint=models.UniqueConstraint(fields=("kit", "number"), name="kit_reminder_once"),
        ),
        migrations.AddConstraint(
            model_name="kitreminder",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gte", 1), ("number__lte", 3)),
                name="kit_reminder_number",
            ),
        ),
        *append_only("returns_kitreceipt"),
        *append_only("returns_kitreminder"),
        *immutable_columns(
            "returns_kitorder", ("recall_id", "kit", "quantity", "due_on", "by", "at", "key")
        ),
    ]
