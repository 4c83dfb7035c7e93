"""The worklist's index in the order that the worklist is read, built beside running closes."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("alerts", "0002_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="alert",
            index=models.Index(
                models.F("severity").desc(),
                models.F("amount_base").desc(nulls_last=True),
                models.F("opened_on").asc(),
                condition=models.Q(("state", "closed"), _negated=True),
                include=["state", "assignee"],
                name="alert_worst_first",
            ),
        ),
        RemoveIndexConcurrently(model_name="alert", name="alert_worklist"),
    ]
