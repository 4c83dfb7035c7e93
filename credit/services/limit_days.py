"""Days on which a limit begins or is over: the account's orders are checked again and somebody looks at it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction

from core.dates import business_date
from core.models import AuditEvent
from core.services import audit
from credit.domain.kinds import LimitKind
from credit.models import CreditAccount, CreditLimit
from credit.services.limits import CAUSE, enqueue_recheck, former_version
from credit.services.messages import limit_changed
from credit.services.reviews import plan_review

SUBJECT = "credit_limit"
ENDED = "credit.limit.ended"
BEGAN = "credit.limit.began"
# A beat that was away catches up for so long; what ended before was seen by every check since.
LOOK_BACK_DAYS = 90


def note_limit_days(*, as_of: date) -> int:
    """Daily: every limit that began today or ended yesterday, or on a day that was missed; once each.

    An ended limit puts a review for today into the diary. Returns how many were noted. Safe to run twice.
    """
    since = as_of - timedelta(days=LOOK_BACK_DAYS)
    ended = CreditLimit.objects.filter(valid_to__lt=as_of, valid_to__gte=since).values_list("pk", flat=True)
    noted = [_note_end(pk, as_of) for pk in _unseen(ended, ENDED)]
    noted += [_note_begin(pk) for pk in _unseen(_begun(since, as_of), BEGAN)]
    return sum(noted)


def _begun(since: date, as_of: date) -> list[int]:
    """Limits that were recorded before the day on which they begin; the others had their re-check at once."""
    rows = CreditLimit.objects.filter(valid_from__lte=as_of, valid_from__gt=since)
    found = rows.values_list("pk", "valid_from", "recorded_at")
    return [pk for pk, first, recorded in found if first > business_date(recorded, settings.TIME_ZONE)]


def _unseen(limit_ids: Iterable[int], action: str) -> list[int]:
    wanted = {str(pk): pk for pk in limit_ids}
    noted = AuditEvent.objects.filter(subject_type=SUBJECT, subject_id__in=list(wanted), action=action)
    seen = set(noted.values_list("subject_id", flat=True))
    return [pk for name, pk in wanted.items() if name not in seen]


@transaction.atomic
def _note_end(limit_id: int, as_of: date) -> bool:
    """True unless another version had taken its place by the day after."""
    limit = _locked(limit_id)
    if limit.valid_to is None or not _counts(limit, limit.valid_to + timedelta(days=1)):
        return False
    if not _unseen([limit_id], ENDED):
        return False
    _note(limit, ENDED)
    plan_review(limit.account, as_of=as_of, due_on=as_of)
    return True


@transaction.atomic
def _note_begin(limit_id: int) -> bool:
    limit = _locked(limit_id)
    if not _counts(limit, limit.valid_from) or not _unseen([limit_id], BEGAN):
        return False
    _note(limit, BEGAN)
    return True


def _locked(limit_id: int) -> CreditLimit:
    """The limit, its account locked against a second run of this job."""
    limit = CreditLimit.objects.get(pk=limit_id)
    limit.account = CreditAccount.objects.select_for_update(no_key=True).get(pk=limit.account_id)
    return limit


def _counts(limit: CreditLimit, day: date) -> bool:
    version = former_version(limit.account_id, LimitKind(limit.kind), day)
    return version is not None and version.pk == limit.pk


def _note(limit: CreditLimit, action: str) -> None:
    enqueue_recheck(limit.account, cause=CAUSE)
    data = {"account": limit.account_id, "kind": limit.kind, "amount": str(limit.amount), "currency": limit.currency}
    audit.record(actor=None, action=action, subject_type=SUBJECT, subject_id=limit.pk, data=data)
    limit_changed(limit, event=action.rpartition(".")[2])
