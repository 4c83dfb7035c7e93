"""What people do about an order: release, reject, cancel, check again. Holds: see :mod:`credit.services.forced`."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from core.domain.roles import Permission
from core.errors import InvalidTransition
from core.models import User
from core.services import audit
from credit.domain.kinds import GateState, HoldState
from credit.domain.releases import ReleaseTerms, check_release
from credit.models import Hold, OrderCheck, OrderGate, Release
from credit.services.accounts import failing_closed, limit_time, lock_accounts
from credit.services.checks import CheckRequest, CheckResult, check_order
from credit.services.following import Moment, end_order
from credit.services.forced import force_hold, forward_hold, lift_hold
from credit.services.gates import expect_version, gate_of, move_gate
from credit.services.holds import credit_hold, end_credit_hold
from credit.services.permits import check_may, check_may_release
from credit.services.records import Asker
from credit.services.releases import content_of, end_release, live_release
from credit.services.reservations import active_reservation, reserve
from invoices.domain.orders import OrderStatus
from invoices.models import Order
from invoices.queries.orders import get_order, get_progress
from invoices.services.orders import lock_order, set_status

__all__ = [
    "ReleaseTerms",
    "cancel_order",
    "force_hold",
    "forward_hold",
    "lift_hold",
    "recheck_order",
    "reject_order",
    "release_order",
]


def release_order(
    order_id: int, terms: ReleaseTerms, *, as_of: date, actor: User, expected_version: int | None = None
) -> OrderGate:
    """Let a held order go although a rule stops it; ``expected_version`` is the gate's.

    The release holds for the order's amount up to ``terms.amount`` plus tolerance, against the rules that stop it now,
    until it is delivered or ``valid_until`` is past. Raises ``permission_denied``, ``own_order``, ``own_buyer``,
    :class:`InvalidTransition` unless held, ``gate_changed``, ``release_invalid``, ``release_too_small``,
    ``not_releasable`` (sanctions, screening, forced holds).
    """
    check_may_release(actor, order_id=order_id, buyer_id=get_order(order_id).buyer_id)
    with failing_closed(), transaction.atomic():
        order, gate, now = _lock(order_id, as_of)
        expect_version(gate, expected_version)
        hold, check = _releasable(order, gate)
        check_release(terms=terms, order=content_of(order), stops=hold.reasons, as_of=as_of)
        release = _write_release(order, hold, check, terms, actor=actor, now=now)
        end_credit_hold(
            order.pk, HoldState.RELEASED, at=now.at, action="released", actor=actor, note=terms.reason.strip()
        )
        if get_progress([order.pk])[order.pk].gone < order.amount:
            reserve(order, active_reservation(order.pk), check=check, release=release, at=now.at, renew=True)
        move_gate(gate, GateState.APPROVED, at=now.at)
        data = {"release": release.pk, "check": check.pk, "amount": str(terms.amount), "reason": terms.reason}
        _audit("released", order, Asker(actor), **data, valid_until=terms.valid_until.isoformat())
        return gate


def _open_hold(order: Order, gate: OrderGate, *states: GateState) -> Hold:
    """The credit hold that waits for a person while the gate is in one of these states."""
    hold = credit_hold(order.pk)
    if hold is None or gate.state not in states:
        raise InvalidTransition(current=gate.state, allowed=(GateState.HELD,))
    return hold


def _releasable(order: Order, gate: OrderGate) -> tuple[Hold, OrderCheck]:
    """The open credit hold and the check that it stands on; a rejected order has none until it is edited."""
    hold = _open_hold(order, gate, GateState.HELD)
    check = hold.check_row or gate.check_row
    if check is None:
        raise InvalidTransition(current=GateState.UNCHECKED, allowed=(GateState.HELD,))
    return hold, check


def _write_release(
    order: Order, hold: Hold, check: OrderCheck, terms: ReleaseTerms, *, actor: User, now: Moment
) -> Release:
    """The record; an older release that no longer lets the order go ends with it."""
    if known := live_release(order.pk):
        end_release(known, "replaced", at=now.at)
    return Release.objects.create(
        order=order,
        hold=hold,
        check_row=check,
        currency=order.currency,
        amount=terms.amount,
        tolerance_percent=terms.tolerance_percent,
        valid_until=terms.valid_until,
        review_on=terms.review_on,
        reason=terms.reason.strip(),
        released_by=actor,
        released_at=now.at,
    )


def reject_order(
    order_id: int, *, reason: str, as_of: date, actor: User, expected_version: int | None = None
) -> OrderGate:
    """Refuse a held order; it may be asked about again once it was edited.

    Goods of a rejected order that left all the same hold it anew: to reject it again deals with that hold, and with
    nothing else. What left stays in the exposure and billable; what has not left stays refused.
    Raises ``permission_denied``, :class:`InvalidTransition` unless held, ``gate_changed``.
    """
    check_may(actor, Permission.HOLD_DECIDE, buyer_id=get_order(order_id).buyer_id)
    with failing_closed(), transaction.atomic():
        order, gate, now = _lock(order_id, as_of)
        expect_version(gate, expected_version)
        _open_hold(order, gate, GateState.HELD, GateState.REJECTED)
        end_credit_hold(order.pk, HoldState.REJECTED, at=now.at, action="rejected", actor=actor, note=reason[:300])
        move_gate(gate, GateState.REJECTED, at=now.at)
        _audit("rejected", order, Asker(actor), reason=reason)
        return gate


def cancel_order(
    order_id: int,
    *,
    as_of: date,
    reason: str = "",
    actor: User | None = None,
    actor_label: str = "",
    expected_version: int | None = None,
) -> OrderGate:
    """Cancel the order: what it held of the limit is free again; ``expected_version`` is the order's.

    Raises ``permission_denied``, ``order_changed``, ``goods_have_left``, :class:`InvalidTransition`.
    """
    asker = Asker(actor, actor_label)
    if actor is not None:
        check_may(actor, Permission.ORDER_CHECK, buyer_id=get_order(order_id).buyer_id)
    with failing_closed(), transaction.atomic():
        _, gate, now = _lock(order_id, as_of)
        order = set_status(
            order_id,
            OrderStatus.CANCELLED,
            actor=actor,
            actor_label=actor_label,
            expected_version=expected_version,
        )
        end_order(order, gate, now)
        _audit("cancelled", order, asker, reason=reason)
        return gate


def recheck_order(order_id: int, *, as_of: date, actor: User | None = None, actor_label: str = "") -> CheckResult:
    """Check the order again now, because somebody asks; raises as :func:`credit.services.checks.check_order`."""
    request = CheckRequest(order_id=order_id, cause="recheck")
    return check_order(request, as_of=as_of, actor=actor, actor_label=actor_label)


def _lock(order_id: int, as_of: date) -> tuple[Order, OrderGate, Moment]:
    limit_time()
    locked = lock_accounts(get_order(order_id).buyer_id)
    order = lock_order(order_id)
    return order, gate_of(order), Moment(as_of=as_of, at=locked.known_at)


def _audit(verb: str, order: Order, asker: Asker, **data: object) -> None:
    audit.record(
        actor=asker.user,
        actor_label=asker.label,
        action=f"credit.order.{verb}",
        subject_type="order",
        subject_id=order.pk,
        data=data,
    )
