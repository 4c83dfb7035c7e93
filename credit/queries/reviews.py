"""The review diary as a list."""

from __future__ import annotations

from datetime import date

from core.access.scope import Scope
from credit.models import CreditReview


def list_reviews(*, scope: Scope, due_until: date | None = None, with_done: bool = False) -> list[CreditReview]:
    """Entries by due date, with account and buyer or group; open ones unless ``with_done``."""
    raise NotImplementedError
