from django.db import migrations, models

from kaishu.base.guards import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("door_public", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReceiptKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key_id", models.CharField(max_length=11, unique=True)),
                ("public", models.CharField(max_length=64)),
                ("since", models.DateTimeField()),
            ],
        ),
        *append_only("door_public_receiptkey"),
    ]
