"""Errors that a person or a client can act upon.

Every refusal is a :class:`DomainError`: a stable code, a message that says what would be right, and parameters
(field, value). One handler turns it into RFC 9457 ``application/problem+json``; pages and commands show the same words,
pages in the reader's language: the message is a :func:`core.words.sentence` (or was translated where it was raised).
"""

from collections.abc import Mapping
from typing import Any

from core.words import Sentence
from core.words import sentence as _


class DomainError(Exception):
    """A rule refused something: ``code`` is stable, ``message`` is for people, ``params`` name field and value."""

    status = 422

    def __init__(self, code: str, message: str, params: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.params = dict(params or {})


def invalid_field(code: str, field: str, value: object, hint: Sentence) -> DomainError:
    """What is wrong with a field, and what would be right. Example: "days: -1. Write 0 or more days."."""
    message = _("%(field)s: %(value)s. %(hint)s", field=field, value=value, hint=hint)
    return DomainError(code, message, {"field": field, "value": str(value)})


class NotFound(DomainError):
    """The thing asked for does not exist, or is outside what the actor may see."""

    status = 404


class Denied(DomainError):
    """The actor's role does not allow this."""

    status = 403


class Conflict(DomainError):
    """Somebody else changed it first, or the same key came with another content."""

    status = 409


class Changed(DomainError):
    """It is no longer the version that the caller decided on (``If-Match``)."""

    status = 412


class InvalidTransition(Conflict):
    """A state change that the current state does not allow."""

    def __init__(self, *, current: str, allowed: tuple[str, ...]) -> None:
        super().__init__(
            "invalid_transition",
            _(
                "The current state is %(current)r; this needs one of: %(allowed)s.",
                current=current,
                allowed=", ".join(allowed),
            ),
            {"current": current, "allowed": list(allowed)},
        )
