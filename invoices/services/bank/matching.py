"""The job that matches: new lines get their proposals, and what is sure enough is posted with them.

Each batch is one transaction of its own, small enough not to hold up other postings; a worker that dies leaves its
batch as it was. Lines that another worker has are passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from core.errors import DomainError
from core.services.idempotency import try_again
from core.services.runs import enqueue_once
from invoices.domain.bank import LineState
from invoices.domain.matching_settings import MatchingNumbers
from invoices.models import BankLine
from invoices.queries.matching_settings import current_numbers
from invoices.services.bank.deciding import post_return
from invoices.services.bank.post_many import Sure, post_many
from invoices.services.bank.proposing import propose_lines
from invoices.services.bank.storing import store
from invoices.services.bank.taking import MATCH_TASK

# Below the size from which bulk postings read whole tables instead of the rows that they name.
AT_ONCE = 150


@dataclass(frozen=True, slots=True)
class Matched:
    """What became of the lines that waited for the job."""

    lines: int = 0
    posted: int = 0
    proposed: int = 0
    open: int = 0

    def __add__(self, other: Matched) -> Matched:
        """Both batches together."""
        pairs = zip(self.as_tuple(), other.as_tuple(), strict=True)
        return Matched(*(left + right for left, right in pairs))

    def as_tuple(self) -> tuple[int, int, int, int]:
        """In the order of the fields."""
        return (self.lines, self.posted, self.proposed, self.open)


def match_lines() -> Matched:
    """Match every line that no attempt has looked at yet; safe to run twice and side by side.

    A line that somebody has in hand right now is left to :func:`match_again`.
    """
    total = Matched()
    while (batch := try_again(match_batch)) is not None:
        total += batch
    return total


@transaction.atomic
def match_batch(*, at_once: int = AT_ONCE) -> Matched | None:
    """The next batch; None if there is none. Credits come first: a debit may take back one of the same batch."""
    waiting = _unseen().select_for_update(skip_locked=True, of=("self",)).select_related("account")
    lines = list(waiting.order_by("id")[:at_once])
    if not lines:
        return None
    numbers = current_numbers()
    if received := [line for line in lines if line.amount > 0]:
        _match_received(received, numbers)
    if taken_back := [line for line in lines if line.amount < 0]:
        _match_taken_back(taken_back, numbers)
    states = Counter(line.state for line in lines)
    return Matched(len(lines), states[LineState.POSTED], states[LineState.PROPOSED], states[LineState.OPEN])


def _unseen() -> QuerySet[BankLine]:
    return BankLine.objects.filter(state=LineState.OPEN, matched_at__isnull=True)


def _match_received(lines: Sequence[BankLine], numbers: MatchingNumbers) -> None:
    found = propose_lines(lines, numbers)
    chosen, later = _first_come([Sure(line, found[line.pk][0]) for line in _sure_of(lines, numbers)])
    post_many(chosen)
    _match_later(later)


def _match_taken_back(lines: Sequence[BankLine], numbers: MatchingNumbers) -> None:
    propose_lines(lines, numbers)
    for line in _sure_of(lines, numbers):
        _post_return(line, numbers)


def _sure_of(lines: Sequence[BankLine], numbers: MatchingNumbers) -> list[BankLine]:
    """Those that may post by themselves."""
    if not numbers.is_enabled:
        return []
    threshold = numbers.number("threshold")
    return [line for line in lines if line.confidence is not None and line.confidence >= threshold]


def _first_come(sure: Sequence[Sure]) -> tuple[list[Sure], list[BankLine]]:
    """Of lines that pay the same invoice the first; the others are matched again, against what is open then."""
    taken: set[int] = set()
    chosen, later = [], []
    for one in sure:
        if taken & one.candidate.invoices:
            later.append(one.line)
        else:
            taken |= one.candidate.invoices
            chosen.append(one)
    return chosen, later


def _match_later(lines: Sequence[BankLine]) -> None:
    for line in lines:
        line.state, line.matched_at = LineState.OPEN, None
    store(lines, {"state": "text", "matched_at": "timestamptz"})


def _post_return(line: BankLine, numbers: MatchingNumbers) -> None:
    """The debit of a returned payment; a person decides if somebody has its credit in hand, or the ledger refuses.

    Example: two debits name one credit; the first one takes it back, the second finds it bounced.
    """
    named: int = (line.proposal or {}).get("returns", 0)
    credit = BankLine.objects.select_for_update(skip_locked=True, of=("self",)).select_related("account", "receipt")
    returned = credit.filter(pk=named, state=LineState.POSTED).first()
    if returned is None:
        return
    try:
        with transaction.atomic():
            post_return(line, returned, actor=None)
    except DomainError:
        propose_lines([line], numbers)


@transaction.atomic
def match_again(*, states: Sequence[LineState] = (LineState.OPEN, LineState.PROPOSED)) -> int:
    """Have undecided lines matched anew, e.g. after invoices came in; returns how many.

    Lines that no attempt has looked at yet are matched with them: a job passes over what is locked just then, and no
    other job may come. It is no decision: who has such a line on the desk may still decide on it.
    """
    undecided = BankLine.objects.filter(state__in=states, matched_at__isnull=False)
    changed = undecided.update(state=LineState.OPEN, matched_at=None)
    if _unseen().exists():
        enqueue_once(MATCH_TASK, [{}])
    return changed
