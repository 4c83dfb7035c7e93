"""When a re-check last looked at an order: one that it leaves as it is needs no new check to say so."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("credit", "0004_frozen_requests")]

    operations = [
        migrations.AddField(
            model_name="ordergate",
            name="looked_at",
            field=models.DateTimeField(help_text="when a re-check last saw it, if one did", null=True),
        ),
    ]
