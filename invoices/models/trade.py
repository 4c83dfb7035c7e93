"""What was ordered and what was shipped, as simple records beside the ledger."""

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only
from core.choices import choices
from invoices.domain.kinds import Terms
from invoices.domain.orders import OrderStatus
from invoices.models.fields import money_field


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    level=pghistory.Statement,
    obj_field=pghistory.ObjForeignKey(related_name="history", related_query_name="history"),
    # exposure of a past date asks which orders changed since
    meta={"indexes": [models.Index(fields=["buyer", "pgh_created_at"], name="order_event_of_buyer")]},
)
class Order(models.Model):
    """A customer order with its terms; whether it may go is decided above, in ``credit``.

    What was delivered and invoiced of it is read from its shipments and invoices, never kept here. ``version`` grows
    with each change: an edit names the one it was made from.
    """

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="orders", db_index=False)
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120)
    order_date = models.DateField()
    currency = models.CharField(max_length=3)
    amount = money_field()
    terms = models.CharField(max_length=20, choices=choices(Terms), default=Terms.OPEN_ACCOUNT)
    terms_days = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="days from invoice to due date")
    deposit_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0, db_default=0)
    planned_ship_date = models.DateField(null=True)
    status = models.CharField(max_length=20, choices=choices(OrderStatus), default=OrderStatus.OPEN)
    version = models.PositiveIntegerField(default=1, db_default=1)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="order_once_per_source"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="order_amount_positive"),
            models.CheckConstraint(
                condition=Q(deposit_percent__gte=0, deposit_percent__lte=100), name="order_deposit_0_to_100"
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-order_date"], name="order_of_buyer"),
            # Exposure reads the orders that are not at their end, and those alone.
            models.Index(
                fields=["buyer"],
                include=["id", "currency", "amount", "planned_ship_date"],
                condition=~Q(status__in=["closed", "cancelled"]),
                name="order_live_of_buyer",
            ),
        ]


class Shipment(models.Model):
    """A version of what is known about one shipment; the latest version of (source, external_id) counts.

    ``amount`` is the value delivered of the order, in the order's currency; null is the whole order.
    """

    buyer = models.ForeignKey(
        "buyers.Buyer",
        on_delete=models.PROTECT,
        related_name="shipments",
        db_index=False,
    )
    order = models.ForeignKey("invoices.Order", null=True, on_delete=models.PROTECT, related_name="shipments")
    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120)
    amount = money_field(null=True)
    incoterm = models.CharField(max_length=3, blank=True)
    shipped_on = models.DateField(null=True)
    promised_on = models.DateField()
    handed_over_on = models.DateField(null=True, help_text="handover to the carrier: what counts for FOB and EXW")
    bill_of_lading_on = models.DateField(null=True, help_text="date of the bill of lading")
    customs_cleared_on = models.DateField(null=True)
    delivered_on = models.DateField(null=True)
    delay_by_seller = models.BooleanField(default=False)
    is_refused = models.BooleanField(default=False, help_text="refused or returned")
    is_cancelled = models.BooleanField(default=False, db_default=False, help_text="reported by mistake: never left")
    has_discrepancies = models.BooleanField(default=False, help_text="documents did not agree")
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["buyer", "-promised_on"], name="shipment_of_buyer"),
            models.Index(fields=["source", "external_id", "-recorded_at"], name="shipment_latest"),
        ]
        triggers = [append_only()]
