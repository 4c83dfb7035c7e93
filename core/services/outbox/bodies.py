"""What a message says: the same bytes at every attempt, with no more in them than the owner may read."""

from __future__ import annotations

import json
from datetime import UTC
from typing import Any

from django.conf import settings

from core.domain.outbox import may_read_limits
from core.models import OutboxMessage, User


def body_of(message: OutboxMessage, owner: User) -> dict[str, Any]:
    """Names are stable; more may be added."""
    restricted = message.restricted if may_read_limits(owner.role) else {}
    return {
        "id": message.uid,
        "type": message.kind,
        "created_at": message.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "subject": message.subject,
        "sequence": message.sequence,
        "link": link_of(message),
        "data": {**message.data, **restricted},
    }


def encoded(body: dict[str, Any]) -> bytes:
    """UTF-8 JSON in one line."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def link_of(message: OutboxMessage) -> str | None:
    """The page of the thing."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{message.path}" if message.path else None
