"""Thresholds of the check engine, as versions on four levels."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from core.append_only import append_only
from core.choices import choices
from credit.domain.kinds import Result, RuleLevel


class CheckRuleVersion(models.Model):
    """A version of one rule on one level: ``subject`` is a grade, a group's or a buyer's id, empty for the table.

    The latest version of (rule, level, subject) counts; ``is_removed`` falls back to the level above. Append-only.
    """

    rule = models.CharField(max_length=40)
    level = models.CharField(max_length=6, choices=choices(RuleLevel))
    subject = models.CharField(max_length=20, blank=True)
    version = models.PositiveIntegerField()
    is_removed = models.BooleanField(default=False)
    is_enabled = models.BooleanField(default=True, help_text="false excludes the rule")
    effect = models.CharField(max_length=4, choices=choices(Result), help_text="the worst that the rule may answer")
    numbers = models.JSONField(default=dict, help_text="thresholds by name, as text")
    reason = models.CharField(max_length=300)
    created_by = models.ForeignKey("core.User", null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "level", "subject", "version"], name="check_rule_version_once"),
            models.CheckConstraint(
                condition=Q(level="table", subject="") | (~Q(level="table") & ~Q(subject="")),
                name="check_rule_subject_named",
            ),
        ]
        triggers = [append_only()]
