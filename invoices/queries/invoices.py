"""Lists of invoices as of a date: the rows behind figures, for the API and for drill-down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import (
    Case,
    DateField,
    DecimalField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least

from buyers.models import Buyer
from buyers.queries.merges import MERGE_MAP_SQL, list_records
from core.access.scope import SYSTEM, Scope
from core.errors import NotFound
from core.queries.sql import fetch_all
from core.words import sentence as _
from invoices.domain.kinds import EntryKind
from invoices.models import DisputeVersion, DueDateChange, Entry, Invoice


class InvoiceState(StrEnum):
    """What a list of invoices is restricted to, as of its date."""

    OPEN = "open"
    OVERDUE = "overdue"
    DISPUTED = "disputed"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which invoices; empty members do not restrict. ``text`` is part of the number or the source's id."""

    buyer_ids: Sequence[int] | None = None
    currency: str = ""
    source: str = ""
    text: str = ""
    state: InvoiceState | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None


ANY_INVOICE = InvoiceFilter()
_MONEY: DecimalField[Any, Any] = DecimalField(max_digits=20, decimal_places=4)
_NOTHING = Value(0, output_field=_MONEY)


def list_invoices(
    *, as_of: date, known_at: datetime | None = None, scope: Scope = SYSTEM, wanted: InvoiceFilter = ANY_INVOICE
) -> QuerySet[Invoice]:
    """Invoices issued by ``as_of``, unordered, each with ``open_then``, ``due_then``, ``disputed_then``,
    ``settled_then``: what these were on that date as known at that moment. The invoice's buyer is the record that
    the source named; :func:`buyer_codes` gives the code it is read under."""
    rows = _issued(as_of, known_at).filter(_visible(scope, known_at))
    rows = rows.annotate(open_then=_open(as_of, known_at), due_then=_due(as_of, known_at))
    rows = rows.annotate(disputed_then=_disputed(as_of, known_at), settled_then=_settled(as_of, known_at))
    return _restrict(rows, wanted, as_of, known_at).select_related("buyer")


def get_invoice(pk: int, *, as_of: date, known_at: datetime | None = None, scope: Scope = SYSTEM) -> Invoice:
    """One invoice, annotated as in :func:`list_invoices`; raises ``invoice_not_found``."""
    found = list_invoices(as_of=as_of, known_at=known_at, scope=scope).filter(pk=pk).first()
    if found is None:
        raise NotFound(
            "invoice_not_found", _("There is no invoice %(pk)s.", pk=pk), {"field": "invoice", "value": str(pk)}
        )
    return found


def buyer_codes(rows: Sequence[Invoice], *, known_at: datetime | None = None) -> dict[int, str]:
    """The code under which each invoice's buyer is read: its survivor's while merged. By the buyer's id."""
    merged = dict(fetch_all(MERGE_MAP_SQL, {"known_at": known_at}))
    codes = {row.buyer_id: row.buyer.code for row in rows}
    survivors = {pk: merged[pk] for pk in codes if pk in merged}
    names = dict(Buyer.objects.filter(pk__in=survivors.values()).values_list("pk", "code"))
    return {pk: names[survivors[pk]] if pk in survivors else code for pk, code in codes.items()}


def _issued(as_of: date, known_at: datetime | None) -> QuerySet[Invoice]:
    rows = Invoice.objects.filter(invoice_date__lte=as_of)
    return rows if known_at is None else rows.filter(recorded_at__lte=known_at)


def _visible(scope: Scope, known_at: datetime | None) -> Q:
    """Invoices of the owner's buyers, and of the records merged into those."""
    if scope.is_everything:
        return Q()
    own = Buyer.objects.filter(sales_owner_id=scope.sales_owner_id).values_list("pk", flat=True)
    merged = dict(fetch_all(MERGE_MAP_SQL, {"known_at": known_at}))
    seen = set(own) - set(merged)
    return Q(buyer_id__in=list_records(seen, known_at=known_at))


def _restrict(
    rows: QuerySet[Invoice], wanted: InvoiceFilter, as_of: date, known_at: datetime | None
) -> QuerySet[Invoice]:
    if wanted.buyer_ids is not None:
        rows = rows.filter(buyer_id__in=list_records(wanted.buyer_ids, known_at=known_at))
    if wanted.text:
        rows = rows.filter(Q(number__icontains=wanted.text) | Q(external_id__icontains=wanted.text))
    given = {
        "currency": wanted.currency,
        "source": wanted.source,
        "invoice_date__gte": wanted.issued_from,
        "invoice_date__lte": wanted.issued_to,
        "due_then__gte": wanted.due_from,
        "due_then__lte": wanted.due_to,
    }
    rows = rows.filter(**{field: value for field, value in given.items() if value})
    return rows.filter(_in_state(wanted.state, as_of)) if wanted.state else rows


def _in_state(state: InvoiceState, as_of: date) -> Q:
    is_open = ~Q(open_then=0)
    return {
        InvoiceState.OPEN: is_open,
        InvoiceState.OVERDUE: is_open & Q(due_then__lt=as_of),
        InvoiceState.DISPUTED: Q(disputed_then__gt=0),
        InvoiceState.SETTLED: Q(settled_then__isnull=False),
    }[state]


def _open(as_of: date, known_at: datetime | None) -> Any:
    later = Q(effective_date__gt=as_of) | (Q(recorded_at__gt=known_at) if known_at else Q())
    unwound = Entry.objects.filter(later, invoice=OuterRef("pk")).values("invoice").annotate(total=Sum("amount"))
    return F("open_amount") - Coalesce(Subquery(unwound.values("total")), _NOTHING)


def _due(as_of: date, known_at: datetime | None) -> Any:
    known = DueDateChange.objects.filter(_in_force(as_of, known_at), invoice=OuterRef("pk"))
    latest = known.order_by("-valid_from", "-recorded_at", "-pk").values("due_date")[:1]
    return Coalesce(Subquery(latest), F("original_due_date"), output_field=DateField())


def _disputed(as_of: date, known_at: datetime | None) -> Any:
    newer = DisputeVersion.objects.filter(
        _in_force(as_of, known_at), invoice=OuterRef("invoice"), dispute_key=OuterRef("dispute_key")
    ).filter(
        Q(valid_from__gt=OuterRef("valid_from"))
        | Q(valid_from=OuterRef("valid_from"), recorded_at__gt=OuterRef("recorded_at"))
        | Q(valid_from=OuterRef("valid_from"), recorded_at=OuterRef("recorded_at"), pk__gt=OuterRef("pk"))
    )
    standing = DisputeVersion.objects.filter(_in_force(as_of, known_at), ~Exists(newer), invoice=OuterRef("pk"))
    total = Subquery(standing.values("invoice").annotate(total=Sum("amount")).values("total"))
    return Least(Coalesce(total, _NOTHING), Greatest(F("open_then"), _NOTHING), output_field=_MONEY)


def _settled(as_of: date, known_at: datetime | None) -> Any:
    """The last standing receipt allocation of an invoice with nothing open."""
    known = Q(effective_date__lte=as_of) & (Q(recorded_at__lte=known_at) if known_at else Q())
    taken_back = Entry.objects.filter(known, reverses=OuterRef("pk"))
    paid = Entry.objects.filter(known, ~Exists(taken_back), kind=EntryKind.RECEIPT, invoice=OuterRef("pk"))
    last = Subquery(paid.values("invoice").annotate(day=Max("effective_date")).values("day"))
    return Case(When(open_then=0, then=last), output_field=DateField())


def _in_force(as_of: date, known_at: datetime | None) -> Q:
    return Q(valid_from__lte=as_of) & (Q(recorded_at__lte=known_at) if known_at else Q())
