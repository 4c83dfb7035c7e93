"""Changing the thresholds of a rule: a new version, never an edit."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction

from alerts.domain.settings import check_setting
from alerts.domain.states import Rule
from alerts.models import AlertRuleSetting
from alerts.queries.settings import current_settings
from core.errors import Conflict
from core.models import User
from core.services import audit
from core.words import sentence as _


@transaction.atomic
def change_setting(
    *,
    rule: Rule,
    numbers: Mapping[str, object],
    severity: int,
    is_enabled: bool,
    version: int,
    actor: User | None,
    reason: str = "",
) -> AlertRuleSetting:
    """Store a new version that counts from the next close on; ``version`` is the one that the change was made from.

    Raises ``rule_setting_invalid`` (which number, and what would be right) or ``rule_setting_changed`` if somebody
    else was faster.
    """
    checked = check_setting(rule=rule, severity=severity, numbers=numbers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('alerts.rule_setting'))")
    current = current_settings()[rule]
    if current.version != version:
        raise Conflict("rule_setting_changed", _("Somebody else has changed this rule; look again."), {"rule": rule})
    row = AlertRuleSetting.objects.create(
        rule=rule,
        version=version + 1,
        is_enabled=is_enabled,
        severity=severity,
        numbers={name: str(number) for name, number in checked.items()},
        reason=reason,
        created_by=actor,
    )
    data = {"version": row.version, "numbers": row.numbers, "severity": severity, "is_enabled": is_enabled}
    audit.record(actor=actor, action="alerts.rule.changed", subject_type="rule", subject_id=rule, data=data)
    return row
