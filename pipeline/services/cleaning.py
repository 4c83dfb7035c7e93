"""The nightly clean-up: what each floor may forget, noted once in the audit trail."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings

from core.services import audit
from core.services.retention import forget_old_rows
from invoices.services.imports.forgetting import forget_previews


def clean_up(*, now: datetime) -> dict[str, int]:
    """Forget old rows and uploads that were never imported; safe to run twice. Returns how many of each are gone."""
    previews = forget_previews(before=now - timedelta(days=settings.RETENTION_PREVIEWS_DAYS))
    gone = {**asdict(forget_old_rows(now=now)), "previews": previews}
    if any(gone.values()):
        audit.record(
            actor=None, action="core.rows.forgotten", subject_type="schedule", subject_id="clean-up", data=gone
        )
    return gone
