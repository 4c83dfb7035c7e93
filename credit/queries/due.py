"""Which orders a re-check looks at, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from buyers.queries.merges import MERGE_MAP_SQL
from core.queries.sql import fetch_all
from credit.domain.kinds import GateState, ReservationState
from credit.models import CreditLimit, OrderGate, Reservation
from credit.queries.parties import get_party
from invoices.domain.orders import ENDED, OrderStatus
from invoices.models import Order, Shipment

_GOING = (OrderStatus.OPEN, OrderStatus.IN_PRODUCTION, OrderStatus.SHIPPED)


def list_family(buyer_id: int, *, as_of: date) -> list[int]:
    """The records whose orders hang on the same limits: the buyer's own, and its group's where that has a limit."""
    party = get_party(buyer_id, as_of=as_of)
    if party is None:
        return []
    shares = party.group_id is not None and CreditLimit.objects.filter(account__group=party.group_id).exists()
    return sorted(party.records) if shares else party.own_records


def list_moved_on(records: Sequence[int], *, as_of: date) -> list[int]:
    """Approved orders that ended or whose reservation is past its last day."""
    active = Reservation.objects.filter(buyer_id__in=records, state=ReservationState.ACTIVE)
    over = active.filter(Q(order__status__in=ENDED) | Q(expires_on__lt=as_of))
    return list(over.order_by("pk").values_list("order_id", flat=True))


def list_shipped(records: Sequence[int]) -> list[int]:
    """Orders that have not ended of which something was shipped: invoiced ones too, the invoice may have come first."""
    shipped = Exists(Shipment.objects.filter(order=OuterRef("pk")))
    orders = Order.objects.filter(shipped, buyer_id__in=records).exclude(status__in=ENDED)
    return list(orders.order_by("pk").values_list("pk", flat=True))


def list_waiting_for_an_edit(records: Sequence[int]) -> list[int]:
    """Orders under way that hold nothing although they were approved, had expired, or were cancelled once."""
    states = (GateState.APPROVED, GateState.CHECK_NEEDED, GateState.CANCELLED)
    holds_part = Exists(Reservation.objects.filter(order=OuterRef("order"), state=ReservationState.ACTIVE))
    gates = OrderGate.objects.filter(~holds_part, buyer_id__in=records, state__in=states, order__status__in=_GOING)
    return list(gates.order_by("order_id").values_list("order_id", flat=True))


# Buyers whose orders were decided or looked at before something of theirs was learned: postings, standings, identity,
# screening; of any record that is read with theirs, and of any member of a group that shares a limit with them.
_RECORDED = ("invoices_entry", "invoices_receipt", "credit_buyerstanding", "buyers_kycrecord", "buyers_screening")
_MOVED_SQL = f"""
SELECT DISTINCT g.buyer_id FROM credit_ordergate g
JOIN invoices_order o ON o.id = g.order_id AND o.status NOT IN ('closed', 'cancelled', 'invoiced')
LEFT JOIN ({MERGE_MAP_SQL}) own ON own.duplicate_id = g.buyer_id
CROSS JOIN LATERAL (
    SELECT least(greatest(g.changed_at, g.looked_at), %(since)s) AS at,
        coalesce(own.survivor_id, g.buyer_id) AS buyer_id
) seen
CROSS JOIN LATERAL (
    SELECT seen.buyer_id AS id
    UNION SELECT m.duplicate_id FROM ({MERGE_MAP_SQL}) m WHERE m.survivor_id = seen.buyer_id
    UNION SELECT member.id FROM buyers_buyer b JOIN buyers_buyer member ON member.group_id = b.group_id
    WHERE b.id = seen.buyer_id AND EXISTS (
        SELECT FROM credit_creditaccount a JOIN credit_creditlimit l ON l.account_id = a.id
        WHERE a.group_id = b.group_id)
) kin
WHERE g.state IN ('approved', 'held') AND ({
    " OR ".join(
        f"EXISTS (SELECT FROM {table} x WHERE x.buyer_id = kin.id AND x.recorded_at > seen.at)" for table in _RECORDED
    )
})
ORDER BY g.buyer_id
"""


def list_moved_buyers(*, since: datetime | None = None) -> list[int]:
    """Buyers with approved or held orders under way of whom something was recorded after that, or after ``since``:
    what was still being recorded then could not be seen by a decision of later."""
    return [row[0] for row in fetch_all(_MOVED_SQL, {"since": since, "known_at": None})]


_DUE_TODAY_SQL = """
SELECT r.buyer_id FROM credit_reservation r WHERE r.state = 'active' AND r.expires_on < %(as_of)s
UNION
SELECT o.buyer_id FROM credit_release x JOIN invoices_order o ON o.id = x.order_id
WHERE x.ended_at IS NULL AND x.valid_until < %(as_of)s
ORDER BY 1
"""


def list_due_buyers(*, as_of: date) -> list[int]:
    """Buyers with a reservation or a release that is past its last day."""
    return [row[0] for row in fetch_all(_DUE_TODAY_SQL, {"as_of": as_of})]
