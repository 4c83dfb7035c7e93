"""Words of the signal of goods that left without approval."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0003_worklist_worst_first"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alert",
            name="rule",
            field=models.CharField(
                choices=[
                    ("overdue_15", "overdue 15"),
                    ("overdue_30", "overdue 30"),
                    ("score_fell", "score fell"),
                    ("payment_period_lengthens", "payment period lengthens"),
                    ("sudden_turn", "sudden turn"),
                    ("concentration_buyer", "concentration buyer"),
                    ("concentration_group", "concentration group"),
                    ("concentration_country", "concentration country"),
                    ("related_party_late", "related party late"),
                    ("ledger_mismatch", "ledger mismatch"),
                    ("shipped_unapproved", "shipped unapproved"),
                ],
                max_length=40,
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="subject_key",
            field=models.CharField(help_text="id of buyer, group or order, country code, currency", max_length=60),
        ),
        migrations.AlterField(
            model_name="alert",
            name="subject_type",
            field=models.CharField(
                choices=[
                    ("buyer", "buyer"),
                    ("group", "group"),
                    ("country", "country"),
                    ("ledger", "ledger"),
                    ("order", "order"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="alertrulesetting",
            name="rule",
            field=models.CharField(
                choices=[
                    ("overdue_15", "overdue 15"),
                    ("overdue_30", "overdue 30"),
                    ("score_fell", "score fell"),
                    ("payment_period_lengthens", "payment period lengthens"),
                    ("sudden_turn", "sudden turn"),
                    ("concentration_buyer", "concentration buyer"),
                    ("concentration_group", "concentration group"),
                    ("concentration_country", "concentration country"),
                    ("related_party_late", "related party late"),
                    ("ledger_mismatch", "ledger mismatch"),
                    ("shipped_unapproved", "shipped unapproved"),
                ],
                max_length=40,
            ),
        ),
    ]
