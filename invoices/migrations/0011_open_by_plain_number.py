"""The index that finds open invoices by the letters and digits of their number, built beside running postings."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Upper


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("invoices", "0010_bank_statements")]

    operations = [
        AddIndexConcurrently(
            model_name="invoice",
            index=models.Index(
                Upper(
                    models.Func(
                        "number",
                        models.Value(" -/._:#,"),
                        models.Value(""),
                        function="translate",
                        output_field=models.TextField(),
                    )
                ),
                condition=models.Q(("open_amount", 0), _negated=True),
                name="invoice_open_by_plain_number",
            ),
        ),
    ]
