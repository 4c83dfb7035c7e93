"""Bank statements with their lines, the accounts that buyers pay from, and the numbers of matching."""

import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
import invoices.domain.bank
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("buyers", "0002_initial"),
        ("invoices", "0009_documents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="BankAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60)),
                ("currency", models.CharField(max_length=3)),
                ("bank", models.CharField(blank=True, max_length=120)),
                ("owner", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="BankLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveIntegerField(help_text="1 is the statement's first line")),
                ("entry", models.PositiveIntegerField(help_text="which entry of the statement it is of")),
                ("amount", models.DecimalField(decimal_places=4, max_digits=20)),
                ("currency", models.CharField(max_length=3)),
                ("booking_date", models.DateField(null=True)),
                ("value_date", models.DateField(null=True)),
                ("day", models.DateField(help_text="value date, else booking date, else the statement's")),
                ("status", models.CharField(help_text="booked, pending or information", max_length=12)),
                ("payer_name", models.CharField(blank=True, max_length=255)),
                ("payer_account", models.CharField(blank=True, max_length=60)),
                ("payer_bank", models.CharField(blank=True, max_length=140)),
                ("payer_ultimate", models.CharField(blank=True, max_length=255)),
                ("remittance", models.TextField(blank=True)),
                ("references", models.JSONField(default=list, help_text="kind and value")),
                ("charges", models.JSONField(default=list, help_text="amount, currency, is_included")),
                ("code", models.CharField(blank=True, max_length=60)),
                ("is_reversal", models.BooleanField(default=False)),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "occurrence",
                    models.PositiveIntegerField(default=1, help_text="of the payments that look exactly alike"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("proposed", "proposed"),
                            ("posted", "posted"),
                            ("ignored", "ignored"),
                            ("undone", "undone"),
                            ("not_a_receipt", "not a receipt"),
                            ("told_before", "told before"),
                        ],
                        default=invoices.domain.bank.LineState["OPEN"],
                        max_length=14,
                    ),
                ),
                ("why_not", models.CharField(blank=True, help_text="why it is not a receipt", max_length=20)),
                ("postings", models.PositiveSmallIntegerField(default=0, help_text="how often it was posted")),
                (
                    "adjustments",
                    models.JSONField(default=list, help_text="ids of the charges and discounts posted with it"),
                ),
                ("confidence", models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ("proposal", models.JSONField(null=True)),
                ("refuted", models.JSONField(default=list)),
                ("warnings", models.JSONField(default=list, help_text="code and params")),
                ("matched_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("decided_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="BankStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("format", models.CharField(max_length=60)),
                ("kind", models.CharField(help_text="statement, report or notification", max_length=12)),
                ("content", models.CharField(max_length=64, unique=True)),
                ("identification", models.CharField(blank=True, max_length=140)),
                ("number", models.CharField(blank=True, max_length=40)),
                ("sequence", models.CharField(blank=True, max_length=40)),
                ("currency", models.CharField(max_length=3)),
                ("opening_amount", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("opening_date", models.DateField(null=True)),
                ("closing_amount", models.DecimalField(decimal_places=4, max_digits=20, null=True)),
                ("closing_date", models.DateField(null=True)),
                ("credits", models.DecimalField(decimal_places=4, max_digits=20)),
                ("debits", models.DecimalField(decimal_places=4, max_digits=20)),
                ("entries", models.PositiveIntegerField()),
                ("booked", models.PositiveIntegerField()),
                (
                    "warnings",
                    models.JSONField(
                        default=list, help_text="code and params of what does not fit to statements before"
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="MatchingSetting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(unique=True)),
                (
                    "is_enabled",
                    models.BooleanField(default=True, help_text="lines above the threshold post by themselves"),
                ),
                ("numbers", models.JSONField(default=dict, help_text="by name, as text")),
                ("reason", models.CharField(blank=True, max_length=300)),
                (
                    "recorded_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), default=django.utils.timezone.now
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PayerAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(max_length=60)),
                ("name", models.CharField(blank=True, help_text="as the bank wrote it", max_length=255)),
                ("first_seen_on", models.DateField()),
                ("confirmed_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddConstraint(
            model_name="bankaccount",
            constraint=models.UniqueConstraint(fields=("number", "currency"), name="bank_account_once"),
        ),
        migrations.AddField(
            model_name="bankline",
            name="account",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="invoices.bankaccount",
            ),
        ),
        migrations.AddField(
            model_name="bankline",
            name="buyer",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="bank_lines", to="buyers.buyer"
            ),
        ),
        migrations.AddField(
            model_name="bankline",
            name="decided_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="bankline",
            name="receipt",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="bank_lines", to="invoices.receipt"
            ),
        ),
        migrations.AddField(
            model_name="bankline",
            name="same_as",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="repeated_by",
                to="invoices.bankline",
            ),
        ),
        migrations.AddField(
            model_name="bankstatement",
            name="account",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="statements", to="invoices.bankaccount"
            ),
        ),
        migrations.AddField(
            model_name="bankstatement",
            name="document",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="statements",
                to="invoices.incomingdocument",
            ),
        ),
        migrations.AddField(
            model_name="bankstatement",
            name="actor",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="bankline",
            name="statement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="invoices.bankstatement"
            ),
        ),
        migrations.AddField(
            model_name="matchingsetting",
            name="created_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="payeraccount",
            name="buyer",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="payer_accounts", to="buyers.buyer"
            ),
        ),
        migrations.AddField(
            model_name="payeraccount",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="payeraccount",
            name="line",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="invoices.bankline"
            ),
        ),
        migrations.AddIndex(
            model_name="bankstatement",
            index=models.Index(fields=["account", "-closing_date", "-id"], name="bank_statement_latest"),
        ),
        migrations.AddIndex(
            model_name="bankline",
            index=models.Index(fields=["account", "day"], name="bank_line_by_day"),
        ),
        migrations.AddIndex(
            model_name="bankline",
            index=models.Index(
                condition=models.Q(("matched_at__isnull", True), ("state", "open")),
                fields=["id"],
                name="bank_line_to_match",
            ),
        ),
        migrations.AddIndex(
            model_name="bankline",
            index=models.Index(
                condition=models.Q(("state__in", ["open", "proposed", "undone"])),
                fields=["account", "id"],
                name="bank_line_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="bankline",
            index=models.Index(condition=models.Q(("state", "posted")), fields=["decided_at"], name="bank_line_posted"),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.UniqueConstraint(fields=("statement", "position"), name="bank_line_once"),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("same_as__isnull", True)),
                fields=("fingerprint", "occurrence"),
                name="bank_payment_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "posted"), _negated=True), ("receipt__isnull", False), _connector="OR"
                ),
                name="bank_line_posted_has_receipt",
            ),
        ),
        migrations.AddConstraint(
            model_name="bankline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confidence__isnull", True),
                    models.Q(("confidence__gte", 0), ("confidence__lte", 1)),
                    _connector="OR",
                ),
                name="bank_confidence_0_to_1",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="matchingsetting",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="f52f07f79530782510b35c39bffa36a2e2edf4ad",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1791a",
                    table="invoices_matchingsetting",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="payeraccount",
            constraint=models.UniqueConstraint(fields=("account", "buyer"), name="payer_account_once"),
        ),
    ]
