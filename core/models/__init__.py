"""Tables that every app stands on."""

from core.models.documents import SealedDocument
from core.models.ground import (
    ApiClient,
    AuditEvent,
    AuditSeal,
    Counter,
    ExchangeRate,
    IdempotencyKey,
    Job,
    Run,
    SealLeaf,
    User,
)
from core.models.outbox import Delivery, OutboxMessage, OutboxSubject, Subscription, SubscriptionKey

__all__ = [
    "ApiClient",
    "AuditEvent",
    "AuditSeal",
    "Counter",
    "Delivery",
    "ExchangeRate",
    "IdempotencyKey",
    "Job",
    "OutboxMessage",
    "OutboxSubject",
    "Run",
    "SealLeaf",
    "SealedDocument",
    "Subscription",
    "SubscriptionKey",
    "User",
]
