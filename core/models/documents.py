"""Files that are evidence: kept as they came, named by their hash."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.append_only import append_only


class SealedDocument(models.Model):
    """A file under ``MEDIA_ROOT/documents``; its SHA-256 is its name, so another content would be another file."""

    sha256 = models.CharField(max_length=64, unique=True)
    media_type = models.CharField(max_length=100, help_text="as it was first told; nothing relies on it")
    size = models.PositiveBigIntegerField(help_text="bytes")
    path = models.CharField(max_length=100, help_text="relative to MEDIA_ROOT")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="sealed_by_sha256"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.sha256
