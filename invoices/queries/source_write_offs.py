"""Write-offs by their sources' numbers."""

from __future__ import annotations

from collections.abc import Iterable

from invoices.models import Invoice, WriteOff
from invoices.queries.source_records import SourceRecord


def invoice_ids(source: str, external_ids: Iterable[str]) -> dict[str, int]:
    """Ids of the source's invoices, by its numbers."""
    found = Invoice.objects.filter(source=source, external_id__in=set(external_ids))
    return dict(found.values_list("external_id", "pk"))


def standing_write_offs(source: str, external_ids: Iterable[str]) -> dict[str, WriteOff]:
    """The version that counts of each, with its invoice and entry."""
    versions = WriteOff.objects.filter(source=source, external_id__in=set(external_ids))
    latest = versions.order_by("external_id", "-pk").distinct("external_id")
    return {one.external_id: one for one in latest.select_related("invoice", "entry")}


def find_write_off(source: str, external_id: str) -> SourceRecord | None:
    """One write-off as its source told it last."""
    one = standing_write_offs(source, [external_id]).get(external_id)
    if one is None:
        return None
    values = {
        "invoice": one.invoice.external_id,
        "currency": one.invoice.currency,
        "amount": one.amount,
        "written_off_on": one.written_off_on,
        "reason": one.reason,
        "open_amount": one.invoice.open_amount,
    }
    return SourceRecord((one.pk, 0), values)
