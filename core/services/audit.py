"""The audit trail: one event for each change, written in the change's own transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Model

from core.appending import append
from core.models import AuditEvent, User


def record(
    *,
    actor: User | None,
    action: str,
    subject_type: str,
    subject_id: object,
    data: Mapping[str, Any] | None = None,
    actor_label: str = "",
    rows: Sequence[Model] = (),
) -> None:
    """Append one event, e.g. ``action="alerts.alert.snoozed"``.

    ``actor`` None is an API client where ``actor_label`` names one (``api:NAME``), else the system itself. ``rows``
    are the append-only rows that hold the decision: their content is sealed with the event.
    """
    event = AuditEvent(
        actor=actor,
        actor_label=actor.username if actor else actor_label or "system",
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        data={**(data or {}), **_named(rows)},
    )
    append(event)


def record_many(
    *, action: str, subject_type: str, subjects: Iterable[tuple[object, Mapping[str, Any]]], actor: User | None = None
) -> None:
    """The same event for many subjects at once, each with its own data, e.g. what a job decided."""
    label = actor.username if actor else "system"
    AuditEvent.objects.bulk_create(
        AuditEvent(
            actor=actor,
            actor_label=label,
            action=action,
            subject_type=subject_type,
            subject_id=str(subject_id),
            data=dict(data),
        )
        for subject_id, data in subjects
    )


def _named(rows: Sequence[Model]) -> dict[str, dict[str, list[int]]]:
    tables: dict[str, list[int]] = {}
    for row in rows:
        tables.setdefault(row._meta.db_table, []).append(row.pk)
    return {"rows": tables} if tables else {}
