"""The machine checks an order again. It approves, holds, uses up and expires; it never lifts what a person forced."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import transaction

from buyers.queries.merges import get_survivor_id, list_records
from credit.domain.kinds import Checkpoint, GateState, ReservationState
from credit.models import Hold, OrderGate, Reservation
from credit.services.accounts import failing_closed, lock_accounts, one_decision
from credit.services.checks import CheckRequest, question_of
from credit.services.deciding import CheckResult, Question, checkpoint_of, decide
from credit.services.following import Moment, follow
from credit.services.gates import gate_of
from credit.services.records import Asker
from invoices.models import Order
from invoices.queries.orders import get_order, get_progress
from invoices.services.orders import lock_order

MACHINE = Asker()

# An order whose approval expired, or that was cancelled, waits to be asked about, or for its next edit.
BY_EDIT = frozenset({"edited", "currency_changed", "reopened", "production"})

_LATER = list(Checkpoint)


def check_again(
    order_id: int, *, cause: str, as_of: date, only_follow: bool = False, seen: int | None = None
) -> CheckResult | None:
    """Follow the order's life and check it again, in one transaction; None if there is nothing to check.

    Orders that nobody asked about, and those that a person rejected, are left alone; so are those whose gate is no
    longer the version ``seen``: what was decided meanwhile was decided on newer facts.
    """
    with failing_closed(), transaction.atomic(), one_decision():
        locked = lock_accounts(get_order(order_id).buyer_id)
        now = Moment(as_of=as_of, at=locked.known_at)
        return _again(order_id, cause, now, only_follow=only_follow, seen=seen)


def _again(
    order_id: int, cause: str, now: Moment, *, only_follow: bool = False, seen: int | None = None
) -> CheckResult | None:
    order = lock_order(order_id)
    gate = gate_of(order)
    if seen is not None and gate.version != seen:
        return None
    if not follow(order, gate, get_progress([order.pk])[order.pk], now) or only_follow:
        return None
    if gate.state in (GateState.UNCHECKED, GateState.REJECTED):
        return None
    if gate.state in (GateState.CHECK_NEEDED, GateState.CANCELLED) and cause not in BY_EDIT:
        return None
    question = question_again(order, gate, now, said_secured=_was_secured(gate), cause=cause)
    return decide(order, gate, question, MACHINE, renew=False)


def question_again(order: Order, gate: OrderGate, now: Moment, *, said_secured: bool, cause: str = "") -> Question:
    """What the machine asks about an order that was asked about before."""
    request = CheckRequest(order_id=order.pk, cause=cause, is_secured=said_secured)
    question = question_of(order, request, now, checkpoint=_checkpoint(order, gate))
    return replace(question, is_strict=False)


def _was_secured(gate: OrderGate) -> bool:
    """What was said when the order was asked about; insurance and securities are read anew."""
    return gate.check_row is not None and bool(gate.check_row.asked["said_secured"])


def _checkpoint(order: Order, gate: OrderGate) -> Checkpoint:
    """The later one of where the order stands and where it was last checked."""
    return max(checkpoint_of(order), Checkpoint(gate.checkpoint), key=_LATER.index)


def check_held_by_force(hold: Hold, now: Moment) -> None:
    """A forced hold has just been set: what it stops loses its approval now. The accounts are locked."""
    if hold.order_id is not None:
        orders = [hold.order_id]
    else:
        records = list_records([get_survivor_id(hold.buyer_id)])
        active = Reservation.objects.filter(buyer_id__in=records, state=ReservationState.ACTIVE)
        orders = list(active.order_by("pk").values_list("order_id", flat=True))
    for order_id in orders:
        _again(order_id, "hold_changed", now)
