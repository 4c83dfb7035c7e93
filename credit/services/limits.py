"""Limits of an account: cut at once by who may decide, raised only by an approved request. Append-only versions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from buyers.queries.merges import get_survivor_id
from core.access.scope import require
from core.domain.rates import RateTable
from core.domain.roles import Permission
from core.errors import Conflict, Denied, DomainError
from core.models import User
from core.money import Money
from core.queries.rates import rate_table
from core.services import audit
from core.words import sentence as _
from credit.domain.kinds import LimitKind
from credit.domain.limit_changes import FormerLimit, NewLimit, check_limit_reason, check_new_limit, is_cut
from credit.models import CreditAccount, CreditLimit, LimitRequest
from credit.services import recheck
from credit.services.accounts import failing_closed, lock_account
from credit.services.messages import limit_changed
from credit.services.reviews import plan_review

__all__ = ["NewLimit", "former_version", "lock_live_account", "set_limit", "store_limit"]

CAUSE = "limit_changed"


@failing_closed()
@transaction.atomic
def set_limit(account_id: int, new: NewLimit, *, actor: User, reason: str, as_of: date) -> CreditLimit:
    """Cut a limit: a lower amount, an earlier end, or 0 to take it away; re-checks of open orders follow.

    Needs ``limit:decide``. Nobody approves what they entered, so a limit that would be higher, or hold longer, than the
    one it replaces is refused (``limit_needs_request``); that goes through :mod:`credit.services.requests`.
    Raises ``limit_invalid``, ``limit_unchanged``, ``account_not_found``, ``account_merged``.
    """
    require(actor, Permission.LIMIT_DECIDE)
    check_new_limit(new=new, as_of=as_of)
    text = check_limit_reason(reason)
    account = lock_live_account(account_id)
    former = former_version(account_id, new.kind, new.valid_from)
    rates = rate_table(base=settings.BASE_CURRENCY, as_of=as_of)
    _check_cut(new, former, rates)
    row = store_limit(account, new, actor=actor, reason=text)
    _audit(row, former, actor)
    plan_review(account, as_of=as_of)
    return row


def lock_live_account(account_id: int) -> CreditAccount:
    """Lock the account as a check does; raises ``account_merged`` if its buyer is read as another one now."""
    account = lock_account(account_id)
    if account.buyer_id is not None and get_survivor_id(account.buyer_id) != account.buyer_id:
        raise Conflict(
            "account_merged",
            _("The buyer was merged into another one: use that one's account."),
            {"field": "account", "value": account_id},
        )
    return account


def former_version(account_id: int, kind: LimitKind, day: date) -> CreditLimit | None:
    """The version of a kind that counts on a day."""
    rows = CreditLimit.objects.filter(account_id=account_id, kind=kind, valid_from__lte=day)
    return rows.order_by("-valid_from", "-recorded_at", "-pk").first()


def store_limit(
    account: CreditAccount, new: NewLimit, *, actor: User, reason: str, request: LimitRequest | None = None
) -> CreditLimit:
    """Append the version and have the account's orders checked again; the caller has locked the account and checked
    that it may be stored."""
    row = CreditLimit.objects.create(
        account=account,
        kind=new.kind,
        currency=new.amount.currency,
        amount=new.amount.amount,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        reason=reason,
        request=request,
        recorded_by=actor,
    )
    enqueue_recheck(account, cause=CAUSE)
    limit_changed(row, event="recorded")
    return row


def enqueue_recheck(account: CreditAccount, *, cause: str) -> None:
    """Have the orders under an account checked again: a buyer's, or those of all members of a group."""
    if account.buyer_id is not None:
        recheck.enqueue(buyer_id=account.buyer_id, cause=cause)
    elif account.group_id is not None:
        recheck.enqueue_group(group_id=account.group_id, cause=cause)


def _check_cut(new: NewLimit, former: CreditLimit | None, rates: RateTable) -> None:
    if former is None and new.amount.amount == 0:
        raise _unchanged(new)
    if former is not None and _says_the_same(new, former):
        raise _unchanged(new)
    before = None if former is None else _former(former, rates)
    if not is_cut(new=new, new_base=_in_base(new.amount, rates), former=before):
        raise Denied(
            "limit_needs_request",
            _("A higher or longer limit needs a request that somebody else approves."),
            {"field": "amount", "value": str(new.amount.amount), "currency": new.amount.currency},
        )


def _says_the_same(new: NewLimit, former: CreditLimit) -> bool:
    given = (new.amount.amount, new.amount.currency, new.valid_to)
    return given == (former.amount, former.currency, former.valid_to)


def _former(row: CreditLimit, rates: RateTable) -> FormerLimit:
    amount = Money(row.amount, row.currency)
    return FormerLimit(amount, _in_base(amount, rates), row.valid_to)


def _in_base(amount: Money, rates: RateTable) -> Decimal | None:
    try:
        return rates.convert(amount).amount
    except DomainError:
        return None


def _unchanged(new: NewLimit) -> Conflict:
    return Conflict(
        "limit_unchanged",
        _("The account has this limit already."),
        {"field": "amount", "value": str(new.amount.amount)},
    )


def _audit(row: CreditLimit, former: CreditLimit | None, actor: User) -> None:
    data = {
        "limit": row.pk,
        "kind": row.kind,
        "amount": str(row.amount),
        "currency": row.currency,
        "valid_from": row.valid_from.isoformat(),
        "valid_to": row.valid_to.isoformat() if row.valid_to else None,
        "former": former.pk if former else None,
        "reason": row.reason,
    }
    audit.record(
        actor=actor,
        action="credit.limit.cut",
        subject_type="credit_account",
        subject_id=row.account_id,
        data=data,
        rows=[row],
    )
