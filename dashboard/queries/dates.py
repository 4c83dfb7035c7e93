"""Which dates the pages can show at once."""

from __future__ import annotations

from datetime import date

from invoices.models import SnapshotSet


def get_latest_date() -> date | None:
    """The latest date with a complete snapshot; None before the first close."""
    return SnapshotSet.objects.filter(is_complete=True).order_by("-as_of").values_list("as_of", flat=True).first()
