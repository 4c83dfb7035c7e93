"""Checking orders again when something moved: asked for by a job row in the business transaction, done by a worker.

All causes that wait for one account are dealt with in one pass: each buyer's facts are read once, and from them it is
foreseen which orders a check would decide otherwise than they stand. Only those are checked, each a decision of its
own in its own transaction, so other checks may come in between; none of them passes above the limit.

Who loses, who gains: where a limit no longer carries everything, the **newest** reservation is taken away first (each
approved order is looked at beside all the others, from the newest back, until the rest fits). What becomes free goes to
the order that is held **longest**, if it fits; else to the next one that does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NoReturn

from django.db.models import Q
from django.utils import timezone

from buyers.models import Buyer
from buyers.services.rechecks import ask_recheck
from core.models import Job
from core.services.leases import take_waiting
from credit.models import OrderGate
from credit.queries import due
from credit.queries.candidates import Candidate, list_standing, list_waiting
from credit.services.accounts import NotApproved
from credit.services.again import BY_EDIT, check_again
from credit.services.deciding import CheckResult
from credit.services.following import Moment
from credit.services.holds import Figures, note_figures, reasons_now
from credit.services.looking import Look, awaits_answer

# These give room and take none: approved orders stand.
GIVES_ROOM = frozenset({"receipt", "cancelled", "room"})
SHIPPED = "shipped"
# Room that other orders gave up: what it does to an order that still does not fit is no news of that order.
_OF_OTHERS = frozenset({"cancelled", "room", "expired"})

# Up to so many held orders of a pass are each answered anew when only the figures of their answers changed.
FEW = 5
_TRY_LATER = frozenset({"lock_timeout", "timeout", "deadlock", "connection", "membership_moving"})


def raise_again(not_now: NotApproved) -> NoReturn:
    """End a job in which an order got no answer: as ``TimeoutError``, for another try, where waiting helps."""
    if not_now.params["cause"] in _TRY_LATER:
        raise TimeoutError(not_now.message) from not_now
    raise not_now


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


def enqueue_moved(*, since: datetime | None = None) -> int:
    """After a bulk posting, a close or new facts: a job for each buyer with open orders that it concerns.

    ``since``: when what was recorded began to be written.
    """
    return _enqueue_all(due.list_moved_buyers(since=since), cause="facts_changed")


def enqueue_due(*, as_of: date) -> int:
    """Every quarter of an hour: reservations and releases past their last day."""
    return _enqueue_all(due.list_due_buyers(as_of=as_of), cause="expired")


def _enqueue_all(buyer_ids: Iterable[int], *, cause: str) -> int:
    wanted = list(buyer_ids)
    ask_recheck(wanted, cause=cause)
    return len(wanted)


def recheck_job(job: Job, *, as_of: date) -> dict[str, int]:
    """Do a job row: everything that waits for the same account is done along with it."""
    family = due.list_family(job.params["buyer"], as_of=as_of)
    also = take_waiting(job, "buyer", family)
    causes = dict.fromkeys([job.params["cause"], *(asked["cause"] for asked in also)])
    return _recheck(family, tuple(causes), as_of)


def recheck_buyer(buyer_id: int, *, cause: str, as_of: date) -> dict[str, int]:
    """Check the orders that hang on the buyer's limits again; how many were approved, held, left as they are.

    Safe to run twice. Raises ``TimeoutError`` where locks did not come in time: the job is then tried again.
    """
    return _recheck(due.list_family(buyer_id, as_of=as_of), (cause,), as_of)


def _recheck(family: Sequence[int], causes: Sequence[str], as_of: date) -> dict[str, int]:
    work = _Pass(causes, as_of)
    work.follow(due.list_moved_on(family, as_of=as_of))
    if SHIPPED in causes:
        work.follow(due.list_shipped(family))
    looked_for = set(causes) - {SHIPPED}
    if looked_for - GIVES_ROOM:
        work.look_at_standing(list_standing(family))
    if edits := [one for one in causes if one in BY_EDIT]:
        work.check(due.list_waiting_for_an_edit(family), cause=edits[0])
    if looked_for:
        work.look_at_waiting(list_waiting(family))
    return work.finish()


class _Pass:
    """One pass over the orders of a buyer and its group."""

    def __init__(self, causes: Sequence[str], as_of: date) -> None:
        self._takes = next((one for one in causes if one not in GIVES_ROOM | {SHIPPED}), causes[0])
        self._gives = next((one for one in causes if one in GIVES_ROOM), self._takes)
        self._is_of_others = set(causes) <= _OF_OTHERS | {SHIPPED}
        self._now = Moment(as_of=as_of, at=timezone.now())
        self._look = Look(self._now)
        self._counts: Counter[str] = Counter()
        self._not_now: NotApproved | None = None

    def follow(self, order_ids: Iterable[int]) -> None:
        """Bring orders whose own life moved on in line; no check."""
        for order_id in order_ids:
            self._one(order_id, cause=self._takes, only_follow=True)

    def check(self, order_ids: Iterable[int], *, cause: str) -> None:
        """Check each of these."""
        for order_id in order_ids:
            self._one(order_id, cause=cause)

    def look_at_standing(self, orders: Sequence[Candidate]) -> None:
        """Approved orders, the newest first: those that must not stand are checked."""
        self.follow(one.order.pk for one in orders if one.has_ended)
        self._decide_some([one for one in orders if not one.has_ended], cause=self._takes)
        self._note_looked(orders)

    def look_at_waiting(self, orders: Sequence[Candidate]) -> None:
        """Held orders, the oldest first: those that may go now, or that are held for other reasons, are checked."""
        self.follow(one.order.pk for one in orders if one.has_ended)
        left = self._decide_some([one for one in orders if not one.has_ended], cause=self._gives)
        self._tell(left)
        self._note_looked(orders)

    def _decide_some(self, orders: Iterable[Candidate], *, cause: str) -> list[Candidate]:
        """Check those that another answer awaits; the others."""
        left = []
        for one in orders:
            if awaits_answer(one, self._look.foresee(one), self._now):
                self._one(one.order.pk, cause=cause, seen=one.gate.version)
                self._look.forget()
            else:
                left.append(one)
        self._counts["left"] += len(left)
        return left

    def _tell(self, left: Sequence[Candidate]) -> None:
        """Held orders of which only the figures changed: the few are answered anew, of many the holds say so.

        The figures are those after all that was decided in this pass.
        """
        held = {one.hold: (one, self._look.foresee(one)) for one in left if one.hold is not None}
        figures = {hold: Figures(reasons_now(hold, found.stops), found.over_by) for hold, (_, found) in held.items()}
        news = {hold: now for hold, now in figures.items() if now != Figures(hold.reasons, hold.over_by)}
        if self._is_of_others or len(news) > FEW:
            note_figures(news)
            return
        for one in (held[hold][0] for hold in news):
            self._one(one.order.pk, cause=self._gives, seen=one.gate.version)

    def _note_looked(self, orders: Sequence[Candidate]) -> None:
        unseen = Q(looked_at__isnull=True) | Q(looked_at__lt=self._now.at)
        gates = OrderGate.objects.filter(unseen, pk__in=[one.gate.pk for one in orders])
        gates.update(looked_at=self._now.at)

    def _one(
        self, order_id: int, *, cause: str, only_follow: bool = False, seen: int | None = None
    ) -> CheckResult | None:
        as_of = self._now.as_of
        try:
            result = check_again(order_id, cause=cause, as_of=as_of, only_follow=only_follow, seen=seen)
        except NotApproved as refused:  # the others are still checked; then the job is tried again, or fails
            self._not_now = refused
            return None
        self._counts[str(result.gate_state) if result else "followed"] += 1
        return result

    def finish(self) -> dict[str, int]:
        """What was done; raises if something must be tried again."""
        if self._not_now is not None:
            raise_again(self._not_now)
        return dict(+self._counts)
