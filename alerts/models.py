"""Early warnings: one row per episode, and its full history."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from alerts.domain.states import AlertState, EventAction, Rule, SubjectType
from core.append_only import append_only
from core.choices import choices


class Alert(models.Model):
    """An episode: the cause began on ``opened_on`` and holds until ``closed_on``."""

    rule = models.CharField(max_length=40, choices=choices(Rule))
    subject_type = models.CharField(max_length=10, choices=choices(SubjectType))
    subject_key = models.CharField(max_length=60, help_text="id of buyer, group or order, country code, currency")
    episode = models.PositiveIntegerField()
    buyer = models.ForeignKey("buyers.Buyer", null=True, on_delete=models.PROTECT, related_name="alerts")
    group = models.ForeignKey("buyers.BuyerGroup", null=True, on_delete=models.PROTECT, related_name="alerts")
    state = models.CharField(max_length=14, choices=choices(AlertState), default=AlertState.OPEN)
    severity = models.PositiveSmallIntegerField(default=1, help_text="1 look, 2 act, 3 act today")
    level = models.DecimalField(max_digits=20, decimal_places=4, help_text="how bad, in the rule's own unit")
    announced_level = models.DecimalField(max_digits=20, decimal_places=4, default=0, help_text="when it last rang")
    announced_amount = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    evidence = models.JSONField(default=dict)
    amount_base = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    opened_on = models.DateField()
    last_seen_on = models.DateField()
    closed_on = models.DateField(null=True)
    close_note = models.CharField(max_length=300, blank=True)
    assignee = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="alerts")
    snoozed_until = models.DateField(null=True)
    snooze_reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "subject_type", "subject_key", "episode"],
                name="alert_once_per_episode",
            ),
            models.UniqueConstraint(
                fields=["rule", "subject_type", "subject_key"],
                condition=~Q(state="closed"),
                name="alert_one_live_episode",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_on__isnull=False) | (~Q(state="closed") & Q(closed_on__isnull=True)),
                name="alert_closed_has_date",
            ),
        ]
        indexes = [
            models.Index(
                F("severity").desc(),
                F("amount_base").desc(nulls_last=True),
                F("opened_on").asc(),
                condition=~Q(state="closed"),
                include=["state", "assignee"],
                name="alert_worst_first",
            ),
            models.Index(fields=["buyer", "-opened_on"], name="alert_of_buyer"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject_type}:{self.subject_key}#{self.episode}"


class AlertEvent(models.Model):
    """What happened to an alert: opened, worsened, acknowledged, assigned, snoozed, reopened, closed."""

    alert = models.ForeignKey("alerts.Alert", on_delete=models.PROTECT, related_name="history")
    action = models.CharField(max_length=20, choices=choices(EventAction))
    state = models.CharField(max_length=14, choices=choices(AlertState), help_text="after this event")
    as_of = models.DateField()
    actor = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    data = models.JSONField(default=dict)
    run = models.ForeignKey("core.Run", null=True, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["alert", "occurred_at"], name="alert_history")]
        triggers = [append_only()]


class AlertClock(models.Model):
    """Up to which date the alert state has been advanced; one row, locked by the advancing close."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    advanced_to = models.DateField(null=True)
    first_date = models.DateField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="alert_clock_single")]


class AlertRuleSetting(models.Model):
    """A version of a rule's thresholds; the latest one counts, none means the defaults. Append-only."""

    rule = models.CharField(max_length=40, choices=choices(Rule))
    version = models.PositiveIntegerField()
    is_enabled = models.BooleanField(default=True)
    severity = models.PositiveSmallIntegerField()
    numbers = models.JSONField(default=dict, help_text="thresholds by name, as text")
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "version"], name="rule_setting_version_once"),
            models.CheckConstraint(condition=Q(severity__gte=1, severity__lte=3), name="rule_severity_1_to_3"),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.rule} v{self.version}"
