"""What sources wrote off, under their own numbers; the ledger's entries say what it did to the invoices."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.append_only import append_only
from invoices.models.fields import money_field


class WriteOff(models.Model):
    """A version of one write-off; the latest of (source, external_id) counts. An ``amount`` of 0 took it back.

    ``entry`` is the one that stands in the ledger for it.
    """

    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120)
    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.PROTECT, related_name="write_offs")
    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="+", db_index=False)
    amount = money_field(help_text="in the invoice's currency")
    written_off_on = models.DateField()
    reason = models.CharField(max_length=200)
    entry = models.ForeignKey("invoices.Entry", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount=0, entry__isnull=True) | Q(amount__gt=0, entry__isnull=False),
                name="write_off_has_its_entry",
            )
        ]
        indexes = [models.Index(fields=["source", "external_id", "-id"], name="write_off_latest")]
        triggers = [append_only()]
