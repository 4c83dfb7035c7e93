"""The reason that a person gives for a change of rules or of authority."""

from __future__ import annotations

from core.errors import DomainError
from core.words import sentence as _

REASON_LENGTH = 300


def check_reason(reason: str) -> None:
    """A change of what people or rules may do says why; raises ``reason_missing``, ``reason_too_long``."""
    if not reason.strip():
        raise DomainError("reason_missing", _("Give the reason for the change."), {"field": "reason", "value": ""})
    if len(reason) > REASON_LENGTH:
        raise DomainError("reason_too_long", _("The reason has more than 300 characters."), {"field": "reason"})
