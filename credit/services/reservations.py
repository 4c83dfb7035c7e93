"""What approved orders hold of a limit: reserved, replaced, ended. Rows are never edited but for their end."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings

from core.appending import append
from core.queries.prepared import fetch_rows, rows_of
from credit.domain.kinds import ReservationState
from credit.domain.reservations import expiry_date
from credit.models import OrderCheck, Release, Reservation
from invoices.models import Order

_ACTIVE = rows_of(
    Reservation,
    "active_reservation",
    f"order_id = %(order_id)s AND state = '{ReservationState.ACTIVE}'",
    {"order_id": "bigint"},
)


def active_reservation(order_id: int) -> Reservation | None:
    """What the order holds now."""
    found = fetch_rows(Reservation, _ACTIVE, {"order_id": order_id})
    return found[0] if found else None


def reserve(
    order: Order,
    known: Reservation | None,
    *,
    check: OrderCheck,
    release: Release | None,
    at: datetime,
    renew: bool,
) -> Reservation:
    """Hold the order's amount: the reservation that stands where nothing changed, else a new one in its place.

    ``known`` is what the order holds now. ``renew``: somebody asked again, so it holds for the full time from now.
    """
    release_id = release.pk if release else None
    if known is not None:
        same = (known.currency, known.amount, known.release_id) == (order.currency, order.amount, release_id)
        if same and not renew:
            return known
        end_reservation(known, ReservationState.REPLACED, day=check.as_of, at=at, reason=check.cause)
    reservation = Reservation(
        order=order,
        buyer_id=order.buyer_id,
        check_row=check,
        release=release,
        currency=order.currency,
        amount=order.amount,
        reserved_on=check.as_of,
        expires_on=expiry_date(
            reserved_on=check.as_of,
            ship_date=order.planned_ship_date,
            days=settings.RESERVATION_DAYS,
            days_after_shipment=settings.RESERVATION_DAYS_AFTER_SHIPMENT,
        ),
        created_at=at,
    )
    return append(reservation)


def end_reservation(known: Reservation, state: ReservationState, *, day: date, at: datetime, reason: str) -> None:
    """Give the part of the limit back; whoever ended it before was first."""
    active = Reservation.objects.filter(pk=known.pk, state=ReservationState.ACTIVE)
    active.update(state=state, ended_on=day, ended_at=at, end_reason=reason[:60])
