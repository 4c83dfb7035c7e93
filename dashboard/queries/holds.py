"""Holds as a worklist, one hold, and the orders and people around it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import QuerySet

from core.access.scope import Scope
from core.errors import NotFound
from core.words import sentence as _
from credit.domain.kinds import HoldState
from credit.models import Hold, HoldEvent, Release
from dashboard.queries.accounts import is_visible


def list_holds(*, scope: Scope, states: Sequence[str] = (HoldState.OPEN,)) -> QuerySet[Hold]:
    """Holds in these states whose buyers the scope shows, the most money first."""
    rows = Hold.objects.filter(state__in=states).select_related("buyer__sales_owner", "order", "assignee", "check_row")
    if not scope.is_everything:
        rows = rows.filter(buyer__sales_owner_id=scope.sales_owner_id)
    return rows.order_by("-over_by", "opened_at", "pk")


def list_holds_of(*, buyer_ids: Sequence[int]) -> list[Hold]:
    """Open holds of one customer, forced ones first."""
    rows = Hold.objects.filter(buyer_id__in=buyer_ids, state=HoldState.OPEN).select_related("order", "check_row")
    return sorted(rows, key=lambda hold: (hold.kind != "forced", hold.opened_at))


def get_hold(hold_id: int, *, scope: Scope) -> Hold:
    """One hold of a buyer whom the scope covers; raises ``hold_not_found``."""
    hold = (
        Hold.objects.select_related("buyer__sales_owner", "order__gate", "assignee", "check_row")
        .filter(pk=hold_id)
        .first()
    )
    if hold is None or not is_visible(buyer_id=hold.buyer_id, scope=scope):
        raise NotFound("hold_not_found", _("There is no such hold."), {"field": "hold", "value": hold_id})
    return hold


def list_hold_events(hold: Hold) -> list[HoldEvent]:
    """What happened to it, newest first."""
    return list(hold.events.select_related("actor").order_by("-occurred_at", "-pk"))


def list_releases(hold: Hold) -> list[Release]:
    """Releases given on the hold's order, newest first."""
    if hold.order_id is None:
        return []
    return list(Release.objects.filter(order_id=hold.order_id).select_related("released_by").order_by("-released_at"))
