"""Checks of orders, where each order stands with credit, and what approved orders hold of a limit."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only
from core.choices import choices
from credit.domain.kinds import Checkpoint, GateState, ReservationState, Result
from credit.models.fields import money_field


class OrderCheck(models.Model):
    """One answer of the check engine with all it was made from: an immutable record. A what-if has no order."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="order_checks", db_index=False)
    order = models.ForeignKey(
        "invoices.Order", null=True, on_delete=models.PROTECT, related_name="checks", db_index=False
    )
    checkpoint = models.CharField(max_length=12, choices=choices(Checkpoint))
    is_dry_run = models.BooleanField()
    outcome = models.CharField(max_length=4, choices=choices(Result))
    decided_by = models.CharField(max_length=40, blank=True, help_text="the rule that takes precedence")
    currency = models.CharField(max_length=3)
    amount = money_field()
    asked = models.JSONField(help_text="the request as it was understood")
    rules = models.JSONField(help_text="every rule: result, measured, threshold, data used, age, fix")
    exposure = models.JSONField(help_text="every component, limits and headroom of buyer and group, in base currency")
    options = models.JSONField(default=list, help_text="what would release the order")
    facts = models.JSONField(help_text="rates with dates, standings, versions of rules and limits that were used")
    engine = models.CharField(max_length=20)
    cause = models.CharField(max_length=40, help_text="asked, edited, limit_changed, receipt, ...")
    as_of = models.DateField()
    known_at = models.DateTimeField()
    actor = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=170)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["order", "-recorded_at"], name="check_of_order"),
            models.Index(fields=["buyer", "-recorded_at"], name="check_of_buyer"),
        ]
        triggers = [append_only()]


class OrderGate(models.Model):
    """Whether an order may go, kept by ``credit.services`` alone."""

    order = models.OneToOneField("invoices.Order", on_delete=models.PROTECT, related_name="gate")
    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=choices(GateState), default=GateState.UNCHECKED)
    checkpoint = models.CharField(max_length=12, choices=choices(Checkpoint), default=Checkpoint.ORDER)
    check_row = models.ForeignKey("credit.OrderCheck", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)
    looked_at = models.DateTimeField(null=True, help_text="when a re-check last saw it, if one did")

    class Meta:
        indexes = [models.Index(fields=["buyer", "state"], name="gate_of_buyer")]


class Reservation(models.Model):
    """What an approved order holds of the limit until it is delivered, cancelled or expires.

    Remaining = ``amount`` − delivered, never below 0. At most one is active for an order.
    """

    order = models.ForeignKey("invoices.Order", on_delete=models.PROTECT, related_name="reservations", db_index=False)
    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="reservations", db_index=False)
    check_row = models.ForeignKey("credit.OrderCheck", on_delete=models.PROTECT, related_name="reservations")
    release = models.ForeignKey("credit.Release", null=True, on_delete=models.PROTECT, related_name="reservations")
    currency = models.CharField(max_length=3)
    amount = money_field()
    state = models.CharField(max_length=10, choices=choices(ReservationState), default=ReservationState.ACTIVE)
    reserved_on = models.DateField()
    expires_on = models.DateField()
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())
    ended_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="reservation_positive"),
            models.UniqueConstraint(fields=["order"], condition=Q(state="active"), name="reservation_active_once"),
            models.CheckConstraint(
                condition=Q(state="active", ended_at__isnull=True) | (~Q(state="active") & Q(ended_at__isnull=False)),
                name="reservation_end_told",
            ),
        ]
        indexes = [
            models.Index(
                fields=["buyer"],
                include=["order", "currency", "amount"],
                condition=Q(state="active"),
                name="reservation_active",
            ),
            models.Index(fields=["order", "-created_at"], name="reservation_of_order"),
            models.Index(fields=["expires_on"], condition=Q(state="active"), name="reservation_by_expiry"),
        ]
