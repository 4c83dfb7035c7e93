"""Credit holds as the machine opens, updates and ends them. Forced holds are not touched here: a person lifts those."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, QuerySet

from core.appending import append
from core.models import User
from core.queries.sql import fetch_all
from credit.domain.kinds import HoldKind, HoldState
from credit.models import Hold, HoldEvent, OrderCheck
from credit.services.messages import holds_changed

SHIPPED_UNAPPROVED = "shipped_unapproved"


def credit_hold(order_id: int) -> Hold | None:
    """The open credit hold of an order."""
    return _open_credit(order_id).first()


def _open_credit(order_id: int) -> QuerySet[Hold]:
    return Hold.objects.filter(order_id=order_id, kind=HoldKind.CREDIT, state=HoldState.OPEN)


def hold(
    known: Hold | None,
    *,
    order_id: int,
    buyer_id: int,
    reasons: Sequence[str],
    over_by: Decimal,
    check: OrderCheck | None,
    at: datetime,
    note: str = "",
) -> Hold:
    """The order's open credit hold with these reasons: opened now, or ``known`` brought up to date.

    That goods left without approval stays among the reasons until a person has dealt with it.
    """
    if known is None:
        opened = Hold(
            order_id=order_id,
            buyer_id=buyer_id,
            kind=HoldKind.CREDIT,
            check_row=check,
            reasons=list(reasons),
            over_by=over_by,
            opened_at=at,
        )
        append(opened)
        write_event(opened, "opened", data={"reasons": list(reasons)}, note=note)
        return opened
    return _update(known, reasons, over_by, check, note)


def _update(known: Hold, reasons: Sequence[str], over_by: Decimal, check: OrderCheck | None, note: str) -> Hold:
    now = reasons_now(known, reasons)
    is_news = (known.reasons, known.over_by) != (now, over_by)
    Hold.objects.filter(pk=known.pk, state=HoldState.OPEN).update(
        reasons=now, over_by=over_by, check_row=check or known.check_row, version=F("version") + int(is_news)
    )
    known.refresh_from_db()
    if is_news:
        write_event(known, "updated", data={"reasons": now, "over_by": str(over_by)}, note=note)
    return known


def reasons_now(known: Hold, stops: Sequence[str]) -> list[str]:
    """Why the order is held now: the rules that stop it, after what a person still has to deal with."""
    kept = [SHIPPED_UNAPPROVED] if SHIPPED_UNAPPROVED in known.reasons else []
    return list(dict.fromkeys([*kept, *stops]))


class Figures(NamedTuple):
    """Why an order is held, and by how much the limit is exceeded, in base currency."""

    reasons: list[str]
    over_by: Decimal


# Locked in one order, so that two who bring the same holds up to date never wait for each other.
_FIGURES_SQL = """
WITH news AS (
    SELECT h.id, n.reasons, n.over_by
    FROM unnest(%(ids)s::bigint[], %(versions)s::int[], %(reasons)s::jsonb[], %(amounts)s::numeric[])
        AS n(id, version, reasons, over_by)
    JOIN credit_hold h ON h.id = n.id AND h.version = n.version
    WHERE h.state = 'open' ORDER BY h.id FOR NO KEY UPDATE OF h
)
UPDATE credit_hold h SET reasons = news.reasons, over_by = news.over_by, version = h.version + 1
FROM news WHERE h.id = news.id RETURNING h.id
"""


def note_figures(news: Mapping[Hold, Figures]) -> None:
    """What open holds say now, without a check of each; two statements for any number.

    A hold that was changed since it was read is left alone.
    """
    if not news:
        return
    holds = {hold.pk: (hold, figures) for hold, figures in news.items()}
    params = {
        "ids": list(holds),
        "versions": [hold.version for hold in news],
        "reasons": [json.dumps(figures.reasons) for figures in news.values()],
        "amounts": [figures.over_by for figures in news.values()],
    }
    with transaction.atomic():
        written = [holds[row[0]] for row in fetch_all(_FIGURES_SQL, params)]
        events = HoldEvent.objects.bulk_create(_updated(hold, figures) for hold, figures in written)
        holds_changed(events)


def _updated(hold: Hold, figures: Figures) -> HoldEvent:
    data = {"reasons": figures.reasons, "over_by": str(figures.over_by)}
    return HoldEvent(hold=hold, action="updated", state=hold.state, data=data)


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
    event = append(HoldEvent(hold=hold, action=action, state=hold.state, actor=actor, note=note, data=data or {}))
    holds_changed([event])
    return event
