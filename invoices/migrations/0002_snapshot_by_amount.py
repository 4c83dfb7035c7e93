"""The index that pages choose their lines by holds all they need for it, built beside running closes."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("invoices", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="agingsnapshot",
            index=models.Index(
                fields=["set", "basis", "-base_open"],
                include=["buyer", "currency", "items"],
                name="snapshot_by_amount",
            ),
        ),
        RemoveIndexConcurrently(model_name="agingsnapshot", name="snapshot_largest"),
    ]
