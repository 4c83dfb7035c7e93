"""Indexes that find a buyer's open holds and what its reservations held on a past date."""

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
        AddIndexConcurrently(
            model_name="reservation",
            index=models.Index(
                condition=models.Q(("state", "active"), _negated=True),
                fields=["buyer", "ended_on"],
                name="reservation_ended_of_buyer",
            ),
        ),
    ]
