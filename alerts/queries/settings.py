"""The thresholds in force."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from alerts.domain.settings import RuleSetting, default_setting
from alerts.domain.states import Rule
from alerts.models import AlertRuleSetting


def current_settings(*, known_at: datetime | None = None) -> dict[Rule, RuleSetting]:
    """The setting of every rule as known at a moment: the latest version, or the defaults."""
    versions = AlertRuleSetting.objects.order_by("rule", "-version").distinct("rule")
    if known_at is not None:
        versions = versions.filter(recorded_at__lte=known_at)
    settings = {rule: default_setting(rule) for rule in Rule}
    settings |= {Rule(row.rule): _setting(row) for row in versions}
    return settings


def list_setting_versions(rule: Rule) -> QuerySet[AlertRuleSetting]:
    """All versions of a rule's setting with who made them, newest first."""
    return AlertRuleSetting.objects.filter(rule=rule).select_related("created_by").order_by("-version")


def _setting(row: AlertRuleSetting) -> RuleSetting:
    rule = Rule(row.rule)
    # a number that a later release added stands at its default
    numbers = dict(default_setting(rule).numbers) | {name: Decimal(text) for name, text in row.numbers.items()}
    return RuleSetting(rule, row.is_enabled, row.severity, numbers, row.version)
