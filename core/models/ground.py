"""Tables that every app stands on: people, clients, rates, runs and jobs, audit."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey

from core.append_only import append_only
from core.domain.roles import Role


class User(AbstractUser):
    """A person who signs in; what they may do follows from ``role`` alone."""

    role = models.CharField(
        _("role"),
        max_length=24,
        choices=[(r.value, r.label) for r in Role],
        default=Role.SALES,
    )
    language = models.CharField(_("language"), max_length=10, default="en")

    class Meta(AbstractUser.Meta):
        constraints = [models.CheckConstraint(condition=Q(role__in=[r.value for r in Role]), name="user_role_known")]

    def __str__(self) -> str:
        return self.get_full_name() or self.username


class ApiClient(AbstractAPIKey):
    """A system that talks to the REST API with a key; the key itself is stored as a hash only."""

    scopes = models.JSONField(_("scopes"), default=list)
    created_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    last_used_at = models.DateTimeField(_("last used"), null=True)

    class Meta(AbstractAPIKey.Meta):
        abstract = False
        verbose_name = _("API client")
        verbose_name_plural = _("API clients")


class ExchangeRate(models.Model):
    """Units of ``currency`` for one EUR on a day, as published by ``source``.

    Append-only: a corrected rate is one more row of the same day, and the row recorded last counts.
    """

    currency = models.CharField(max_length=3)
    rate_date = models.DateField()
    per_eur = models.DecimalField(max_digits=18, decimal_places=8)
    source = models.CharField(max_length=40)
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "rate_date", "source", "per_eur"],
                name="rate_version_once",
            ),
            models.CheckConstraint(condition=Q(per_eur__gt=0), name="rate_positive"),
        ]
        indexes = [models.Index(fields=["currency", "-rate_date"], name="rate_latest")]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.currency} {self.rate_date} {self.per_eur}"


class Run(models.Model):
    """One piece of long work that people can watch: a close, an import, a snapshot for another date."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=200, help_text="what makes this run unique, e.g. close:2026-11-21")
    as_of = models.DateField(null=True)
    known_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    stage = models.CharField(max_length=40, blank=True)
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    actor = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"],
                condition=Q(state__in=["queued", "running"]),
                name="run_one_open_per_key",
            )
        ]
        indexes = [models.Index(fields=["kind", "-created_at"], name="run_recent")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Job(models.Model):
    """A piece of a run that one worker does under a lease; a message only pokes it (docs/architecture.md).

    Jobs of the same ``step`` are done side by side; the next step's jobs wait until all of them are done.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        READY = "ready", _("ready")
        LEASED = "leased", _("in work")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    run = models.ForeignKey("core.Run", null=True, on_delete=models.CASCADE, related_name="jobs")
    task = models.CharField(max_length=120, help_text="registered Celery task name that does the work")
    stage = models.CharField(max_length=40)
    step = models.PositiveSmallIntegerField(default=0)
    shard = models.PositiveIntegerField(default=0)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READY)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(null=True, help_text="a retry waits until then")
    poked_at = models.DateTimeField(null=True)
    pokes = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "stage", "shard"], name="job_once_per_run_stage_shard")]
        indexes = [
            models.Index(
                fields=["state", "lease_until"],
                condition=~Q(state="done"),
                name="job_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage}[{self.shard}]"


class AuditEvent(models.Model):
    """Who did what to which thing, when; append-only."""

    occurred_at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    actor_label = models.CharField(max_length=150)
    action = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(
                fields=["subject_type", "subject_id", "-occurred_at"],
                name="audit_of_subject",
            )
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type}:{self.subject_id}"


class Counter(models.Model):
    """A named version number, e.g. of the ledger: snapshots are keyed by it."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"


class IdempotencyKey(models.Model):
    """The answer that a caller's key got: the same key and body get it again. Written with what it answers for."""

    caller = models.CharField(max_length=170, help_text="api:NAME or user:ID")
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64, help_text="SHA-256 of method, path and body")
    status = models.PositiveSmallIntegerField(null=True, help_text="null while the first request is under way")
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_by_age")]


class AuditSeal(models.Model):
    """One sealing of the audit trail: ``root`` over its leaves and the seal before, signed outside the database."""

    sealed_at = models.DateTimeField()
    leaves = models.PositiveIntegerField()
    previous_root = models.CharField(max_length=64, blank=True)
    root = models.CharField(max_length=64)
    signature = models.CharField(max_length=64)

    class Meta:
        triggers = [append_only()]


class SealLeaf(models.Model):
    """The hash of one audit event as it stood when it was sealed."""

    seal = models.ForeignKey("core.AuditSeal", on_delete=models.PROTECT, related_name="seal_leaves")
    event = models.OneToOneField("core.AuditEvent", on_delete=models.PROTECT, related_name="leaf")
    hash = models.CharField(max_length=64)

    class Meta:
        triggers = [append_only()]
