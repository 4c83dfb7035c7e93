"""The review diary: when an account is looked at again. Quarterly, sooner by grade and exposure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from core.access.scope import require
from core.domain.rates import RateTable
from core.domain.roles import Permission
from core.errors import DomainError, InvalidTransition, NotFound
from core.models import User
from core.queries.rates import rate_table
from core.queries.sql import fetch_all
from core.services import audit
from core.words import Sentence
from core.words import sentence as _
from credit.domain.kinds import ReviewState
from credit.domain.limit_inputs import worst_grade
from credit.domain.reviews import review_interval_days
from credit.models import CreditAccount, CreditReview
from credit.queries.accounts import account_exposure, account_members, grades_of
from credit.queries.exposure import get_exposures

CHUNK = 1000
LONGEST_NOTE = 300


@transaction.atomic
def complete_review(review_id: int, *, note: str, actor: User, as_of: date) -> CreditReview:
    """Done, with a note; returns the next entry, written in the same transaction.

    Needs ``limit:request`` and ``limits:read`` (sales do not review). Raises ``review_unknown``, ``review_invalid``.
    """
    require(actor, Permission.LIMITS_READ)
    require(actor, Permission.LIMIT_REQUEST)
    text = _note(note)
    review = _locked(review_id)
    review.state, review.note, review.done_by, review.done_at = ReviewState.DONE, text, actor, timezone.now()
    review.save(update_fields=["state", "note", "done_by", "done_at"])
    following = plan_review(review.account, as_of=as_of)
    _audit(actor, "credit.review.done", review, {"note": text, "next": following.due_on.isoformat()})
    return following


@transaction.atomic
def move_review(review_id: int, *, due_on: date, note: str, actor: User, as_of: date) -> CreditReview:
    """Another day, with a reason: from today to the account's interval from today, never later.

    Needs ``limit:decide``. Raises ``review_unknown``, ``review_invalid``.
    """
    require(actor, Permission.LIMIT_DECIDE)
    text = _note(note)
    review = _locked(review_id)
    latest = as_of + timedelta(days=interval_of(review.account, as_of=as_of))
    if not as_of <= due_on <= latest:
        raise _invalid("due_on", due_on, _("Choose a day from %(as_of)s to %(latest)s.", as_of=as_of, latest=latest))
    before, review.due_on, review.note = review.due_on, due_on, text
    review.save(update_fields=["due_on", "note"])
    _audit(actor, "credit.review.moved", review, {"from": before.isoformat(), "to": due_on.isoformat(), "note": text})
    return review


def plan_review(account: CreditAccount, *, as_of: date, due_on: date | None = None) -> CreditReview:
    """See to it that the account is looked at again by the day its grade and exposure ask for, or by ``due_on``.

    An open entry is moved up where it is later than that, never back.
    """
    days = interval_of(account, as_of=as_of)
    wanted = min(as_of + timedelta(days=days), due_on or date.max)
    return _put(account, wanted, days)


def restart_review(account: CreditAccount, *, as_of: date) -> CreditReview:
    """A decision on all the facts was a look at the account: the next one is a whole interval away."""
    days = interval_of(account, as_of=as_of)
    review = _put(account, as_of + timedelta(days=days), days)
    if review.due_on < as_of + timedelta(days=days):
        review.due_on, review.interval_days = as_of + timedelta(days=days), days
        review.save(update_fields=["due_on", "interval_days"])
    return review


def interval_of(account: CreditAccount, *, as_of: date, rates: RateTable | None = None) -> int:
    """Days between reviews that the account's grade and exposure ask for on a day."""
    rates = rates or rate_table(base=settings.BASE_CURRENCY, as_of=as_of)
    grade = worst_grade(grades_of(account_members(account, as_of=as_of), as_of=as_of).values())
    exposure = account_exposure(account, as_of=as_of, rates=rates)
    return review_interval_days(grade=grade, exposure_base=exposure.net)


def refresh_reviews(*, as_of: date) -> int:
    """Nightly: an entry for every account that has a limit, moved up where its interval became shorter.

    Some accounts at a time, each time in a fixed number of statements (one more for each group's account). Returns how
    many entries are new or moved. Safe to run twice.
    """
    rates = rate_table(base=settings.BASE_CURRENCY, as_of=as_of)
    accounts = list(CreditAccount.objects.filter(limits__isnull=False).distinct().order_by("pk"))
    chunks = (accounts[start : start + CHUNK] for start in range(0, len(accounts), CHUNK))
    return sum(_refresh(dict(_needs(chunk, as_of, rates)), as_of) for chunk in chunks)


# An open entry is moved up where the account's interval became shorter, never back; as _put does for one account.
_REFRESH_SQL = """
INSERT INTO credit_creditreview AS r (account_id, state, due_on, interval_days, note)
SELECT n.account_id, 'open', %(as_of)s::date + n.days, n.days, ''
FROM unnest(%(accounts)s::bigint[], %(days)s::int[]) AS n(account_id, days) ORDER BY n.account_id
ON CONFLICT (account_id) WHERE state = 'open' DO UPDATE
SET due_on = least(r.due_on, excluded.due_on), interval_days = excluded.interval_days
WHERE excluded.interval_days < r.interval_days
RETURNING r.id
"""


def _refresh(days: Mapping[int, int], as_of: date) -> int:
    params = {"as_of": as_of, "accounts": list(days), "days": list(days.values())}
    return len(fetch_all(_REFRESH_SQL, params))


def _needs(accounts: Sequence[CreditAccount], as_of: date, rates: RateTable) -> Iterator[tuple[int, int]]:
    """Each account and its interval; buyers' exposures and grades are read for all of them at once."""
    buyer_ids = [account.buyer_id for account in accounts if account.buyer_id is not None]
    exposures = get_exposures(buyer_ids, as_of=as_of, rates=rates)
    grades = grades_of(buyer_ids, as_of=as_of)
    for account in accounts:
        if account.buyer_id is None:
            yield account.pk, interval_of(account, as_of=as_of, rates=rates)
        else:
            net: Decimal = exposures[account.buyer_id].net
            yield account.pk, review_interval_days(grade=grades[account.buyer_id], exposure_base=net)


def _put(account: CreditAccount, due_on: date, days: int) -> CreditReview:
    """The account's open entry, new or moved up to the day; a later one stays as it is."""
    review, is_new = CreditReview.objects.get_or_create(
        account=account, state=ReviewState.OPEN, defaults={"due_on": due_on, "interval_days": days}
    )
    if not is_new and (due_on < review.due_on or days < review.interval_days):
        review.due_on, review.interval_days = min(due_on, review.due_on), min(days, review.interval_days)
        review.save(update_fields=["due_on", "interval_days"])
    return review


def _locked(review_id: int) -> CreditReview:
    found = CreditReview.objects.select_for_update(of=("self",)).select_related("account")
    review = found.filter(pk=review_id).first()
    if review is None:
        raise NotFound(
            "review_unknown",
            _("There is no review %(review_id)s.", review_id=review_id),
            {"field": "review", "value": review_id},
        )
    if review.state != ReviewState.OPEN:
        raise InvalidTransition(current=review.state, allowed=(ReviewState.OPEN,))
    return review


def _note(note: str) -> str:
    text = note.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise _invalid(
            "note",
            text[:LONGEST_NOTE],
            _("Write a note of at most %(longest_note)s characters.", longest_note=LONGEST_NOTE),
        )
    return text


def _invalid(field: str, value: object, message: Sentence) -> DomainError:
    return DomainError("review_invalid", message, {"field": field, "value": str(value)})


def _audit(actor: User, action: str, review: CreditReview, data: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject_type="credit_account",
        subject_id=review.account_id,
        data={"review": review.pk, **data},
    )
