"""Files that came in: how they are read, what they held, which rows wait to be mended."""

from django.db import models
from django.utils import timezone

from core.choices import choices
from invoices.domain.kinds import BatchState, QuarantineState


class ImportProfile(models.Model):
    """A mapping that somebody saved: the same TOML text that a profile file holds."""

    name = models.CharField(max_length=60, unique=True)
    toml = models.TextField()
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name


class ImportBatch(models.Model):
    """One file that came in, with its control totals."""

    profile = models.CharField(max_length=60)
    profile_toml = models.TextField()
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    file_path = models.CharField(max_length=400, blank=True)
    state = models.CharField(max_length=10, choices=choices(BatchState), default=BatchState.PREVIEW)
    is_history = models.BooleanField(default=False)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    quarantined = models.PositiveIntegerField(default=0)
    filtered = models.PositiveIntegerField(default=0)
    totals = models.JSONField(default=dict)
    detail = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    actor = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey("core.Run", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="batch_recent")]


class QuarantinedRow(models.Model):
    """A row that was not applied, with the reason and the row itself, to be mended and replayed."""

    batch = models.ForeignKey("invoices.ImportBatch", on_delete=models.CASCADE, related_name="quarantine")
    line = models.PositiveIntegerField()
    field = models.CharField(max_length=80)
    value = models.TextField(blank=True)
    reason = models.CharField(max_length=60)
    message = models.TextField()
    params = models.JSONField(default=dict, help_text="what the reason's words name beside field and value")
    raw = models.JSONField()
    state = models.CharField(max_length=10, choices=choices(QuarantineState), default=QuarantineState.OPEN)
    mended = models.JSONField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="quarantined_once_per_line")]
