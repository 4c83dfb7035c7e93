"""Which dates the pages can show at once."""

from __future__ import annotations

from datetime import date

from invoices.models import SnapshotSet


def get_latest_date() -> date | None:
    """The latest date with a complete snapshot; None before the first close."""
    return SnapshotSet.objects.filter(is_complete=True).order_by("-as_of").values_list("as_of", flat=True).first()


def get_set_id(*, as_of: date, base_currency: str) -> int | None:
    """The newest complete snapshot set of the date in the currency; None if there is none yet."""
    found = SnapshotSet.objects.filter(is_complete=True, as_of=as_of, base_currency=base_currency)
    return found.order_by("-created_at").values_list("pk", flat=True).first()
