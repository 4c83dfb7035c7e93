"""What sources ask to be allocated: it waits here, in sight, until the invoice is there and takes it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.choices import choices
from invoices.domain.bulks import SuspenseState
from invoices.models.fields import money_field


class SuspendedAllocation(models.Model):
    """``amount`` of a receipt or credit note for one invoice, all three by their source's own numbers."""

    source = models.CharField(max_length=60)
    kind = models.CharField(max_length=16, help_text="receipt or credit_note")
    document = models.CharField(max_length=140, help_text="external id of the receipt or credit note")
    invoice = models.CharField(max_length=120, help_text="external id of the invoice")
    amount = money_field(help_text="in the invoice's currency")
    source_amount = money_field(null=True, help_text="what it uses of the document, where currencies differ")
    state = models.CharField(max_length=10, choices=choices(SuspenseState), default=SuspenseState.WAITING)
    problem = models.CharField(max_length=40, blank=True, help_text="why the invoice, though known, did not take it")
    recorded_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "kind", "document", "invoice"], name="suspended_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="suspended_amount_positive"),
        ]
        indexes = [models.Index(fields=["source"], condition=Q(state="waiting"), name="suspended_waiting")]
