"""Refuse changes of kits, scans and certificates in the database itself."""

from django.db import migrations

from kaishu.base.guards import append_only


class Migration(migrations.Migration):
    dependencies = [("returns", "0001_initial")]

    operations = [
        *append_only("returns_kit"),
        *append_only("returns_scan"),
        *append_only("returns_certificate"),
    ]
