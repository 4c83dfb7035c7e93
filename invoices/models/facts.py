"""Dated facts on invoices, of which the version in force counts: due dates and disputes. They only grow."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only
from invoices.models.fields import money_field


class DueDateChange(models.Model):
    """From ``valid_from`` on the invoice is due on ``due_date``: a corrected or extended due date. Append-only."""

    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.CASCADE, related_name="due_date_changes")
    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="+")
    due_date = models.DateField()
    valid_from = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        indexes = [
            models.Index(
                fields=["invoice", "-valid_from", "-recorded_at"],
                name="due_date_latest",
            )
        ]
        triggers = [append_only()]


class DisputeVersion(models.Model):
    """From ``valid_from`` on ``amount`` of the invoice is contested under ``dispute_key``; 0 ends it. Append-only."""

    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.PROTECT, related_name="disputes")
    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="+")
    dispute_key = models.CharField(max_length=60)
    amount = money_field()
    reason = models.CharField(max_length=40)
    valid_from = models.DateField()
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="dispute_not_negative")]
        indexes = [
            models.Index(
                fields=["invoice", "dispute_key", "-valid_from", "-recorded_at"],
                name="dispute_latest",
            )
        ]
        triggers = [append_only()]
