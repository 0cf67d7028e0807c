"""Let a change by telephone without an old mail wait for a second person."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("claims", "0008_imports")]

    operations = [
        migrations.AddField("contactchange", "needs_second", models.BooleanField(default=False)),
        migrations.AddField(
            "contactchange",
            "agreed_by",
            models.CharField(blank=True, default="", max_length=150),
        ),
        migrations.AddField("contactchange", "agreed_at", models.DateTimeField(null=True)),
        migrations.AddConstraint(
            "contactchange",
            models.CheckConstraint(
                condition=~Q(outcome="applied") | Q(needs_second=False) | ~Q(agreed_by=""),
                name="contact_change_second_agreed",
            ),
        ),
        migrations.AddConstraint(
            "contactchange",
            models.CheckConstraint(
                condition=Q(agreed_by="") | ~Q(agreed_by=F("by")),
                name="contact_change_agreed_by_another",
            ),
        ),
    ]
