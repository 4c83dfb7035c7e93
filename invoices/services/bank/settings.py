"""Changing the numbers of matching: a new version, never an edit."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, transaction

from core.access.scope import require
from core.domain.reasons import check_reason
from core.domain.roles import Permission
from core.errors import Conflict
from core.models import User
from core.services import audit
from core.words import sentence as _
from invoices.domain.matching_settings import check_numbers
from invoices.models import MatchingSetting
from invoices.queries.matching_settings import current_numbers


@transaction.atomic
def change_matching(
    *, numbers: Mapping[str, object], is_enabled: bool, version: int, actor: User, reason: str
) -> MatchingSetting:
    """Store a new version, which counts for every line matched from now on.

    ``version`` is the one that the change was made from. Raises ``permission_denied``, ``matching_setting_invalid``,
    ``reason_missing``, or ``matching_setting_changed`` if somebody else was faster.
    """
    require(actor, Permission.RULES_CHANGE)
    checked = check_numbers(numbers)
    check_reason(reason)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('invoices.matching_setting'))")
    current = current_numbers()
    if current.version != version:
        detail = _("Somebody else has changed these numbers; look again.")
        raise Conflict("matching_setting_changed", detail, {"field": "version", "value": str(version)})
    row = MatchingSetting.objects.create(
        version=version + 1,
        is_enabled=is_enabled,
        numbers={name: str(number) for name, number in checked.items()},
        reason=reason.strip(),
        created_by=actor,
    )
    data = {"version": row.version, "numbers": row.numbers, "is_enabled": is_enabled, "reason": row.reason}
    audit.record(actor=actor, action="invoices.matching.changed", subject_type="rule", subject_id="matching", data=data)
    return row
