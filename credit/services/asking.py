"""Checking orders that came in bulk: the check that every order gets, each in a transaction of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from core.errors import DomainError
from core.house import DESK
from credit.domain.kinds import GateState
from credit.models import OrderGate
from credit.services.accounts import NotApproved
from credit.services.checks import CheckRequest, check_order
from credit.services.recheck import raise_again
from invoices.models import Order

_UNANSWERED = (GateState.UNCHECKED, GateState.CHECK_NEEDED)


def check_orders(order_ids: Sequence[int], *, as_of: date) -> dict[str, int]:
    """Ask about each order that has no answer to its present content; how many were approved, held, refused.

    Safe to run twice. What refuses to be checked (rejected, ended meanwhile, no rate) is counted and left alone.
    Raises ``TimeoutError`` where locks did not come in time: the job is then tried again.
    """
    counts: Counter[str] = Counter()
    not_now: NotApproved | None = None
    for order in Order.objects.filter(pk__in=order_ids).order_by("order_date", "pk"):
        if _is_answered(order):
            counts["answered"] += 1
            continue
        try:
            result = check_order(CheckRequest(order_id=order.pk), as_of=as_of, actor_label=_asker_of(order))
            counts[str(result.gate_state)] += 1
        except NotApproved as refused:  # the others are still checked
            not_now = refused
        except DomainError as refused:
            counts[refused.code] += 1
    if not_now is not None:
        raise_again(not_now)
    return dict(counts)


def _asker_of(order: Order) -> str:
    """The system that sent it; what people send in bulk, the machine asks about."""
    return "" if order.source == DESK else f"api:{order.source}"


def _is_answered(order: Order) -> bool:
    gate = OrderGate.objects.filter(order=order).exclude(state__in=_UNANSWERED).select_related("check_row").first()
    return gate is not None and gate.check_row is not None and gate.check_row.asked["order_version"] == order.version
