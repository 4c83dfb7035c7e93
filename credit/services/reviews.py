"""The review diary: when an account is looked at again."""

from __future__ import annotations

from datetime import date

from core.models import User
from credit.models import CreditReview


def complete_review(review_id: int, *, note: str, actor: User, as_of: date) -> CreditReview:
    """Done, with a note; returns the next entry, written in the same transaction. Needs ``limit:request``."""
    raise NotImplementedError


def move_review(review_id: int, *, due_on: date, note: str, actor: User, as_of: date) -> CreditReview:
    """Another date, with a reason. Needs ``limit:decide``; never later than the account's interval from today."""
    raise NotImplementedError


def refresh_reviews(*, as_of: date) -> int:
    """Nightly: an entry for every account with a limit, moved up where grade or exposure ask for it; how many changed."""
    raise NotImplementedError


def note_ended_limits(*, as_of: date) -> int:
    """Daily: limits that ended yesterday or before and were not seen: re-checks, and a review due today."""
    raise NotImplementedError
