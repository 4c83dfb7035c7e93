"""Orders that may not go, what people did about them, and the releases they gave."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only
from core.choices import choices
from credit.domain.kinds import HoldKind, HoldState
from credit.models.fields import money_field


class Hold(models.Model):
    """A stop: by the rules on one order, or forced by a person on an order or on all of a buyer's (``order`` null)."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="holds", db_index=False)
    order = models.ForeignKey("invoices.Order", null=True, on_delete=models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=8, choices=choices(HoldKind))
    state = models.CharField(max_length=10, choices=choices(HoldState), default=HoldState.OPEN)
    check_row = models.ForeignKey("credit.OrderCheck", null=True, on_delete=models.PROTECT, related_name="+")
    reasons = models.JSONField(default=list, help_text="rules that stop, the one that takes precedence first")
    over_by = money_field(default=0, help_text="in base currency")
    note = models.CharField(max_length=300, blank=True)
    assignee = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    review_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)
    opened_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="open", kind="credit"), name="hold_credit_open_once"
            ),
            models.CheckConstraint(condition=Q(kind="forced") | Q(order__isnull=False), name="hold_credit_has_order"),
        ]
        indexes = [
            models.Index(fields=["buyer", "-opened_at"], name="hold_of_buyer"),
            models.Index(fields=["state", "-over_by"], name="hold_worklist"),
            models.Index(fields=["buyer", "kind"], condition=Q(state="open"), name="hold_open_of_buyer"),
        ]


class HoldEvent(models.Model):
    """What happened to a hold; ``actor`` null is the machine. Append-only."""

    hold = models.ForeignKey("credit.Hold", on_delete=models.PROTECT, related_name="events")
    action = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=choices(HoldState))
    note = models.CharField(max_length=300, blank=True)
    data = models.JSONField(default=dict)
    actor = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        triggers = [append_only()]


class Release(models.Model):
    """A person lets an order go although a rule stops it: up to ``amount`` plus tolerance, until a date."""

    order = models.ForeignKey("invoices.Order", on_delete=models.PROTECT, related_name="releases")
    hold = models.ForeignKey("credit.Hold", on_delete=models.PROTECT, related_name="releases")
    check_row = models.ForeignKey("credit.OrderCheck", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    amount = money_field()
    tolerance_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    valid_until = models.DateField()
    review_on = models.DateField()
    reason = models.CharField(max_length=300)
    released_by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(default=timezone.now, db_default=Now())
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="release_positive"),
            models.CheckConstraint(
                condition=Q(tolerance_percent__gte=0, tolerance_percent__lte=20), name="release_tolerance_0_to_20"
            ),
            models.UniqueConstraint(fields=["order"], condition=Q(ended_at__isnull=True), name="release_live_once"),
        ]
