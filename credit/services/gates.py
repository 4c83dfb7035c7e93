"""The gate of an order: the one row that says whether it may go. Only these services write it."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from core.appending import append
from core.errors import Conflict
from core.queries.prepared import Prepared, fetch_prepared
from core.words import sentence as _
from credit.domain.kinds import Checkpoint, GateState
from credit.models import OrderCheck, OrderGate
from invoices.models import Order


def new_gate(order: Order) -> OrderGate:
    """The gate of an order that this transaction put, written with its first move."""
    return OrderGate(order=order, buyer_id=order.buyer_id)


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
            _("The order's state has changed meanwhile (now %(state)s); look again.", state=gate.state),
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
    gate.state, gate.changed_at = state, at
    gate.check_row, gate.checkpoint = check or gate.check_row, checkpoint or Checkpoint(gate.checkpoint)
    gate.version += 1
    if cast(int | None, gate.pk) is None:
        return append(gate)
    moved = {
        "id": gate.pk,
        "version": gate.version,
        "state": gate.state,
        "check": gate.check_row_id,
        "checkpoint": gate.checkpoint,
        "at": at,
    }
    if not fetch_prepared(_MOVE, moved):
        raise Conflict(
            "gate_changed", _("The order's state has changed meanwhile; look again."), {"order": gate.order_id}
        )
    return gate


_MOVE = Prepared(
    "move_gate",
    """
UPDATE credit_ordergate SET state = %(state)s, check_row_id = %(check)s, checkpoint = %(checkpoint)s,
    changed_at = %(at)s, version = %(version)s
WHERE id = %(id)s AND version = %(version)s - 1 RETURNING id
""",
    {
        "state": "text",
        "check": "bigint",
        "checkpoint": "text",
        "at": "timestamptz",
        "version": "integer",
        "id": "bigint",
    },
)
