"""An entry always names its currency; open items, and what counts after a date, are read from indexes alone."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoices", "0003_entries_name_their_currency")]

    operations = [
        migrations.AlterField("entry", "currency", models.CharField(max_length=3)),
        migrations.RemoveIndex("entry", "entry_by_effective_date"),
        migrations.RemoveIndex("invoice", "invoice_open_of_buyer"),
        migrations.AddIndex(
            "entry",
            models.Index(
                fields=["effective_date"],
                include=(
                    "invoice",
                    "buyer",
                    "currency",
                    "amount",
                    "receipt",
                    "source_amount",
                    "source_buyer",
                    "source_currency",
                ),
                name="entry_after_date",
            ),
        ),
        migrations.AddIndex(
            "invoice",
            models.Index(
                condition=models.Q(("open_amount", 0), _negated=True),
                fields=["buyer"],
                include=("id", "currency", "due_date", "invoice_date", "open_amount", "disputed_amount"),
                name="invoice_open_items",
            ),
        ),
        migrations.AddIndex(
            "receipt",
            models.Index(fields=["received_on"], include=("buyer", "currency", "amount"), name="receipt_after_date"),
        ),
        migrations.AddIndex(
            "receipt",
            django.contrib.postgres.indexes.BrinIndex(fields=["recorded_at"], name="receipt_by_recorded_at"),
        ),
        migrations.AddIndex(
            "entry",
            models.Index(
                condition=models.Q(("source_buyer__isnull", False)),
                fields=["source_buyer", "effective_date"],
                name="entry_of_source_buyer",
            ),
        ),
    ]
