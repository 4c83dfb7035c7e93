"""What upper floors need to know of a buyer's standing, written down."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only
from core.choices import choices
from credit.domain.standings import StandingKind
from credit.domain.terms import TermsKind


class BuyerStanding(models.Model):
    """A standing of a buyer from ``as_of`` on, e.g. grade, oldest material overdue, default terms. Append-only."""

    buyer = models.ForeignKey(
        "buyers.Buyer",
        on_delete=models.PROTECT,
        related_name="standings",
        db_index=False,
    )
    kind = models.CharField(max_length=40, choices=choices(StandingKind))
    value = models.CharField(max_length=80)
    as_of = models.DateField()
    run = models.ForeignKey(
        "core.Run",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "buyer", "kind"], name="standing_once_per_run")]
        indexes = [
            models.Index(
                fields=["buyer", "kind", "-as_of", "-recorded_at"],
                name="standing_latest",
            )
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.kind}={self.value}"


class GradeTermsVersion(models.Model):
    """A version of a grade's default terms; the latest counts, none means the handbook's. Append-only."""

    grade = models.CharField(max_length=1)
    version = models.PositiveIntegerField()
    kind = models.CharField(max_length=30, choices=choices(TermsKind))
    max_days = models.PositiveSmallIntegerField(default=0)
    deposit_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["grade", "version"], name="grade_terms_version_once"),
            models.CheckConstraint(condition=Q(grade__in=list("ABCDE")), name="terms_grade_a_to_e"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.grade} v{self.version}"
