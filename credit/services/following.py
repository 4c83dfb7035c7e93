"""What follows from an order's life without any check: it ended, left, left unapproved, or waited too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from core.queries.sql import fetch_all
from core.services import audit
from credit.domain.kinds import GateState, HoldState, ReservationState
from credit.models import HoldEvent, OrderGate
from credit.services.gates import move_gate
from credit.services.holds import SHIPPED_UNAPPROVED, credit_hold, end_credit_hold, hold, write_event
from credit.services.releases import end_release, live_release
from credit.services.reservations import active_reservation, end_reservation
from invoices.domain.orders import ENDED, OrderStatus
from invoices.models import Order
from invoices.queries.orders import OrderProgress


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The business date, and the moment after the lock."""

    as_of: date
    at: datetime


def follow(order: Order, gate: OrderGate, progress: OrderProgress, now: Moment) -> bool:
    """Bring gate, reservation, release and hold in line with the order's life; True if a check is still a question.

    The order's accounts are locked. A forced hold is never touched.
    """
    if order.status in ENDED:
        end_order(order, gate, now)
        return False
    note_unapproved(order, gate, now)
    if progress.gone >= order.amount:
        _use_up(order, now)
        return False
    return not _expire(order, gate, now)


def end_order(order: Order, gate: OrderGate, now: Moment) -> None:
    """A cancelled or closed order holds nothing and waits for nobody."""
    _end_reservation(order, ReservationState.ENDED, now, reason=order.status)
    _end_release(order, order.status, now)
    end_credit_hold(order.pk, HoldState.CANCELLED, at=now.at, action=order.status)
    if order.status == OrderStatus.CANCELLED and gate.state != GateState.CANCELLED:
        move_gate(gate, GateState.CANCELLED, at=now.at)
    elif gate.state == GateState.HELD:
        move_gate(gate, GateState.CHECK_NEEDED, at=now.at)


def _use_up(order: Order, now: Moment) -> None:
    """All of it was delivered or invoiced: the reservation is used, and so is a release."""
    _end_reservation(order, ReservationState.USED, now, reason="delivered")
    _end_release(order, "used", now)


def _expire(order: Order, gate: OrderGate, now: Moment) -> bool:
    """A reservation past its last day goes back; the order must be asked about again."""
    known = active_reservation(order.pk)
    if known is None or known.expires_on >= now.as_of:
        return False
    end_reservation(known, ReservationState.EXPIRED, day=now.as_of, at=now.at, reason="expired")
    move_gate(gate, GateState.CHECK_NEEDED, at=now.at)
    audit.record(
        actor=None,
        action="credit.reservation.expired",
        subject_type="order",
        subject_id=order.pk,
        data={"reservation": known.pk, "expires_on": known.expires_on.isoformat()},
    )
    return True


def _end_reservation(order: Order, state: ReservationState, now: Moment, *, reason: str) -> None:
    known = active_reservation(order.pk)
    if known is not None:
        end_reservation(known, state, day=now.as_of, at=now.at, reason=reason)


def _end_release(order: Order, reason: str, now: Moment) -> None:
    release = live_release(order.pk)
    if release is not None:
        end_release(release, reason, at=now.at)


# Shipments that were reported at a moment at which nothing was reserved for their order. The report is an event:
# history that came in by a bulk load was never anybody's to approve.
_UNAPPROVED_SQL = """
SELECT first.external_id FROM (
    SELECT DISTINCT ON (s.source, s.external_id) s.external_id, s.recorded_at FROM invoices_shipment s
    WHERE s.order_id = %(order)s AND NOT s.is_cancelled AND NOT s.is_refused
      AND coalesce(s.shipped_on, s.handed_over_on, s.bill_of_lading_on, s.delivered_on) IS NOT NULL
    ORDER BY s.source, s.external_id, s.recorded_at, s.id
) first
WHERE NOT EXISTS (
    SELECT FROM credit_reservation r WHERE r.order_id = %(order)s AND r.created_at <= first.recorded_at
      AND (r.ended_at IS NULL OR r.ended_at > first.recorded_at))
AND EXISTS (
    SELECT FROM core_auditevent e WHERE e.subject_type = 'order' AND e.subject_id = %(order)s::text
      AND e.action = 'invoices.shipment.reported' AND e.data ->> 'shipment' = first.external_id)
ORDER BY first.external_id
"""


def note_unapproved(order: Order, gate: OrderGate, now: Moment) -> None:
    """Goods left that nobody had approved: stored all the same, and put before a person, once for each shipment."""
    found = [row[0] for row in fetch_all(_UNAPPROVED_SQL, {"order": order.pk})]
    if not found:
        return
    told = HoldEvent.objects.filter(hold__order=order, action=SHIPPED_UNAPPROVED).values_list("data", flat=True)
    news = sorted(set(found) - {name for data in told for name in data["shipments"]})
    if not news:
        return
    known = credit_hold(order.pk)
    reasons = [SHIPPED_UNAPPROVED, *(known.reasons if known else ())]
    opened = hold(
        known,
        order_id=order.pk,
        buyer_id=order.buyer_id,
        reasons=list(dict.fromkeys(reasons)),
        over_by=known.over_by if known else Decimal(0),
        check=known.check_row if known else None,
        at=now.at,
    )
    write_event(opened, SHIPPED_UNAPPROVED, data={"shipments": news})
    audit.record(
        actor=None,
        action="credit.order.shipped_unapproved",
        subject_type="order",
        subject_id=order.pk,
        data={"shipments": news, "gate": gate.state},
    )
    if gate.state != GateState.REJECTED:
        move_gate(gate, GateState.HELD, at=now.at)
