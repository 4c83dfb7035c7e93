"""Credit holds as the machine opens, updates and ends them. Forced holds are not touched here: a person lifts those."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet

from core.models import User
from credit.domain.kinds import HoldKind, HoldState
from credit.models import Hold, HoldEvent, OrderCheck
from credit.services.messages import hold_changed

SHIPPED_UNAPPROVED = "shipped_unapproved"


def credit_hold(order_id: int) -> Hold | None:
    """The open credit hold of an order."""
    return _open_credit(order_id).first()


def _open_credit(order_id: int) -> QuerySet[Hold]:
    return Hold.objects.filter(order_id=order_id, kind=HoldKind.CREDIT, state=HoldState.OPEN)


def hold(
    *,
    order_id: int,
    buyer_id: int,
    reasons: Sequence[str],
    over_by: Decimal,
    check: OrderCheck | None,
    at: datetime,
    note: str = "",
) -> Hold:
    """The order's open credit hold with these reasons: opened now, or brought up to date.

    That goods left without approval stays among the reasons until a person has dealt with it.
    """
    known = credit_hold(order_id)
    if known is None:
        opened = Hold.objects.create(
            order_id=order_id,
            buyer_id=buyer_id,
            kind=HoldKind.CREDIT,
            check_row=check,
            reasons=list(reasons),
            over_by=over_by,
            opened_at=at,
        )
        write_event(opened, "opened", data={"reasons": list(reasons)}, note=note)
        return opened
    return _update(known, reasons, over_by, check, note)


def _update(known: Hold, reasons: Sequence[str], over_by: Decimal, check: OrderCheck | None, note: str) -> Hold:
    kept = [SHIPPED_UNAPPROVED] if SHIPPED_UNAPPROVED in known.reasons else []
    now = list(dict.fromkeys([*kept, *reasons]))
    is_news = (known.reasons, known.over_by) != (now, over_by)
    Hold.objects.filter(pk=known.pk, state=HoldState.OPEN).update(
        reasons=now, over_by=over_by, check_row=check or known.check_row, version=F("version") + int(is_news)
    )
    known.refresh_from_db()
    if is_news:
        write_event(known, "updated", data={"reasons": now, "over_by": str(over_by)}, note=note)
    return known


def end_credit_hold(
    order_id: int, state: HoldState, *, at: datetime, action: str, actor: User | None = None, note: str = ""
) -> Hold | None:
    """End the order's credit hold, if one is open."""
    known = credit_hold(order_id)
    if known is None:
        return None
    _open_credit(order_id).filter(pk=known.pk).update(state=state, closed_at=at, version=F("version") + 1)
    known.refresh_from_db()
    write_event(known, action, actor=actor, note=note)
    return known


def write_event(
    hold: Hold, action: str, *, actor: User | None = None, note: str = "", data: dict[str, Any] | None = None
) -> HoldEvent:
    """Append what happened to the hold, and tell who subscribed to it."""
    event = HoldEvent.objects.create(
        hold=hold, action=action, state=hold.state, actor=actor, note=note, data=data or {}
    )
    hold_changed(event)
    return event
