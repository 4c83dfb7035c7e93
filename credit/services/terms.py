"""Changing the default terms of a grade: a new version, never an edit."""

from __future__ import annotations

from django.db import connection, transaction

from core.access.scope import require
from core.domain.reasons import check_reason
from core.domain.roles import Permission
from core.errors import Conflict
from core.models import User
from core.services import audit
from core.words import sentence as _
from credit.domain.terms import GradeTerms, check_terms
from credit.models import GradeTermsVersion
from credit.queries.terms import current_terms


@transaction.atomic
def change_terms(terms: GradeTerms, *, actor: User, reason: str) -> GradeTermsVersion:
    """Store new terms that count from the next close on; ``terms.version`` is the one the change was made from.

    Needs ``rules:change``. Raises ``terms_invalid``, ``reason_missing``, or ``terms_changed`` if somebody else was
    faster.
    """
    require(actor, Permission.RULES_CHANGE)
    check_terms(terms)
    check_reason(reason)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('credit.grade_terms'))")
    if current_terms()[terms.grade].version != terms.version:
        raise Conflict("terms_changed", _("Somebody else has changed these terms; look again."), {"grade": terms.grade})
    row = GradeTermsVersion.objects.create(
        grade=terms.grade,
        version=terms.version + 1,
        kind=terms.kind,
        max_days=terms.max_days,
        deposit_percent=terms.deposit_percent,
        reason=reason.strip(),
        created_by=actor,
    )
    data = {"version": row.version, "terms": terms.code}
    audit.record(actor=actor, action="credit.terms.changed", subject_type="grade", subject_id=terms.grade, data=data)
    return row
