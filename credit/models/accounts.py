"""Credit accounts, which are the locks of every limit decision, and their limits."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only
from core.choices import choices
from credit.domain.kinds import LimitKind
from credit.models.fields import money_field


class CreditAccount(models.Model):
    """The account of one buyer, or the one that a group of legal entities shares. Its row is the lock."""

    buyer = models.OneToOneField("buyers.Buyer", null=True, on_delete=models.PROTECT, related_name="credit_account")
    group = models.OneToOneField(
        "buyers.BuyerGroup", null=True, on_delete=models.PROTECT, related_name="credit_account"
    )
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(buyer__isnull=True, group__isnull=False) | Q(buyer__isnull=False, group__isnull=True),
                name="account_of_buyer_or_group",
            )
        ]


class CreditLimit(models.Model):
    """A version of an account's limit. Of a kind, the one with the latest ``valid_from``, then the latest recorded,
    counts, until ``valid_to`` (included) where it has one. Amount 0 takes the limit away. Append-only."""

    account = models.ForeignKey("credit.CreditAccount", on_delete=models.PROTECT, related_name="limits", db_index=False)
    kind = models.CharField(max_length=10, choices=choices(LimitKind))
    currency = models.CharField(max_length=3)
    amount = money_field()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    request = models.ForeignKey("credit.LimitRequest", null=True, on_delete=models.PROTECT, related_name="limits")
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())
    recorded_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="limit_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="limit_days_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(kind="temporary") | Q(valid_to__isnull=False), name="temporary_limit_ends"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "kind", "-valid_from", "-recorded_at"], name="limit_in_force"),
            models.Index(fields=["valid_to"], condition=Q(valid_to__isnull=False), name="limit_by_end"),
        ]
        triggers = [append_only()]
