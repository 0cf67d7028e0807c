"""Guard what was published: editions and recall events are added, never changed."""

from __future__ import annotations

from django.db import migrations

from kaishu.base.guards import append_only


class Migration(migrations.Migration):
    """Add the triggers."""

    dependencies = [("editions", "0001_editions")]
    operations = [*append_only("editions_edition"), *append_only("editions_recallevent")]
