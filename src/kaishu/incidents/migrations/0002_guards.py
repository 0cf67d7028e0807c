"""Keep what a report said, and what staff wrote down about it, in the database itself."""

from django.db import migrations

from kaishu.base.guards import append_only, immutable_columns
from kaishu.incidents.models import FIXED


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_incidents")]

    operations = [
        *immutable_columns("incidents_incident", FIXED),
        *append_only("incidents_incidentnote"),
    ]
