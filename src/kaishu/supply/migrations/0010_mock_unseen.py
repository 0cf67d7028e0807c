from django.db import migrations, models

FIELDS = {
    "unjudged": models.PositiveBigIntegerField(null=True),
    "unjudged_lots": models.PositiveBigIntegerField(null=True),
    "unseen": models.JSONField(null=True),
    "waiting": models.BooleanField(null=True),
    "goal": models.PositiveSmallIntegerField(null=True),
}


class Migration(migrations.Migration):
    """Let the record of a mock recall say what the trace did not see.

    All are empty in records that are older: those may not be changed. No default, so that SQLite
    adds a column and does not write the table anew, which would drop what guards it.
    """

    dependencies = [("supply", "0009_letter_looks")]
    operations = [
        migrations.AddField(model_name="mockrecall", name=name, field=field)
        for name, field in FIELDS.items()
    ]
