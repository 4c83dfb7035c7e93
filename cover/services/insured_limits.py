"""An insurer's limit on a buyer, entered by hand: append-only versions, the same thing twice only once."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from buyers.models import Buyer
from buyers.queries.records import no_buyer
from core.access.scope import require
from core.domain.roles import Permission
from core.errors import Conflict
from core.models import User
from core.services import audit
from core.words import sentence as _
from cover.domain.insured import InsuredDecision, check_decision
from cover.models import InsuredLimit
from cover.services.decisions import Outcome, Sorted, lock_decisions, sort_out, write_decisions


@dataclass(frozen=True, slots=True)
class Recorded:
    """The decision's row, and whether it was new."""

    row: InsuredLimit
    is_new: bool


@transaction.atomic
def record_insured_limit(decision: InsuredDecision, *, actor: User) -> Recorded:
    """Store an insurer's decision; the same again changes nothing, another content on its day is a correction.

    Needs ``cover:write``. Raises ``insured_limit_invalid``, ``buyer_not_found``, ``insured_limit_of_other_buyer``.
    A cut, a refusal or a restored limit is written down as an event of the buyer.
    """
    require(actor, Permission.COVER_WRITE)
    check_decision(decision)
    if not Buyer.objects.filter(pk=decision.buyer_id).exists():
        raise no_buyer(decision.buyer_id)
    lock_decisions()
    found = sort_out([decision])[0]
    if found.known is not None and found.outcome is Outcome.OTHER_BUYER:
        raise _of_other_buyer(found)
    if found.known is not None and found.outcome is Outcome.UNCHANGED:
        return Recorded(found.known, is_new=False)
    row = write_decisions([found], actor=actor)[0]
    _audit_one(row, actor)
    return Recorded(row, is_new=True)


def _of_other_buyer(found: Sorted) -> Conflict:
    decision = found.decision
    return Conflict(
        "insured_limit_of_other_buyer",
        _(
            "The limit %(number)s of %(insurer)s is on record for another buyer.",
            number=decision.number,
            insurer=decision.insurer,
        ),
        {"field": "number", "value": decision.number},
    )


def _audit_one(row: InsuredLimit, actor: User) -> None:
    data = {
        "insured_limit": row.pk,
        "insurer": row.insurer,
        "number": row.external_id,
        "amount": str(row.amount),
        "currency": row.currency,
        "percent": str(row.percent),
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
    }
    audit.record(
        actor=actor,
        action="cover.insured_limit.recorded",
        subject_type="buyer",
        subject_id=row.buyer_id,
        data=data,
        rows=[row],
    )
