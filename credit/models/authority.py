"""Requests for limits, who may decide them, what was decided, and when a limit is looked at again."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only
from core.choices import choices
from credit.domain.kinds import LimitKind, RequestState, ReviewState, Verdict
from credit.models.fields import money_field


class LimitRequest(models.Model):
    """Somebody asks for a limit; methods, facts and the authority needed are frozen when it is made."""

    account = models.ForeignKey("credit.CreditAccount", on_delete=models.PROTECT, related_name="requests")
    kind = models.CharField(max_length=10, choices=choices(LimitKind))
    currency = models.CharField(max_length=3)
    amount = money_field()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=10, choices=choices(RequestState), default=RequestState.PENDING)
    recommendation = models.JSONField(help_text="the four methods with their inputs, and the binding one")
    facts = models.JSONField(help_text="exposure, limits, grade, rates as of the request")
    facts_hash = models.CharField(max_length=64)
    uninsured = money_field(help_text="counted for authority, in base currency, with requests of 90 days and the group")
    signatures_needed = models.PositiveSmallIntegerField()
    requested_by = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now, db_default=Now())
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="request_not_negative"),
            models.UniqueConstraint(
                fields=["account", "kind"], condition=Q(state="pending"), name="request_pending_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "-requested_at"], name="request_worklist")]
        # What was asked and the facts stay as they were signed; only the request's own life moves on.
        triggers = [
            pgtrigger.ReadOnly(
                name="asked_stays", exclude=["state", "uninsured", "signatures_needed", "decided_at", "version"]
            ),
            pgtrigger.Protect(name="request_stays", operation=pgtrigger.Delete),
        ]


class LimitDecision(models.Model):
    """One person's signature on a request, on the facts as frozen; ``acting_for`` is whom a substitute stands in for.
    Append-only."""

    request = models.ForeignKey("credit.LimitRequest", on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=7, choices=choices(Verdict))
    actor = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="+")
    acting_for = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    authority_version = models.PositiveIntegerField()
    facts_hash = models.CharField(max_length=64)
    comment = models.CharField(max_length=500, blank=True)
    decided_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "actor"], name="limit_decision_once")]
        triggers = [append_only()]


class AuthorityVersion(models.Model):
    """A version of the delegation of authority as a whole; the latest counts. Append-only.

    ``bands`` are rows {role, grades, up_to}: who may approve how much uninsured exposure of buyers of which grades.
    """

    version = models.PositiveIntegerField(unique=True)
    currency = models.CharField(max_length=3)
    bands = models.JSONField()
    cosign_above = money_field()
    reason = models.CharField(max_length=300)
    created_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        triggers = [append_only()]


class Substitute(models.Model):
    """``deputy`` may decide in place of ``user`` from a date to a date."""

    user = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="substitutes")
    deputy = models.ForeignKey("core.User", on_delete=models.PROTECT, related_name="stands_in_for")
    starts_on = models.DateField()
    ends_on = models.DateField()
    created_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="substitute_days_in_order"),
            models.CheckConstraint(condition=~Q(user=F("deputy")), name="substitute_is_another"),
        ]


class CreditReview(models.Model):
    """An entry of the review diary: look at this account again by ``due_on``."""

    account = models.ForeignKey("credit.CreditAccount", on_delete=models.PROTECT, related_name="reviews")
    due_on = models.DateField()
    interval_days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=4, choices=choices(ReviewState), default=ReviewState.OPEN)
    note = models.CharField(max_length=300, blank=True)
    done_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account"], condition=Q(state="open"), name="review_open_once")]
        indexes = [models.Index(fields=["due_on"], condition=Q(state="open"), name="review_due")]
