"""What the group page says about the limit that its members share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from buyers.models import BuyerGroup
from core.domain.roles import Permission
from credit.models import CreditAccount
from dashboard.context import PageContext
from dashboard.exposure_panel import group_panel
from dashboard.limits.history import history_chart
from dashboard.queries.groups import Member


def credit_of(group: BuyerGroup, members: Sequence[Member], page: PageContext) -> dict[str, Any]:
    """Exposure against the shared limit and how that limit moved, for who may read limits."""
    if not page.may(Permission.LIMITS_READ):
        return {}
    account = CreditAccount.objects.filter(group=group).first()
    return {
        "exposure": group_panel(group, [member.buyer_id for member in members], page),
        "limit_chart": history_chart(account, page) if account else None,
        "may_request": page.may(Permission.LIMIT_REQUEST),
    }
