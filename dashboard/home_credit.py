"""Home: orders on hold and limits that end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from core.domain.roles import Permission
from core.house import base_currency
from credit.models import Hold
from dashboard.context import PageContext
from dashboard.credit_labels import LIMIT_KINDS
from dashboard.holds.words import order_name, reason_words
from dashboard.labels import Label
from dashboard.queries.holds import list_holds
from dashboard.queries.limit_board import EndingLimit, list_ending_limits

SHOWN = 5


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One order on hold."""

    hold: Hold
    order: str
    reasons: str


@dataclass(frozen=True, slots=True)
class HoldsView:
    """How many orders are on hold, by how much they are over, and the first of them."""

    count: int
    over_by: Any
    lines: list[HoldLine]
    currency: str
    sees_limits: bool


def holds_of(page: PageContext) -> HoldsView | None:
    """Open holds as they stand now; a past date shows none."""
    if not page.is_latest:
        return None
    rows = list_holds(scope=page.scope)
    told = rows.order_by().aggregate(count=Count("pk"), over_by=Sum("over_by"))
    lines = [HoldLine(hold, order_name(hold), reason_words(hold)) for hold in rows[:SHOWN]]
    return HoldsView(told["count"], told["over_by"] or 0, lines, base_currency(), page.may(Permission.LIMITS_READ))


def ending_limits(page: PageContext) -> list[tuple[Label, EndingLimit]]:
    """Limits that end within 30 days or just did, for who may read limits."""
    if not page.may(Permission.LIMITS_READ):
        return []
    rows = list_ending_limits(as_of=page.as_of, scope=page.scope)
    return [(LIMIT_KINDS.get(row.kind, Label(_("limit"))), row) for row in rows]  # type: ignore[call-overload]
