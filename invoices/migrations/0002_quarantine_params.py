"""What a quarantine reason's words name, so that they can be said in the reader's language."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoices", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="quarantinedrow",
            name="params",
            field=models.JSONField(default=dict, help_text="what the reason's words name beside field and value"),
        ),
    ]
