"""Orders of an account as a re-check looks at them: many at once, with what tells whether another answer awaits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef

from cover.models import Security
from credit.domain.kinds import HoldKind, HoldState, ReservationState
from credit.models import Hold, OrderGate, Release, Reservation
from invoices.domain.orders import ENDED
from invoices.models import Order, Receipt
from invoices.queries.orders import get_progress


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order and where it stands: ``gate`` without its check, the reservation that it holds, its open credit hold.

    ``gone``: what was delivered or invoiced of it, in its currency. ``release``: one that has not ended. ``is_plain``:
    nothing but its amount tells its part of an exposure (no money, security, delivery or forced hold of its own).
    ``is_changed``: its content or status is another one than at its last check.
    """

    order: Order
    gate: OrderGate
    said_secured: bool
    is_changed: bool
    gone: Decimal
    is_plain: bool
    reservation: Reservation | None = None
    hold: Hold | None = None
    release: Release | None = None

    @property
    def has_ended(self) -> bool:
        """Nothing is left to decide: closed, cancelled, or all of it has gone."""
        return self.order.status in ENDED or self.gone >= self.order.amount


def list_standing(records: Sequence[int]) -> list[Candidate]:
    """Orders that hold a part of the limit, the newest first."""
    active = Reservation.objects.filter(buyer_id__in=records, state=ReservationState.ACTIVE)
    return _candidates(list(active.order_by("-created_at", "-pk").values_list("order_id", flat=True)))


def list_waiting(records: Sequence[int]) -> list[Candidate]:
    """Orders under a credit hold, the oldest hold first."""
    held = Hold.objects.filter(buyer_id__in=records, kind=HoldKind.CREDIT, state=HoldState.OPEN)
    return _candidates(list(held.order_by("opened_at", "pk").values_list("order_id", flat=True)))


def _candidates(order_ids: list[int | None]) -> list[Candidate]:
    """These orders in this order, in seven statements; those that nobody asked about are left out."""
    wanted = [pk for pk in order_ids if pk is not None]
    gates = {gate.order_id: gate for gate in _gates(wanted)}
    of_these = {"order_id__in": wanted}
    holds = _by_order(Hold.objects.filter(**of_these, kind=HoldKind.CREDIT, state=HoldState.OPEN))
    reservations = _by_order(Reservation.objects.filter(**of_these, state=ReservationState.ACTIVE))
    live = Release.objects.filter(**of_these, ended_at__isnull=True)
    releases = _by_order(live.select_related("check_row", "hold"))
    progress = get_progress(wanted)
    return [
        _candidate(gates[pk], progress[pk].gone, reservations.get(pk), holds.get(pk), releases.get(pk))
        for pk in wanted
        if pk in gates
    ]


def _by_order(rows: Iterable[Any]) -> dict[int, Any]:
    return {row.order_id: row for row in rows}


def _gates(order_ids: list[int]) -> list[OrderGate]:
    of_order = {"order": OuterRef("order")}
    gates = OrderGate.objects.filter(order_id__in=order_ids).select_related("order")
    return list(
        gates.annotate(
            asked_secured=F("check_row__asked__said_secured"),
            asked_version=F("check_row__asked__order_version"),
            has_own=Exists(Receipt.objects.filter(**of_order))
            | Exists(Security.objects.filter(**of_order))
            | Exists(Hold.objects.filter(**of_order, kind=HoldKind.FORCED, state=HoldState.OPEN)),
        )
    )


def _candidate(
    gate: OrderGate, gone: Decimal, reservation: Reservation | None, hold: Hold | None, release: Release | None
) -> Candidate:
    order = gate.order
    is_other = reservation is not None and (reservation.currency, reservation.amount) != (order.currency, order.amount)
    facts: dict[str, Any] = vars(gate)
    return Candidate(
        order=order,
        gate=gate,
        said_secured=bool(facts["asked_secured"]),
        is_changed=facts["asked_version"] != order.version,
        gone=gone,
        is_plain=not (gone or is_other or facts["has_own"]),
        reservation=reservation,
        hold=hold,
        release=release,
    )
