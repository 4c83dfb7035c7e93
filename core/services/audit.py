"""The audit trail: one event for each change, written in the change's own transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.models import AuditEvent, User


def record(
    *,
    actor: User | None,
    action: str,
    subject_type: str,
    subject_id: object,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Append one event, e.g. ``action="alerts.alert.snoozed"``; ``actor`` None is the system itself."""
    AuditEvent.objects.create(
        actor=actor,
        actor_label=actor.username if actor else "system",
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        data=dict(data or {}),
    )
