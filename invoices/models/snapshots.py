"""Aging as pages read it: rows per buyer and currency, complete by date."""

from django.db import models
from django.utils import timezone

from invoices.models.fields import money_field


class AgingSnapshot(models.Model):
    """Aging of one buyer in one currency on a date, as pages read it; rebuilt when ledger or rates change.

    ``b0`` ... ``b5`` are the buckets of ``invoices.domain.aging`` in document currency, ``base_*`` the same in base
    currency (null where no usable rate exists).
    """

    set = models.ForeignKey("invoices.SnapshotSet", on_delete=models.CASCADE, related_name="rows")
    basis = models.CharField(max_length=8)
    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.CASCADE, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    items = models.PositiveIntegerField()
    open_amount = money_field()
    disputed = money_field()
    unapplied_cash = money_field()
    unapplied_credit = money_field()
    b0 = money_field()
    b1 = money_field()
    b2 = money_field()
    b3 = money_field()
    b4 = money_field()
    b5 = money_field()
    base_open = money_field(null=True)
    base_disputed = money_field(null=True)
    base_unapplied_cash = money_field(null=True)
    base_unapplied_credit = money_field(null=True)
    base_b0 = money_field(null=True)
    base_b1 = money_field(null=True)
    base_b2 = money_field(null=True)
    base_b3 = money_field(null=True)
    base_b4 = money_field(null=True)
    base_b5 = money_field(null=True)
    oldest_days_past_due = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["set", "basis", "buyer", "currency"], name="snapshot_once")]
        indexes = [
            models.Index(
                fields=["set", "basis", "-base_open"],
                include=["buyer", "currency", "items"],
                name="snapshot_by_amount",
            )
        ]


class SnapshotSet(models.Model):
    """A complete set of snapshots for a date, keyed by ledger and rates version; ``totals`` serve the Home page."""

    as_of = models.DateField()
    base_currency = models.CharField(max_length=3)
    ledger_version = models.BigIntegerField()
    rates_version = models.BigIntegerField()
    is_complete = models.BooleanField(default=False)
    totals = models.JSONField(default=dict)
    run = models.ForeignKey("core.Run", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["as_of", "base_currency", "ledger_version", "rates_version"],
                name="snapshot_set_once",
            )
        ]
        indexes = [models.Index(fields=["as_of", "-created_at"], name="snapshot_set_latest")]
