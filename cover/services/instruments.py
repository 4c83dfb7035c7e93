"""Securities, accepted bills and sold receivables, entered by hand: append-only versions, the same thing once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from buyers.queries.merges import get_survivor_id, list_records
from buyers.services.rechecks import ask_recheck
from core.access.scope import require
from core.domain.roles import Permission
from core.errors import Conflict, NotFound
from core.models import User
from core.services import audit
from core.words import sentence as _
from cover.domain.instruments import (
    BillRecord,
    InvoiceFacts,
    SaleRecord,
    SecurityRecord,
    check_bill,
    check_sale,
    check_security,
)
from cover.models import Bill, Security, SoldReceivable
from invoices.models import Invoice, Order

CAUSE = "cover_changed"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The version that counts, and whether it was new."""

    row: Model
    is_new: bool


@transaction.atomic
def record_security(record: SecurityRecord, *, actor: User, as_new: bool = False) -> Recorded:
    """Store a security; the same again changes nothing, another content under its number is a new version.

    ``as_new``: whoever enters it believes that the number is new, so another content is refused. Needs ``cover:write``.
    Raises ``cover_invalid``, ``order_not_found`` if the order is not the buyer's, ``cover_of_other_buyer``,
    ``cover_on_record``.
    """
    require(actor, Permission.COVER_WRITE)
    check_security(record)
    _lock(record.buyer_id)
    if record.order_id is not None:
        _find(Order, record.order_id, record.buyer_id, "order")
    return _append(Security, record, {"kind": record.kind, "order_id": record.order_id}, actor, as_new)


@transaction.atomic
def record_bill(record: BillRecord, *, actor: User, as_new: bool = False) -> Recorded:
    """Store a bill that the buyer accepted for an invoice of its own.

    Needs ``cover:write``. Raises ``cover_invalid``, ``invoice_not_found``, ``cover_of_other_buyer``,
    ``cover_on_record``.
    """
    require(actor, Permission.COVER_WRITE)
    _lock(record.buyer_id)
    check_bill(record, _invoice(Bill, record))
    return _append(Bill, record, {"invoice_id": record.invoice_id}, actor, as_new)


@transaction.atomic
def record_sale(record: SaleRecord, *, actor: User, as_new: bool = False) -> Recorded:
    """Store the sale of a receivable. The same refusals; an invoice is sold once at a time."""
    require(actor, Permission.COVER_WRITE)
    _lock(record.buyer_id)
    check_sale(record, _invoice(SoldReceivable, record))
    columns = {"invoice_id": record.invoice_id, "with_recourse": record.with_recourse}
    return _append(SoldReceivable, record, columns, actor, as_new)


def _lock(buyer_id: int) -> None:
    """One writer of cover at a time for a buyer, under whichever of its records it is named."""
    with connection.cursor() as cursor:
        key = f"cover.instruments:{get_survivor_id(buyer_id)}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [key])


def _find(model: type[Any], pk: int, buyer_id: int, field: str) -> Any:
    records = list_records([get_survivor_id(buyer_id)])
    row = model.objects.filter(pk=pk, buyer_id__in=records).first()
    if row is None:
        raise NotFound(
            f"{field}_not_found",
            _("The buyer has no %(field)s %(pk)s.", field=field, pk=pk),
            {"field": field, "value": pk},
        )
    return row


def _invoice(model: type[Any], record: BillRecord | SaleRecord) -> InvoiceFacts:
    invoice: Invoice = _find(Invoice, record.invoice_id, record.buyer_id, "invoice")
    latest = model.objects.filter(invoice=invoice).order_by("source", "external_id", "-recorded_at", "-pk")
    live = [row for row in latest.distinct("source", "external_id") if row.ended_on is None]
    own = (record.source, record.external_id)
    taken = sum((row.amount for row in live if (row.source, row.external_id) != own), Decimal(0))
    return InvoiceFacts(invoice.number, invoice.currency, invoice.amount, invoice.invoice_date, taken)


_DAYS = ("valid_from", "valid_to", "accepted_on", "matures_on", "sold_on", "ended_on")


def _append(
    model: type[Any],
    record: SecurityRecord | BillRecord | SaleRecord,
    columns: Mapping[str, Any],
    actor: User,
    as_new: bool,
) -> Recorded:
    """A new version, the audit event and the re-check, unless the latest version says the same."""
    content: dict[str, Any] = {
        "currency": record.amount.currency,
        "amount": record.amount.amount,
        **columns,
        **{name: getattr(record, name) for name in _DAYS if hasattr(record, name)},
    }
    named = model.objects.filter(source=record.source, external_id=record.external_id)
    known = named.order_by("-recorded_at", "-pk").first()
    if known is not None:
        _check_owner(known, record)
        if all(getattr(known, name) == value for name, value in content.items()):
            return Recorded(known, is_new=False)
        if as_new:
            raise _on_record(record.external_id)
    names = {"source": record.source, "external_id": record.external_id, "buyer_id": record.buyer_id}
    row = model.objects.create(**names, **content, recorded_by=actor)
    _conclude(row, content, actor)
    return Recorded(row, is_new=True)


def _check_owner(known: Any, record: SecurityRecord | BillRecord | SaleRecord) -> None:
    if get_survivor_id(known.buyer_id) != get_survivor_id(record.buyer_id):
        raise Conflict(
            "cover_of_other_buyer",
            _("%(external_id)s is on record for another buyer.", external_id=record.external_id),
            {"field": "external_id", "value": record.external_id},
        )


def _on_record(number: str) -> Conflict:
    """It is changed where its history is seen."""
    words = _("%(number)s is on record with another content. Open it to change it.", number=number)
    return Conflict("cover_on_record", words, {"field": "external_id", "value": number})


def _conclude(row: Any, content: Mapping[str, Any], actor: User) -> None:
    name = row._meta.model_name
    data = {"row": row.pk, "external_id": row.external_id, **{key: _plain(value) for key, value in content.items()}}
    audit.record(
        actor=actor,
        action=f"cover.{name}.recorded",
        subject_type="buyer",
        subject_id=row.buyer_id,
        data=data,
        rows=[row],
    )
    ask_recheck([get_survivor_id(row.buyer_id)], cause=CAUSE)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
