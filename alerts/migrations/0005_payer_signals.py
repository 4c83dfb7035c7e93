"""Words of the signals of bank lines."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("alerts", "0004_shipped_unapproved"),
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
                    ("payer_account_changed", "payer account changed"),
                    ("payer_not_buyer", "payer not buyer"),
                    ("receipt_twice", "receipt twice"),
                ],
                max_length=40,
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
                    ("payer_account_changed", "payer account changed"),
                    ("payer_not_buyer", "payer not buyer"),
                    ("receipt_twice", "receipt twice"),
                ],
                max_length=40,
            ),
        ),
    ]
