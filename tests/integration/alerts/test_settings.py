"""Thresholds of the rules: versions, not edits."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from alerts.domain.settings import default_setting
from alerts.domain.states import Rule
from alerts.models import AlertRuleSetting
from alerts.queries.settings import current_settings, list_setting_versions
from alerts.services.settings import change_setting
from core.errors import Conflict, DomainError
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def change(version: int, **numbers: str) -> AlertRuleSetting:
    return change_setting(
        rule=Rule.OVERDUE_15, numbers=numbers, severity=2, is_enabled=True, version=version, actor=None, reason="test"
    )


def test_without_a_change_the_handbook_counts() -> None:
    assert current_settings() == {rule: default_setting(rule) for rule in Rule}


def test_the_latest_version_counts_and_the_former_stays_on_record() -> None:
    change(0, days="20")
    change(1, days="25", step="10")
    setting = current_settings()[Rule.OVERDUE_15]
    assert (setting.version, setting.severity, setting.number("days"), setting.number("step")) == (2, 2, 25, 10)
    assert [row.numbers["days"] for row in list_setting_versions(Rule.OVERDUE_15)] == ["25", "20"]
    assert AuditEvent.objects.filter(action="alerts.rule.changed", subject_id="overdue_15").count() == 2


def test_a_past_moment_sees_the_thresholds_of_that_moment() -> None:
    change(0, days="20")
    assert current_settings(known_at=datetime(2020, 1, 1, tzinfo=UTC))[Rule.OVERDUE_15].number("days") == Decimal(15)


def test_two_people_who_change_the_same_version_do_not_overwrite_each_other() -> None:
    change(0, days="20")
    with pytest.raises(Conflict):
        change(0, days="25")
    assert current_settings()[Rule.OVERDUE_15].number("days") == 20


def test_a_number_out_of_bounds_is_not_stored() -> None:
    with pytest.raises(DomainError, match="days"):
        change(0, days="-3")
    assert not AlertRuleSetting.objects.exists()
    assert not AuditEvent.objects.exists()
