"""What people do about an order: release, reject, cancel, check again, forward; and forced holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.models import User
from credit.models import Hold, OrderGate
from credit.services.checks import CheckResult


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTerms:
    """How far a person lets an order go: its whole amount up to ``amount`` plus tolerance, until a date."""

    amount: Decimal
    valid_until: date
    review_on: date
    reason: str
    tolerance_percent: Decimal = Decimal(0)


def release_order(
    order_id: int, terms: ReleaseTerms, *, as_of: date, actor: User, expected_version: int | None = None
) -> OrderGate:
    """Let a held order go although a rule stops it; ``expected_version`` is the gate's."""
    raise NotImplementedError


def reject_order(
    order_id: int, *, reason: str, as_of: date, actor: User, expected_version: int | None = None
) -> OrderGate:
    """Refuse a held order for good, until it is edited."""
    raise NotImplementedError


def cancel_order(
    order_id: int,
    *,
    as_of: date,
    reason: str = "",
    actor: User | None = None,
    actor_label: str = "",
    expected_version: int | None = None,
) -> OrderGate:
    """Cancel the order: what it held of the limit is free again."""
    raise NotImplementedError


def recheck_order(order_id: int, *, as_of: date, actor: User | None = None, actor_label: str = "") -> CheckResult:
    """Check the order again now."""
    raise NotImplementedError


def forward_hold(hold_id: int, *, to: User, note: str, actor: User, review_on: date | None = None) -> Hold:
    """Give a hold to another person to decide."""
    raise NotImplementedError


def force_hold(
    *, buyer_id: int, reason: str, as_of: date, actor: User, order_id: int | None = None, review_on: date | None = None
) -> Hold:
    """Stop an order, or with ``order_id`` None all of the buyer's, until a person lifts it."""
    raise NotImplementedError


def lift_hold(hold_id: int, *, reason: str, as_of: date, actor: User) -> Hold:
    """End a forced hold; the orders that it stopped are checked again by a job."""
    raise NotImplementedError
