"""Scores: immutable results of a scorecard version for a buyer on a date, with what they stood on."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only


def points_field() -> models.DecimalField:
    """A value of 0-100 with two decimals."""
    return models.DecimalField(max_digits=5, decimal_places=2)


def coverage_field() -> models.DecimalField:
    """A share of 0-1 with four decimals."""
    return models.DecimalField(max_digits=5, decimal_places=4)


class Score(models.Model):
    """The narrow nightly row. Append-only; ``inputs_hash`` proves what it was computed from."""

    buyer = models.ForeignKey("buyers.Buyer", on_delete=models.PROTECT, related_name="scores", db_index=False)
    version = models.CharField(max_length=20)
    as_of = models.DateField()
    known_at = models.DateTimeField()
    run = models.ForeignKey(
        "core.Run",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    score = points_field()
    grade = models.CharField(max_length=1)
    grade_before_caps = models.CharField(max_length=1)
    coverage = coverage_field()
    buyer_credit = points_field()
    buyer_credit_coverage = coverage_field()
    payment_history = points_field()
    payment_history_coverage = coverage_field()
    fx_tolerance = points_field()
    fx_tolerance_coverage = coverage_field()
    logistics = points_field()
    logistics_coverage = coverage_field()
    compliance = points_field()
    compliance_coverage = coverage_field()
    caps = models.JSONField(default=list, help_text="codes of the caps that held")
    inputs_hash = models.CharField(max_length=64)
    base_currency = models.CharField(
        max_length=3, default="", db_default="", help_text="what amounts were converted into"
    )
    reasons = models.CharField(
        max_length=40,
        default="",
        db_default="",
        help_text="bit mask of the reasons and caps that held: evidence is kept when it changes",
    )
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "buyer"],
                condition=Q(run__isnull=False),
                name="score_once_per_run",
            ),
            models.CheckConstraint(condition=Q(grade__in=list("ABCDE")), name="grade_a_to_e"),
        ]
        indexes = [
            models.Index(fields=["buyer", "-as_of", "-known_at"], name="score_latest"),
            models.Index(fields=["as_of", "grade"], name="score_by_date_and_grade"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.grade} {self.score}"


class ScoreEvidence(models.Model):
    """Inputs and reasons in full; kept when grade or reasons changed, at month-end and for decisions, else rebuilt."""

    score = models.OneToOneField("scoring.Score", on_delete=models.PROTECT, related_name="evidence")
    inputs = models.JSONField()
    dimensions = models.JSONField()
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        triggers = [append_only()]


class ScorecardWeights(models.Model):
    """Weights of the dimensions that somebody published: a version beside the others. Append-only."""

    version = models.CharField(max_length=20, unique=True)
    rules = models.CharField(max_length=20, help_text="version of the rules that they weigh")
    weights = models.JSONField(help_text="share of each dimension; they sum to 1")
    note = models.CharField(max_length=400)
    published_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.version
