"""Keep who did what about a shop: sent, gave or renewed its link, closed it, opened it again."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from kaishu.base.guards import append_only

DONE = ("sent", "reminded", "given", "renewed", "closed", "opened")
REASONS = ("shut_down", "never_sold_it", "listed_twice", "told_by_phone")


class Migration(migrations.Migration):
    dependencies = [("returns", "0005_trade")]

    operations = [
        migrations.CreateModel(
            name="TradeStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.CharField(max_length=12)),
                ("reason", models.CharField(blank=True, max_length=20)),
                ("by", models.CharField(max_length=150)),
                ("at", models.DateTimeField()),
                (
                    "site",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="returns.tradesite",
                    ),
                ),
            ],
            options={
                "ordering": ("id",),
                "constraints": [
                    models.CheckConstraint(condition=Q(step__in=DONE), name="trade_done_known"),
                    models.CheckConstraint(
                        condition=~Q(step="closed") | Q(reason__in=REASONS),
                        name="trade_closed_with_reason",
                    ),
                ],
            },
        ),
        *append_only("returns_tradestep"),
    ]
