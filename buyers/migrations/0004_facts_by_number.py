"""The indexes that find a reported fact by its source's number, built beside running postings."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("buyers", "0003_numbers_of_sources")]

    operations = [
        AddIndexConcurrently(
            model_name="agencyrating",
            index=models.Index(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=["source", "external_id", "-id"],
                name="rating_by_number",
            ),
        ),
        AddIndexConcurrently(
            model_name="financialstatement",
            index=models.Index(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=["source", "external_id", "-id"],
                name="statement_by_number",
            ),
        ),
        AddIndexConcurrently(
            model_name="riskevent",
            index=models.Index(
                condition=models.Q(("external_id", ""), _negated=True),
                fields=["source", "external_id", "-id"],
                name="event_by_number",
            ),
        ),
    ]
