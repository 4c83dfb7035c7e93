"""What waits for its invoice, as a list, and where else its money could go."""

from __future__ import annotations

from core.models import User
from dashboard.queries.paged import SqlRows
from invoices.domain.bulks import SuspenseState
from invoices.queries.bank import OpenItemChoice, open_items_for
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


def list_other_invoices(row: SuspenseRow, *, actor: User, limit: int = 50) -> list[OpenItemChoice]:
    """Open invoices of the document's buyer and its group in the same currency, the nearest amount first."""
    if row.buyer_id is None:
        return []
    found = open_items_for(actor=actor, buyer_id=row.buyer_id, currency=row.currency, limit=500)
    return sorted(found, key=lambda one: abs(one.open_amount - row.amount))[:limit]
