"""What happened to an alert, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from alerts.domain.states import Note
from alerts.labels import EVENTS, note_text
from alerts.models import AlertEvent

_SAID_ALREADY = {Note.WORSE}


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One event."""

    occurred_at: datetime
    as_of: date
    who: str
    what: Any
    note: Any
    details: dict[str, Any]


def history_rows(events: Iterable[AlertEvent]) -> list[HistoryRow]:
    """Newest first; the figures of the machine's events are shown as evidence, not here."""
    rows = [
        HistoryRow(
            occurred_at=event.occurred_at,
            as_of=event.as_of,
            who=str(event.actor) if event.actor else "",
            what=EVENTS.get(event.action, event.action),
            note="" if event.note in _SAID_ALREADY else note_text(event.note),
            details=event.data if event.actor else {},
        )
        for event in events
    ]
    return rows[::-1]
