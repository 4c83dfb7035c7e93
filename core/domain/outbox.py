"""Messages to other systems: their kinds, who may get them, their signature and when a failed one is tried again."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from enum import StrEnum

from core.domain.roles import Permission, Role, is_granted

SECRET_PREFIX = "whsec_"  # noqa: S105 -- how a secret begins, none itself
_SIGNATURE_VERSION = "v1"


class MessageKind(StrEnum):
    """What may have happened; the name is the ``type`` of the body."""

    ALERT_OPENED = "alert.opened"
    ALERT_ESCALATED = "alert.escalated"
    ALERT_CLOSED = "alert.closed"
    ORDER_DECIDED = "order_check.decided"
    HOLD_SET = "hold.set"
    HOLD_ENDED = "hold.ended"
    LIMIT_CHANGED = "limit.changed"
    RUN_FINISHED = "run.finished"
    TEST = "test"


class Channel(StrEnum):
    """How a message goes out."""

    WEBHOOK = "webhook"
    MAIL = "mail"


class SubscriptionState(StrEnum):
    """Life of a subscription; a paused one collects what it is sent later."""

    ACTIVE = "active"
    PAUSED = "paused"
    DELETED = "deleted"


class DeliveryState(StrEnum):
    """Life of a delivery; a dead one waits for a person to send it again."""

    PENDING = "pending"
    DELIVERED = "delivered"
    DEAD = "dead"


NEEDS: dict[MessageKind, Permission | None] = {
    MessageKind.ALERT_OPENED: Permission.BUYER_READ,
    MessageKind.ALERT_ESCALATED: Permission.BUYER_READ,
    MessageKind.ALERT_CLOSED: Permission.BUYER_READ,
    MessageKind.ORDER_DECIDED: Permission.BUYER_READ,
    MessageKind.HOLD_SET: Permission.BUYER_READ,
    MessageKind.HOLD_ENDED: Permission.BUYER_READ,
    MessageKind.LIMIT_CHANGED: Permission.LIMITS_READ,
    MessageKind.RUN_FINISHED: Permission.PORTFOLIO_READ,
    MessageKind.TEST: None,
}


def may_receive(*, kind: MessageKind, role: str, user_id: int, sales_owner_id: int | None) -> bool:
    """True if a person of this role may read such a message; sales only about their own buyers.

    Example: a director gets every kind, an administrator only tests.
    """
    if not is_for_role(kind, role):
        return False
    return kind is MessageKind.TEST or role != Role.SALES or user_id == sales_owner_id


def is_for_role(kind: MessageKind, role: str) -> bool:
    """True if the role may read such messages at all."""
    needed = NEEDS[kind]
    return needed is None or is_granted(role, needed)


def may_read_limits(role: str) -> bool:
    """True if the restricted part of a message is for this role."""
    return is_granted(role, Permission.LIMITS_READ)


def signature_header(*, secrets: Iterable[str], message_id: str, timestamp: int, body: bytes) -> str:
    """``webhook-signature``: for each secret ``v1,`` and base64 of HMAC-SHA256 over ``id.timestamp.body``.

    The secret's part after ``whsec_`` is base64 of the key. Source: standardwebhooks.com, version 1.0.
    """
    return " ".join(f"{_SIGNATURE_VERSION},{_sign(secret, message_id, timestamp, body)}" for secret in secrets)


def _sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def retry_delay(*, attempt: int, base_seconds: float, longest_seconds: float, jitter: float) -> float:
    """Seconds to wait after the failed ``attempt`` (1, 2, ...): doubled each time up to a longest wait.

    ``min(longest, base × 2^(attempt - 1)) × (1 + jitter) / 2`` with ``jitter`` in 0-1: receivers that came back are
    not met by everybody at once. Example: attempt 3, base 5, jitter 1 gives 20; jitter 0 gives 10.
    """
    full = min(longest_seconds, base_seconds * 2.0 ** min(attempt - 1, 30))
    return full * (1 + jitter) / 2
