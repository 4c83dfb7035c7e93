"""Rules of the check engine on their levels: versions, not edits."""

from typing import Any

import pytest
from django.db import Error, transaction

from core.domain.roles import Role
from core.errors import Conflict, Denied, DomainError
from core.models import AuditEvent, Job
from credit.domain.kinds import Result, RuleLevel
from credit.models import CheckRuleVersion
from credit.services.rules import RulePlace, change_rule, remove_rule
from tests.integration.credit.builders import make_clean_buyer, make_group, make_user

pytestmark = pytest.mark.django_db

TABLE = RulePlace("oldest_overdue", RuleLevel.TABLE)
NUMBERS = {"warn_days": "20", "stop_days": "40"}


def change(place: RulePlace = TABLE, version: int = 0, **changes: Any) -> CheckRuleVersion:
    known: dict[str, Any] = {
        "is_enabled": True,
        "effect": Result.STOP,
        "numbers": NUMBERS,
        "actor": make_user(),
        "reason": "policy",
    }
    return change_rule(place, version=version, **known | changes)


def test_a_change_is_a_version_with_its_reason_and_an_audit_event() -> None:
    change()
    row = change(version=1, numbers={"warn_days": "10", "stop_days": "25"}, effect=Result.WARN)
    assert (row.version, row.numbers, row.effect) == (2, {"warn_days": "10", "stop_days": "25"}, "warn")
    assert AuditEvent.objects.filter(action="credit.rule.changed", subject_id="oldest_overdue").count() == 2
    with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
        CheckRuleVersion.objects.update(is_enabled=False)


def test_two_people_who_change_the_same_version_do_not_overwrite_each_other() -> None:
    change()
    with pytest.raises(Conflict) as refused:
        change(numbers={"warn_days": "1", "stop_days": "2"})
    assert refused.value.code == "check_rule_changed"
    with pytest.raises(Conflict):
        remove_rule(TABLE, version=0, actor=make_user(), reason="x")
    assert CheckRuleVersion.objects.count() == 1


def test_removing_falls_back_and_can_be_followed_by_a_new_setting() -> None:
    change()
    removed = remove_rule(TABLE, version=1, actor=make_user(), reason="back to the handbook")
    assert (removed.version, removed.is_removed) == (2, True)
    assert change(version=2).version == 3
    remove_rule(TABLE, version=3, actor=make_user(), reason="again")
    with pytest.raises(DomainError, match="Nothing is set"):
        remove_rule(TABLE, version=4, actor=make_user(), reason="twice")


def test_levels_have_versions_of_their_own_and_recheck_whom_they_concern() -> None:
    buyer = make_clean_buyer()
    group = make_group(buyer)
    Job.objects.all().delete()
    for place in (
        RulePlace("oldest_overdue", RuleLevel.GRADE, "C"),
        RulePlace("oldest_overdue", RuleLevel.GROUP, str(group.pk)),
        RulePlace("oldest_overdue", RuleLevel.BUYER, str(buyer.pk)),
    ):
        assert change(place).version == 1
    jobs = Job.objects.filter(task="credit.recheck", params__cause="rules_changed")
    assert {job.params["buyer"] for job in jobs} == {buyer.pk}


@pytest.mark.parametrize(
    ("place", "changes", "field"),
    [
        (RulePlace("oldest_overdue", RuleLevel.TABLE, "A"), {}, "subject"),
        (RulePlace("oldest_overdue", RuleLevel.GRADE, "F"), {}, "subject"),
        (RulePlace("oldest_overdue", RuleLevel.GRADE, ""), {}, "subject"),
        (RulePlace("oldest_overdue", RuleLevel.GROUP, "0"), {}, "subject"),
        (RulePlace("oldest_overdue", RuleLevel.BUYER, "x"), {}, "subject"),
        (RulePlace("no_such_rule", RuleLevel.TABLE), {}, "rule"),
        (TABLE, {"reason": " "}, "reason"),
    ],
)
def test_an_impossible_setting_is_refused_and_nothing_is_stored(
    place: RulePlace, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        change(place, **changes)
    assert refused.value.params["field"] == field
    assert not CheckRuleVersion.objects.exists()


@pytest.mark.parametrize("rule", ["sanctions", "forced_hold", "group_limit"])
def test_what_nobody_may_weaken_cannot_be_switched_off(rule: str) -> None:
    with pytest.raises(DomainError):
        change(RulePlace(rule, RuleLevel.TABLE), is_enabled=False, numbers={})
    with pytest.raises(DomainError):
        change(RulePlace(rule, RuleLevel.TABLE), effect=Result.WARN, numbers={})
    assert not CheckRuleVersion.objects.exists()


def test_a_threshold_out_of_its_bounds_is_refused() -> None:
    with pytest.raises(DomainError):
        change(numbers={"warn_days": "-1", "stop_days": "40"})
    assert not CheckRuleVersion.objects.exists()


@pytest.mark.parametrize("role", [Role.SALES, Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_change_rules_changes_nothing(role: Role) -> None:
    person = make_user(role)
    with pytest.raises(Denied):
        change(actor=person)
    with pytest.raises(Denied):
        remove_rule(TABLE, version=0, actor=person, reason="x")
    assert not CheckRuleVersion.objects.exists()
    assert not AuditEvent.objects.exists()
