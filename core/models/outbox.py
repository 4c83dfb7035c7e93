"""What leaves the house: messages written with the change they tell of, and their way to each subscription."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from core.choices import choices
from core.domain.outbox import Channel, DeliveryState, MessageKind, SubscriptionState


class Subscription(models.Model):
    """Who wants which kinds of messages, by webhook or mail, in the name of ``owner``: what they may read is sent."""

    channel = models.CharField(max_length=8, choices=choices(Channel))
    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500, blank=True, help_text="webhooks only; mail goes to the owner's address")
    kinds = models.JSONField(default=list)
    owner = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="subscriptions")
    state = models.CharField(max_length=8, choices=choices(SubscriptionState), default=SubscriptionState.ACTIVE)
    rest_until = models.DateTimeField(null=True, help_text="nobody answers there: no attempt before then")
    created_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(channel="webhook") & ~Q(url="")) | Q(channel="mail", url=""),
                name="subscription_webhook_has_url",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SubscriptionKey(models.Model):
    """A secret that signs webhooks, encrypted with a key outside the database; two of them while one is replaced."""

    subscription = models.ForeignKey("core.Subscription", on_delete=models.CASCADE, related_name="secrets")
    secret = models.TextField(help_text="Fernet token")
    created_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True)


class OutboxSubject(models.Model):
    """The last number given out for a thing; its row lock makes numbers follow the order of the commits."""

    key = models.CharField(max_length=80, primary_key=True)
    last = models.BigIntegerField()


class OutboxMessage(models.Model):
    """One thing that happened, written in its own transaction."""

    uid = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=30, choices=choices(MessageKind))
    subject = models.CharField(max_length=80)
    sequence = models.BigIntegerField()
    data = models.JSONField(default=dict)
    restricted = models.JSONField(default=dict, help_text="figures of limits: only for who may read limits")
    path = models.CharField(max_length=200, blank=True, help_text="page of the thing")
    sales_owner = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "sequence"], name="outbox_message_numbered_once")]
        indexes = [models.Index(fields=["created_at"], name="outbox_message_by_age")]


class Delivery(models.Model):
    """A message on its way to one subscription. The earliest pending one of a subject goes first, alone.

    Whoever sends it names the job and its lease in ``claim_job`` and ``claim``: with that lease the claim ends.
    """

    message = models.ForeignKey("core.OutboxMessage", on_delete=models.PROTECT, related_name="deliveries")
    subscription = models.ForeignKey(
        "core.Subscription", on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    subject = models.CharField(max_length=80)
    sequence = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=choices(DeliveryState), default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(db_default=Now())
    last_attempt_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(null=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="HTTP status of the last answer")
    excerpt = models.CharField(max_length=500, blank=True, help_text="beginning of the last answer, or why none came")
    delivered_at = models.DateTimeField(null=True)
    claim_job = models.BigIntegerField(null=True)
    claim = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["message", "subscription"], name="delivery_once")]
        indexes = [
            models.Index(
                fields=["subscription", "subject", "sequence"], condition=Q(state="pending"), name="delivery_in_order"
            ),
            models.Index(fields=["subscription", "next_attempt_at"], condition=Q(state="pending"), name="delivery_due"),
            models.Index(F("id").desc(), condition=Q(state="dead"), name="delivery_dead"),
            models.Index(fields=["subscription", "-id"], name="delivery_log"),
        ]
