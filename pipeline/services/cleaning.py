"""The nightly clean-up: what each floor may forget, noted once in the audit trail."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings

from core.services import audit
from core.services.retention import forget_old_rows
from invoices.services.bulks.forgetting import forget_records
from invoices.services.imports.forgetting import forget_previews


def clean_up(*, now: datetime) -> dict[str, int]:
    """Forget old rows, uploads never imported, records of old bulks; safe to run twice. Returns how many are gone."""
    previews = forget_previews(before=now - timedelta(days=settings.RETENTION_PREVIEWS_DAYS))
    bulks = forget_records(before=now - timedelta(days=settings.RETENTION_BULKS_DAYS))
    gone = {**asdict(forget_old_rows(now=now)), "previews": previews, "bulks": bulks}
    if any(gone.values()):
        audit.record(
            actor=None, action="core.rows.forgotten", subject_type="schedule", subject_id="clean-up", data=gone
        )
    return gone
