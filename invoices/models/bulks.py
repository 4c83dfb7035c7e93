"""Bulks that systems send over REST: what became of the whole, and of each record."""

from django.db import models
from django.utils import timezone

from core.choices import choices
from invoices.domain.bulks import Awaited, BulkKind, BulkState, MendKind


class Bulk(models.Model):
    """Records of one kind that one source sent in one call, kept as a file under their own hash."""

    kind = models.CharField(max_length=20, choices=choices(BulkKind))
    source = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=choices(BulkState), default=BulkState.QUEUED)
    is_array = models.BooleanField(help_text="one JSON array; else a line for each record")
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=400)
    size = models.BigIntegerField(help_text="bytes, unpacked")
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    control = models.JSONField(null=True, help_text="totals that the sender asked to be compared")
    totals = models.JSONField(default=dict, help_text="sums by currency: of all records, and by outcome")
    problem = models.JSONField(null=True, help_text="why nothing was taken")
    batch = models.ForeignKey("invoices.ImportBatch", null=True, on_delete=models.SET_NULL, related_name="+")
    run = models.ForeignKey("core.Run", null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["source", "sha256"], name="bulk_by_content")]


class BulkRecord(models.Model):
    """What became of one record; written by COPY with what it answers for.

    No constraint to its bulk: the check of each row would cost as much as the row.
    """

    bulk = models.ForeignKey(
        "invoices.Bulk", on_delete=models.CASCADE, related_name="records", db_constraint=False, db_index=False
    )
    position = models.PositiveIntegerField(help_text="1 is the first record")
    external_id = models.CharField(max_length=140)
    outcome = models.CharField(max_length=11)
    problem = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "position"], name="bulk_record_once")]


class EarlyRecord(models.Model):
    """A record that was not taken because it names what is not known yet; once that is there, it is sent again.

    ``problem`` null: it waits. Else it was sent again and refused for that reason, and a person decides.
    """

    bulk = models.ForeignKey("invoices.Bulk", on_delete=models.CASCADE, related_name="early")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=200, help_text="what makes it one with later records of its source and kind")
    awaits = models.CharField(max_length=10, choices=choices(Awaited))
    source = models.CharField(max_length=60, help_text="whose number it is that is not known yet")
    number = models.CharField(max_length=140)
    problem = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "position"], name="early_record_once")]
        indexes = [models.Index(fields=["key"], name="early_record_key")]


class MendedRecord(models.Model):
    """What became of a record that was not taken; the answer that its sender got stays as it was.

    Without an actor it was taken when what it waited for came, or told anew by its system.
    """

    bulk = models.ForeignKey("invoices.Bulk", on_delete=models.CASCADE, related_name="mended")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=choices(MendKind))
    became = models.ForeignKey(
        "invoices.Bulk", null=True, on_delete=models.SET_NULL, related_name="+", help_text="as what it was sent again"
    )
    actor = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bulk", "position"], name="record_mended_once")]
