"""The review diary as a list."""

from __future__ import annotations

from datetime import date

from core.access.scope import Scope
from credit.domain.kinds import ReviewState
from credit.models import CreditReview


def list_reviews(*, scope: Scope, due_until: date | None = None, with_done: bool = False) -> list[CreditReview]:
    """Entries by due date, with account and buyer or group; open ones unless ``with_done``.

    A scope of some buyers shows those buyers' entries and no group's.
    """
    rows = CreditReview.objects.select_related("account__buyer", "account__group", "done_by")
    if not with_done:
        rows = rows.filter(state=ReviewState.OPEN)
    if due_until is not None:
        rows = rows.filter(due_on__lte=due_until)
    if not scope.is_everything:
        rows = rows.filter(account__buyer__sales_owner_id=scope.sales_owner_id)
    return list(rows.order_by("due_on", "pk"))
