"""The gate of an order: the one row that says whether it may go. Only these services write it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from core.errors import Conflict
from credit.domain.kinds import Checkpoint, GateState
from credit.models import OrderCheck, OrderGate
from invoices.models import Order


def gate_of(order: Order) -> OrderGate:
    """The order's gate, made now if nobody asked about the order before."""
    gate, _ = OrderGate.objects.select_related("check_row").get_or_create(
        order=order, defaults={"buyer_id": order.buyer_id}
    )
    return gate


def expect_version(gate: OrderGate, expected: int | None) -> None:
    """Raise ``gate_changed`` if the person decided on another state of the order than it is in now."""
    if expected is not None and gate.version != expected:
        raise Conflict(
            "gate_changed",
            f"The order's state has changed meanwhile (now {gate.state}); look again.",
            {"field": "version", "value": str(expected), "current": gate.version},
        )


def move_gate(
    gate: OrderGate,
    state: GateState,
    *,
    at: datetime,
    check: OrderCheck | None = None,
    checkpoint: Checkpoint | None = None,
) -> OrderGate:
    """Compare and swap: write the state if the gate is still the version that was read."""
    check_row, checkpoint = check or gate.check_row, checkpoint or Checkpoint(gate.checkpoint)
    written = OrderGate.objects.filter(pk=gate.pk, version=gate.version).update(
        state=state, check_row=check_row, checkpoint=checkpoint, changed_at=at, version=F("version") + 1
    )
    if not written:
        raise Conflict("gate_changed", "The order's state has changed meanwhile; look again.", {"order": gate.order_id})
    gate.state, gate.check_row, gate.checkpoint, gate.changed_at = state, check_row, checkpoint, at
    gate.version += 1
    return gate
