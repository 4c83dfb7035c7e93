"""What waits for its invoice, as a list, and where else its money could go."""

from __future__ import annotations

from decimal import Decimal

from buyers.models import Buyer
from dashboard.queries.paged import SqlRows
from invoices.domain.bulks import SuspenseState
from invoices.models import Invoice
from invoices.queries.suspense import SUSPENSE_SQL, SuspenseRow

# States that the list offers; "decided" is what a person did.
STATES: dict[str, tuple[SuspenseState, ...]] = {
    "": (SuspenseState.WAITING,),
    "decided": (SuspenseState.MOVED, SuspenseState.WITHDRAWN),
    "allocated": (SuspenseState.ALLOCATED,),
}
_ORDERS = {name: name for name in ("recorded_at", "amount", "source", "document", "invoice", "buyer_name", "age_days")}


def list_waiting(*, state: str = "") -> SqlRows:
    """The oldest first; those in one of :data:`STATES`."""
    return SqlRows(
        relation=f"{SUSPENSE_SQL} WHERE s.state = ANY(%(states)s)",
        params={"states": [item.value for item in STATES[state]]},
        make=SuspenseRow,
        orders=_ORDERS,
        tie="id",
        wanted=("recorded_at",),
    )


def list_other_invoices(row: SuspenseRow, *, limit: int = 50) -> list[Invoice]:
    """Open invoices of the document's buyer and its group in the same currency, the nearest amount first."""
    if row.buyer_id is None:
        return []
    buyer = Buyer.objects.get(pk=row.buyer_id)
    party = {"buyer__group_id": buyer.group_id} if buyer.group_id else {"buyer_id": buyer.pk}
    found = Invoice.objects.filter(open_amount__gt=0, currency=row.currency, **party).select_related("buyer")
    return sorted(found.order_by("due_date", "pk")[:500], key=lambda one: _distance(one, row.amount))[:limit]


def _distance(invoice: Invoice, amount: Decimal) -> tuple[Decimal, int]:
    return abs(invoice.open_amount - amount), invoice.pk
