"""What stands behind a debt: insured limits, securities, accepted bills, sold receivables. Versions, append-only."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only
from core.choices import choices
from cover.domain.kinds import SecurityKind


class CoverVersion(models.Model):
    """A version of a record of cover; the latest recorded one of (source, external_id) counts."""

    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=120)
    currency = models.CharField(max_length=3)
    amount = models.DecimalField(max_digits=20, decimal_places=4)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())
    recorded_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class InsuredLimit(CoverVersion):
    """An insurer's decision on a buyer: ``percent`` of up to ``amount`` is covered; amount 0 is a refusal or a cut.

    ``external_id`` is the insurer's number of the limit. From ``valid_from`` on, the decision of the same insurer with
    the latest ``valid_from`` (then the latest recorded) counts, until ``valid_to`` (included) where it has one.
    """

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="insured_limits", db_index=False)
    insurer = models.CharField(max_length=120)
    policy = models.CharField(max_length=60, blank=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    conditions = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="insured_limit_not_negative"),
            models.CheckConstraint(condition=Q(percent__gte=0, percent__lte=100), name="insured_percent_0_to_100"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="insured_limit_days",
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "insurer", "-valid_from", "-recorded_at"], name="insured_limit_in_force"),
            models.Index(fields=["source", "external_id", "-recorded_at"], name="insured_limit_latest"),
        ]
        triggers = [append_only()]


class Security(CoverVersion):
    """A confirmed letter of credit, a standby L/C or a guarantee in cash; ``order`` null secures the whole account."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="securities", db_index=False)
    order = models.ForeignKey("invoices.Order", null=True, on_delete=models.PROTECT, related_name="securities")
    kind = models.CharField(max_length=20, choices=choices(SecurityKind))
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="security_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="security_days_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-recorded_at"], name="security_of_buyer"),
            models.Index(fields=["source", "external_id", "-recorded_at"], name="security_latest"),
        ]
        triggers = [append_only()]


class Bill(CoverVersion):
    """A bill that the buyer accepted for an invoice: exposure from acceptance to maturity or ``ended_on``."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="bills", db_index=False)
    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.PROTECT, related_name="bills")
    accepted_on = models.DateField()
    matures_on = models.DateField()
    ended_on = models.DateField(null=True, help_text="paid or dishonoured before or after maturity")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="bill_not_negative"),
            models.CheckConstraint(condition=Q(matures_on__gte=F("accepted_on")), name="bill_days_in_order"),
        ]
        indexes = [
            models.Index(fields=["buyer", "-recorded_at"], name="bill_of_buyer"),
            models.Index(fields=["source", "external_id", "-recorded_at"], name="bill_latest"),
        ]
        triggers = [append_only()]


class SoldReceivable(CoverVersion):
    """A receivable sold to a financier: with recourse it stays exposure although its invoice left the ledger."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="sold_receivables", db_index=False)
    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.PROTECT, related_name="sales_of_receivable")
    with_recourse = models.BooleanField()
    sold_on = models.DateField()
    ended_on = models.DateField(null=True, help_text="paid by the buyer, or bought back")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="sold_not_negative")]
        indexes = [
            models.Index(fields=["buyer", "-recorded_at"], name="sold_of_buyer"),
            models.Index(fields=["source", "external_id", "-recorded_at"], name="sold_latest"),
        ]
        triggers = [append_only()]
