"""Entries carry their currency, and whose money they use where it is not the invoice's: reads need no join for it."""

import django.db.models.deletion
from django.db import migrations, models

BACKFILL = """
ALTER TABLE invoices_entry DISABLE TRIGGER USER;
UPDATE invoices_entry e SET currency = i.currency, source_buyer_id = nullif(s.buyer_id, e.buyer_id),
    source_currency = CASE WHEN s.currency <> i.currency THEN s.currency ELSE '' END
FROM invoices_invoice i, (
    SELECT e.id, coalesce(r.buyer_id, n.buyer_id) AS buyer_id, coalesce(r.currency, n.currency) AS currency
    FROM invoices_entry e LEFT JOIN invoices_receipt r ON r.id = e.receipt_id AND e.source_amount IS NOT NULL
    LEFT JOIN invoices_creditnote n ON n.id = e.credit_note_id AND e.source_amount IS NOT NULL
) s
WHERE i.id = e.invoice_id AND s.id = e.id;
ALTER TABLE invoices_entry ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("buyers", "0004_name_the_history"), ("invoices", "0002_quarantine_params")]

    operations = [
        migrations.AddField("entry", "currency", models.CharField(max_length=3, null=True)),
        migrations.AddField(
            "entry",
            "source_buyer",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="buyers.buyer",
            ),
        ),
        migrations.AddField(
            "entry", "source_currency", models.CharField(blank=True, db_default="", default="", max_length=3)
        ),
        migrations.RunSQL(BACKFILL, migrations.RunSQL.noop),
    ]
