"""Records that wait for what they name, and those for which it has come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, Manager, OuterRef
from django.db.models.fields.json import KT

from buyers.models import BuyerCode
from invoices.domain.bulks import AWAITS, Awaited
from invoices.domain.documents import DocumentState
from invoices.models import Bulk, BulkRecord, EarlyRecord, IncomingDocument, Invoice, Order

_MANAGERS: dict[Awaited, Manager[Any]] = {
    Awaited.ORDER: Order.objects,
    Awaited.INVOICE: Invoice.objects,
    Awaited.BUYER: BuyerCode.objects,
}


def list_arrived(*, at_most: int) -> dict[int, list[int]]:
    """Positions of records that need wait no longer, by bulk, the oldest bulks first."""
    found: dict[int, list[int]] = {}
    for awaited, manager in _MANAGERS.items():
        known = manager.filter(source=OuterRef("source"), external_id=OuterRef("number"))
        waiting = EarlyRecord.objects.filter(problem__isnull=True, awaits=awaited).filter(Exists(known))
        rows = waiting.order_by("bulk_id", "position").values_list("bulk_id", "position")
        for bulk_id, position in rows[:at_most]:
            found.setdefault(bulk_id, []).append(position)
    return dict(sorted(found.items()))


def list_arrived_corrections() -> list[int]:
    """Ids of e-invoices that wait for the invoice which they correct, though it is there now."""
    waiting = IncomingDocument.objects.filter(state=DocumentState.WAITING, problem__code="original_unknown")
    named = waiting.annotate(original=KT("problem__params__external_id"))
    known = Invoice.objects.filter(source=OuterRef("source"), external_id=OuterRef("original"))
    return list(named.filter(Exists(known)).order_by("pk").values_list("pk", flat=True))


def list_early(bulk: Bulk, records: Iterable[BulkRecord]) -> dict[int, EarlyRecord]:
    """What waits, or waited and was refused, of these records, by position; asks only if one may."""
    positions = [record.position for record in records if AWAITS in (record.problem or {})]
    rows = EarlyRecord.objects.filter(bulk=bulk, position__in=positions) if positions else ()
    return {row.position: row for row in rows}
