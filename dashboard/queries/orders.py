"""What the order desk lists: the latest answers, a buyer's open orders, buyers by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Q

from buyers.models import Buyer
from core.access.scope import Scope
from core.errors import NotFound
from core.queries.sql import fetch_all
from core.words import sentence as _
from credit.models import OrderCheck
from dashboard.queries.accounts import is_visible
from invoices.models import Order
from invoices.queries.orders import OrderProgress, get_progress

LATEST = 100
OFFERED = 12

# The newest rows by key: no answer is ever changed, so the key is their order in time.
_CHECKS = """
SELECT c.id, c.recorded_at, b.code, b.name, b.name_zh, o.external_id, c.amount, c.currency, c.checkpoint, c.outcome,
       c.decided_by, c.actor_label, c.is_dry_run
FROM credit_ordercheck c
JOIN buyers_buyer b ON b.id = c.buyer_id
LEFT JOIN invoices_order o ON o.id = c.order_id
WHERE (%(owner)s::bigint IS NULL OR b.sales_owner_id = %(owner)s)
  AND (%(buyers)s::bigint[] IS NULL OR c.buyer_id = ANY(%(buyers)s))
  AND (%(order)s::bigint IS NULL OR c.order_id = %(order)s)
ORDER BY c.id DESC
LIMIT %(limit)s
"""

_OPEN_ORDERS = """
SELECT o.id, o.external_id, o.order_date, o.planned_ship_date, o.amount, o.currency, o.terms, o.status, o.version,
       coalesce(g.state, 'unchecked'), g.check_row_id, r.amount, h.id
FROM invoices_order o
LEFT JOIN credit_ordergate g ON g.order_id = o.id
LEFT JOIN credit_reservation r ON r.order_id = o.id AND r.state = 'active'
LEFT JOIN credit_hold h ON h.order_id = o.id AND h.state = 'open' AND h.kind = 'credit'
WHERE o.buyer_id = ANY(%(buyers)s) AND o.status NOT IN ('closed', 'cancelled')
ORDER BY o.planned_ship_date NULLS LAST, o.id
LIMIT 500
"""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One answer in the list."""

    check_id: int
    recorded_at: datetime
    buyer_code: str
    buyer_name: str
    buyer_name_zh: str
    order_number: str | None
    amount: Decimal
    currency: str
    checkpoint: str
    outcome: str
    decided_by: str
    actor_label: str
    is_dry_run: bool


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that has not ended, where it stands with credit, and what it holds of the limit."""

    order_id: int
    external_id: str
    order_date: date
    planned_ship_date: date | None
    amount: Decimal
    currency: str
    terms: str
    status: str
    version: int
    gate: str
    check_id: int | None
    reserved: Decimal | None
    hold_id: int | None


def list_latest_checks(
    *, scope: Scope, buyer_ids: Sequence[int] | None = None, order_id: int | None = None, limit: int = LATEST
) -> list[CheckLine]:
    """The newest answers, of everybody, of one buyer or of one order."""
    parameters = {
        "owner": scope.sales_owner_id,
        "buyers": None if buyer_ids is None else list(buyer_ids),
        "order": order_id,
        "limit": limit,
    }
    return [CheckLine(*row) for row in fetch_all(_CHECKS, parameters)]


def list_open_orders(*, buyer_ids: Sequence[int]) -> list[OpenOrder]:
    """Orders of one customer that have not ended, the next shipment first."""
    rows = [OpenOrder(*row) for row in fetch_all(_OPEN_ORDERS, {"buyers": list(buyer_ids)})]
    held = get_progress(row.order_id for row in rows if row.reserved is not None)
    return [replace(row, reserved=_rest(row, held)) for row in rows]


def _rest(row: OpenOrder, progress: Mapping[int, OrderProgress]) -> Decimal | None:
    """What a reservation still holds: what has left the house is exposure of another kind."""
    if row.reserved is None:
        return None
    return max(Decimal(0), row.reserved - progress[row.order_id].gone)


def get_order(order_id: int, *, scope: Scope) -> Order:
    """An order of a buyer whom the scope covers; raises ``order_not_found``."""
    order = Order.objects.select_related("buyer").filter(pk=order_id).first()
    if order is None or not is_visible(buyer_id=order.buyer_id, scope=scope):
        raise NotFound("order_not_found", _("There is no such order."), {"field": "order", "value": order_id})
    return order


def get_check(check_id: int, *, scope: Scope) -> OrderCheck:
    """A stored answer about a buyer whom the scope covers; raises ``check_not_found``."""
    check = OrderCheck.objects.select_related("buyer__group", "order", "actor").filter(pk=check_id).first()
    if check is None or not is_visible(buyer_id=check.buyer_id, scope=scope):
        raise NotFound("check_not_found", _("There is no such check."), {"field": "check", "value": check_id})
    return check


def offer_buyers(text: str, *, scope: Scope) -> list[Buyer]:
    """A few buyers whose code or name contains the text."""
    rows = Buyer.objects.filter(Q(code__icontains=text) | Q(name__icontains=text) | Q(name_zh__icontains=text))
    mine = rows if scope.is_everything else rows.filter(sales_owner_id=scope.sales_owner_id)
    return list(mine.only("code", "name").order_by("name")[:OFFERED])
