"""The index that finds a buyer's open holds, built beside running checks."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("credit", "0002_orders_and_limits")]

    operations = [
        AddIndexConcurrently(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("state", "open")), fields=["buyer", "kind"], name="hold_open_of_buyer"
            ),
        ),
    ]
