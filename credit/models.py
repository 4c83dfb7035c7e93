"""What upper floors need to know of a buyer's standing, written down."""

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only


class BuyerStanding(models.Model):
    """A standing of a buyer from ``as_of`` on, e.g. grade, oldest material overdue, default terms. Append-only."""

    buyer = models.ForeignKey(
        "buyers.Buyer",
        on_delete=models.PROTECT,
        related_name="standings",
        db_index=False,
    )
    kind = models.CharField(max_length=40)
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
        constraints = [
            models.UniqueConstraint(
                fields=["run", "buyer", "kind"], name="standing_once_per_run"
            )
        ]
        indexes = [
            models.Index(
                fields=["buyer", "kind", "-as_of", "-recorded_at"],
                name="standing_latest",
            )
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.kind}={self.value}"
