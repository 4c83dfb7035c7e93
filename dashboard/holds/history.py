"""What happened to a hold, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from credit.models import HoldEvent
from dashboard.labels import word_of

ACTIONS: dict[str, Any] = {
    "opened": _("put on hold"),
    "released": _("released"),
    "rejected": _("rejected"),
    "forwarded": _("given to another person"),
    "rechecked": _("checked again"),
    "cleared": _("cleared by a new check"),
    "forced": _("stopped by a person"),
    "lifted": _("lifted"),
    "cancelled": _("ended with the order"),
    "changed": _("reasons changed"),
}


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One event; without a person it was the machine."""

    occurred_at: datetime
    who: str
    what: Any
    note: str


def history_rows(events: Iterable[HoldEvent]) -> list[HistoryRow]:
    """As they come."""
    return [
        HistoryRow(
            occurred_at=event.occurred_at,
            who=str(event.actor) if event.actor else "",
            what=word_of(ACTIONS, event.action),
            note=event.note,
        )
        for event in events
    ]
