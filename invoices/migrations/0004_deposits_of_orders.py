"""The index that finds an order's deposits, built beside running postings."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("invoices", "0003_orders_and_limits")]

    operations = [
        AddIndexConcurrently(
            model_name="receipt",
            index=models.Index(
                condition=models.Q(("order__isnull", False)), fields=["order"], name="receipt_deposit_of_order"
            ),
        ),
    ]
