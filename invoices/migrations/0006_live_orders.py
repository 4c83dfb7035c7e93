"""The index that finds the orders of a buyer that are not at their end, built beside running postings."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("invoices", "0005_history_of_orders")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("status__in", ["closed", "cancelled"]), _negated=True),
                fields=["buyer"],
                include=("id", "currency", "amount", "planned_ship_date"),
                name="order_live_of_buyer",
            ),
        ),
    ]
