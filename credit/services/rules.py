"""Changing the check engine's rules on a level: a new version, never an edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from buyers.models import Buyer, BuyerGroup
from buyers.queries.merges import get_survivor_id
from core.access.scope import require
from core.domain.reasons import check_reason
from core.domain.roles import Permission
from core.errors import Conflict, DomainError
from core.models import User
from core.services import audit
from core.words import Sentence
from core.words import sentence as _
from credit.domain.kinds import Result, RuleLevel
from credit.domain.rules import check_rule_setting
from credit.domain.terms import GRADES
from credit.models import CheckRuleVersion
from credit.services import recheck

CAUSE = "rules_changed"


@dataclass(frozen=True, slots=True)
class RulePlace:
    """Where a setting stands: ``subject`` is a grade, a group's or a buyer's id as text; empty for the table."""

    rule: str
    level: RuleLevel
    subject: str = ""


@transaction.atomic
def change_rule(
    place: RulePlace,
    *,
    is_enabled: bool,
    effect: Result,
    numbers: Mapping[str, object],
    version: int,
    actor: User,
    reason: str,
) -> CheckRuleVersion:
    """Store a setting at the place; ``version`` is the one the change was made from, 0 if there is none.

    Needs ``rules:change``. Raises ``check_rule_invalid``, ``reason_missing`` or ``check_rule_changed`` (somebody else
    was faster). Orders of the buyer or group are checked again now; a change of the table or of a grade counts from
    each order's next check on.
    """
    require(actor, Permission.RULES_CHANGE)
    setting = check_rule_setting(rule=place.rule, is_enabled=is_enabled, effect=effect, numbers=numbers)
    row = CheckRuleVersion(
        is_enabled=setting.is_enabled,
        effect=setting.effect,
        numbers={name: str(number) for name, number in setting.numbers.items()},
    )
    return _store(place, row, version=version, actor=actor, reason=reason)


@transaction.atomic
def remove_rule(place: RulePlace, *, version: int, actor: User, reason: str) -> CheckRuleVersion:
    """Fall back to the level above; from the table, to the handbook. The same permission and refusals."""
    require(actor, Permission.RULES_CHANGE)
    current = _latest(place)
    if current is None or current.is_removed:
        raise _invalid("rule", place.rule, _("Nothing is set there."))
    row = CheckRuleVersion(
        is_removed=True, is_enabled=current.is_enabled, effect=current.effect, numbers=current.numbers
    )
    return _store(place, row, version=version, actor=actor, reason=reason)


def _store(place: RulePlace, row: CheckRuleVersion, *, version: int, actor: User, reason: str) -> CheckRuleVersion:
    place = _checked(place)
    check_reason(reason)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('credit.check_rule'))")
    known = _latest(place)
    if (known.version if known else 0) != version:
        raise Conflict(
            "check_rule_changed",
            _("Somebody else has changed this rule; look again."),
            {"field": "version", "value": version, "rule": place.rule},
        )
    row.rule, row.level, row.subject, row.version = place.rule, place.level, place.subject, version + 1
    row.reason, row.created_by = reason.strip(), actor
    row.save(force_insert=True)
    _audit(row, actor)
    _recheck(place)
    return row


def _latest(place: RulePlace) -> CheckRuleVersion | None:
    rows = CheckRuleVersion.objects.filter(rule=place.rule, level=place.level, subject=place.subject)
    return rows.order_by("-version").first()


def _checked(place: RulePlace) -> RulePlace:
    """The place with a subject that exists; a merged buyer's is its survivor's."""
    subject = place.subject
    if place.level is RuleLevel.TABLE and subject:
        raise _invalid("subject", subject, _("The table has no subject."))
    if place.level is RuleLevel.GRADE and (len(subject) != 1 or subject not in GRADES):
        raise _invalid("subject", subject, _("Choose one of the grades %(grades)s.", grades=GRADES))
    if place.level is RuleLevel.GROUP and not _exists(BuyerGroup.objects.all(), subject):
        raise _invalid("subject", subject, _("There is no such group."))
    if place.level is RuleLevel.BUYER:
        if not _exists(Buyer.objects.all(), subject):
            raise _invalid("subject", subject, _("There is no such buyer."))
        return RulePlace(place.rule, place.level, str(get_survivor_id(int(subject))))
    return place


def _exists(rows: QuerySet[Buyer] | QuerySet[BuyerGroup], subject: str) -> bool:
    is_id = subject.isascii() and subject.isdigit() and len(subject) < 19
    return is_id and rows.filter(pk=int(subject)).exists()


def _recheck(place: RulePlace) -> None:
    if place.level is RuleLevel.BUYER:
        recheck.enqueue(buyer_id=int(place.subject), cause=CAUSE)
    elif place.level is RuleLevel.GROUP:
        recheck.enqueue_group(group_id=int(place.subject), cause=CAUSE)


def _audit(row: CheckRuleVersion, actor: User) -> None:
    data = {
        "level": row.level,
        "subject": row.subject,
        "version": row.version,
        "is_removed": row.is_removed,
        "is_enabled": row.is_enabled,
        "effect": row.effect,
        "numbers": row.numbers,
    }
    action = "credit.rule.removed" if row.is_removed else "credit.rule.changed"
    audit.record(actor=actor, action=action, subject_type="check_rule", subject_id=row.rule, data=data, rows=[row])


def _invalid(field: str, value: object, message: Sentence) -> DomainError:
    return DomainError("check_rule_invalid", message, {"field": field, "value": str(value)})
