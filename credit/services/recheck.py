"""Checking orders again when something moved: asked for by a job row in the business transaction, done by a worker.

Who loses, who gains: where a limit no longer carries everything, the **newest** reservation is taken away first (each
approved order is checked beside all the others, from the newest back, until the rest fits). What becomes free goes to
the order that is held **longest**, if it fits; else to the next one that does. Each order is a decision of its own,
in its own transaction, so other checks may come in between; none of them passes above the limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from buyers.models import Buyer
from buyers.services.rechecks import ask_recheck
from credit.domain.kinds import GateState
from credit.domain.rules import RuleCode
from credit.queries import due
from credit.services.accounts import NotApproved
from credit.services.again import BY_EDIT, check_again
from credit.services.deciding import CheckResult
from credit.services.records import stops_of

# These give room and take none: approved orders stand.
GIVES_ROOM = frozenset({"receipt", "cancelled", "room"})

# Beyond so many held orders of a buyer, those that cannot fit any more are passed over.
ALL_OF_THEM = 20
_LIMIT_RULES = frozenset({RuleCode.STATIC_USE, RuleCode.HORIZON_USE, RuleCode.GROUP_LIMIT})
_OF_THE_ORDER = _LIMIT_RULES | {RuleCode.TERMS, RuleCode.ORDER_VALUE, RuleCode.FORCED_HOLD}
_TRY_LATER = frozenset({"lock_timeout", "timeout", "deadlock", "connection", "membership_moving"})


def enqueue(*, buyer_id: int, cause: str) -> None:
    """Have the orders of the buyer, and of its group where it shares a limit, checked again after this transaction.

    ``cause`` is one of ``limit_changed``, ``receipt``, ``posted``, ``edited``, ``currency_changed``, ``reopened``,
    ``production``, ``cancelled``, ``shipped``, ``room``, ``group_changed``, ``facts_changed``, ``rules_changed``,
    ``cover_changed``, ``hold_changed``, ``expired``. A job of the same buyer and cause that nobody took yet is joined.
    """
    ask_recheck([buyer_id], cause=cause)


def enqueue_group(*, group_id: int, cause: str) -> None:
    """The same for all members of a group that shares a limit."""
    member = Buyer.objects.filter(group_id=group_id).order_by("pk").values_list("pk", flat=True).first()
    if member is not None:
        ask_recheck([member], cause=cause)


def enqueue_moved() -> int:
    """After a bulk posting, a close or new facts: a job for each buyer with open orders that it concerns."""
    return _enqueue_all(due.list_moved_buyers(), cause="facts_changed")


def enqueue_due(*, as_of: date) -> int:
    """Every quarter of an hour: reservations and releases past their last day."""
    return _enqueue_all(due.list_due_buyers(as_of=as_of), cause="expired")


def _enqueue_all(buyer_ids: Iterable[int], *, cause: str) -> int:
    wanted = list(buyer_ids)
    ask_recheck(wanted, cause=cause)
    return len(wanted)


def recheck_buyer(buyer_id: int, *, cause: str, as_of: date) -> dict[str, int]:
    """Check the orders that hang on the buyer's limits again; how many were approved, held, left as they are.

    Safe to run twice. Raises ``TimeoutError`` where locks did not come in time: the job is then tried again.
    """
    family = due.list_family(buyer_id, as_of=as_of)
    work = _Pass(cause, as_of)
    work.follow(due.list_moved_on(family, as_of=as_of))
    if cause == "shipped":
        work.follow(due.list_shipped(family))
        return work.finish()
    if cause not in GIVES_ROOM:
        work.check(due.list_standing(family))
    if cause in BY_EDIT:
        work.check(due.list_waiting_for_an_edit(family))
    work.check_waiting(due.list_waiting(family))
    return work.finish()


class _Pass:
    """One pass over the orders of a buyer and its group."""

    def __init__(self, cause: str, as_of: date) -> None:
        self._cause = cause
        self._as_of = as_of
        self._counts: Counter[str] = Counter()
        self._not_now: NotApproved | None = None
        self._checked: Counter[int] = Counter()
        self._blocked: set[int] = set()
        self._refused: dict[tuple[int, str], Decimal] = {}

    def follow(self, order_ids: Iterable[int]) -> None:
        """Bring orders whose own life moved on in line; no check."""
        for order_id in order_ids:
            self._one(order_id, only_follow=True)

    def check(self, order_ids: Iterable[int]) -> None:
        """Check each of these."""
        for order_id in order_ids:
            self._one(order_id)

    def check_waiting(self, orders: Iterable[due.Waiting]) -> None:
        """Check held orders, the oldest first; of very many, not those that a smaller one's answer settles."""
        for order in orders:
            if self._is_settled(order):
                self._counts["passed_over"] += 1
                continue
            self._checked[order.buyer_id] += 1
            result = self._one(order.order_id)
            if result is not None and result.gate_state == GateState.HELD:
                self._learn(order, frozenset(stops_of(result.check)))

    def _is_settled(self, order: due.Waiting) -> bool:
        if order.is_special or self._cause in BY_EDIT or self._checked[order.buyer_id] < ALL_OF_THEM:
            return False
        smallest = self._refused.get((order.buyer_id, order.currency))
        return order.buyer_id in self._blocked or (smallest is not None and order.amount >= smallest)

    def _learn(self, order: due.Waiting, stops: frozenset[str]) -> None:
        if order.is_special:
            return
        if stops - _OF_THE_ORDER:
            self._blocked.add(order.buyer_id)
        elif stops and stops <= _LIMIT_RULES:
            place = (order.buyer_id, order.currency)
            self._refused[place] = min(order.amount, self._refused.get(place, order.amount))

    def _one(self, order_id: int, *, only_follow: bool = False) -> CheckResult | None:
        try:
            result = check_again(order_id, cause=self._cause, as_of=self._as_of, only_follow=only_follow)
        except NotApproved as refused:  # the others are still checked; then the job is tried again, or fails
            self._not_now = refused
            return None
        self._counts[str(result.gate_state) if result else "followed"] += 1
        return result

    def finish(self) -> dict[str, int]:
        """What was done; raises if something must be tried again."""
        if self._not_now is not None:
            if self._not_now.params["cause"] in _TRY_LATER:
                raise TimeoutError(self._not_now.message) from self._not_now
            raise self._not_now
        return dict(self._counts)
