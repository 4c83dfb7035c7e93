"""Requests for limits: made with frozen facts, decided by delegation of authority."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from buyers.models import Buyer, BuyerGroup
from core.access.scope import require, scope_of
from core.domain.roles import Permission
from core.errors import Conflict, DomainError, InvalidTransition, NotFound
from core.models import User
from core.queries.rates import rate_table
from core.services import audit
from core.words import sentence as _
from credit.domain.kinds import LimitKind, RequestState, Verdict
from credit.domain.limit_changes import check_limit_reason, check_new_limit, invalid
from credit.domain.limit_inputs import Assumptions, check_assumptions
from credit.domain.signatures import progress_of
from credit.models import CreditAccount, CreditLimit, LimitRequest
from credit.queries.accounts import account_members
from credit.queries.counted import Question, count_request
from credit.queries.request_facts import default_assumptions, facts_hash, freeze
from credit.queries.requests import asking_of, limit_of, signatures_of
from credit.services.accounts import account_of_buyer, account_of_group, failing_closed, lock_account, lock_accounts
from credit.services.limits import NewLimit, lock_live_account, store_limit
from credit.services.reviews import restart_review
from credit.services.signing import sign

__all__ = ["Asked", "NewLimit", "approve_request", "create_request", "reject_request", "withdraw_request"]

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what: of a buyer's account or of a group's (one of the two), and why.

    ``assumptions`` None: the firm's settings, sales of 12 months, PD by grade.
    """

    new: NewLimit
    reason: str
    buyer_id: int | None = None
    group_id: int | None = None
    assumptions: Assumptions | None = None


@failing_closed()
@transaction.atomic
def create_request(asked: Asked, *, actor: User, as_of: date) -> LimitRequest:
    """Store a pending request with the recommendation, facts and their hash, and the signatures it needs.

    Needs ``limit:request``; sales for their own buyers only, and for no group. Raises ``limit_invalid`` (what would be
    right), ``limit_inputs_invalid``, ``buyer_not_found``, ``group_not_found``, ``rate_missing``, ``request_pending`` if
    one of this kind waits already.
    """
    require(actor, Permission.LIMIT_REQUEST)
    check_new_limit(new=asked.new, as_of=as_of)
    reason = check_limit_reason(asked.reason, longest=LONGEST_REASON)
    assumptions = check_assumptions(assumptions=asked.assumptions or default_assumptions())
    account = _locked_account(asked, actor)
    _check_free(account, asked.new, as_of)
    frozen = freeze(Question(account, asked.new, as_of), assumptions)
    row = LimitRequest.objects.create(
        account=account,
        kind=asked.new.kind,
        currency=asked.new.amount.currency,
        amount=asked.new.amount.amount,
        valid_from=asked.new.valid_from,
        valid_to=asked.new.valid_to,
        reason=reason,
        recommendation=frozen.recommendation,
        facts=frozen.facts,
        facts_hash=facts_hash(
            new=asked.new, account_id=account.pk, facts=frozen.facts, recommendation=frozen.recommendation
        ),
        uninsured=frozen.counted.total_base,
        signatures_needed=frozen.counted.signatures,
        requested_by=actor,
    )
    _audit(actor, "credit.limit_request.created", row, {"facts_hash": row.facts_hash})
    return row


@failing_closed()
@transaction.atomic
def approve_request(
    request_id: int, *, version: int, actor: User, as_of: date, comment: str = "", acting_for_id: int | None = None
) -> LimitRequest:
    """Sign; with the last signature needed the limit is written in the same transaction.

    Needs ``limit:decide`` and authority for the uninsured amount, own or (``acting_for_id``) as a substitute in force.
    What the request counts for is counted again now; the greater figure decides. Raises ``request_unknown``,
    ``request_changed`` (another version), ``invalid_transition``, ``request_overtaken`` (its days are over), and what
    :func:`credit.domain.signatures.check_signature` refuses: ``own_request``, ``own_buyer``, ``already_signed``,
    ``substitute_not_in_force``, ``authority_exceeded``.
    """
    require(actor, Permission.LIMIT_DECIDE)
    row = _take(request_id, version)
    new = _still_possible(row, as_of)
    _count_again(row, new, as_of)
    sign(row, Verdict.APPROVE, actor=actor, as_of=as_of, comment=comment, acting_for_id=acting_for_id)
    asking, authority = asking_of(row, as_of=as_of)
    progress = progress_of(asking=asking, authority=authority, given=signatures_of(row))
    if progress.is_complete:
        _grant(row, new, actor, as_of)
    return _moved(row, RequestState.APPROVED if progress.is_complete else RequestState.PENDING)


@failing_closed()
@transaction.atomic
def reject_request(
    request_id: int, *, version: int, actor: User, as_of: date, comment: str, acting_for_id: int | None = None
) -> LimitRequest:
    """Refuse, with a reason; who may sign may refuse, and one refusal ends the request."""
    require(actor, Permission.LIMIT_DECIDE)
    text = check_limit_reason(comment, longest=LONGEST_REASON)
    row = _take(request_id, version)
    sign(row, Verdict.REJECT, actor=actor, as_of=as_of, comment=text, acting_for_id=acting_for_id)
    _audit(actor, "credit.limit_request.rejected", row, {"comment": text})
    return _moved(row, RequestState.REJECTED)


@transaction.atomic
def withdraw_request(request_id: int, *, version: int, actor: User) -> LimitRequest:
    """Take one's own pending request back; raises ``request_unknown`` for anybody else's."""
    require(actor, Permission.LIMIT_REQUEST)
    row = _take(request_id, version)
    if row.requested_by_id != actor.pk:
        raise _unknown(request_id)
    _audit(actor, "credit.limit_request.withdrawn", row, {})
    return _moved(row, RequestState.WITHDRAWN)


def _locked_account(asked: Asked, actor: User) -> CreditAccount:
    """The account asked for, locked, if the actor may see whom it is of. Accounts are made inside the lock's order."""
    if (asked.buyer_id is None) == (asked.group_id is None):
        raise invalid("buyer", "", _("Name a buyer or a group, not both."))
    if asked.group_id is not None:
        require(actor, Permission.LIMITS_READ)
        if not BuyerGroup.objects.filter(pk=asked.group_id).exists():
            raise _not_found("group", asked.group_id)
        return lock_account(account_of_group(asked.group_id).pk)
    assert asked.buyer_id is not None  # noqa: S101 -- one of the two is given
    owner = scope_of(actor).sales_owner_id
    buyers = Buyer.objects.filter(pk=asked.buyer_id)
    if not (buyers if owner is None else buyers.filter(sales_owner_id=owner)).exists():
        raise _not_found("buyer", asked.buyer_id)
    return account_of_buyer(lock_accounts(asked.buyer_id).buyer_id)


def _check_free(account: CreditAccount, new: NewLimit, as_of: date) -> None:
    if LimitRequest.objects.filter(account=account, kind=new.kind, state=RequestState.PENDING).exists():
        raise Conflict(
            "request_pending",
            _("A request for this limit waits already: decide it or take it back first."),
            {"field": "kind", "value": str(new.kind)},
        )
    if not account_members(account, as_of=as_of):
        raise invalid("group", account.group_id, _("The group has no members."))


def _take(request_id: int, version: int) -> LimitRequest:
    """The request, pending and at the version the actor saw; its account and itself locked, in this order."""
    found = LimitRequest.objects.filter(pk=request_id).first()
    if found is None:
        raise _unknown(request_id)
    lock_live_account(found.account_id)
    row = LimitRequest.objects.select_for_update(of=("self",)).select_related("account").get(pk=request_id)
    if row.state != RequestState.PENDING:
        raise InvalidTransition(current=row.state, allowed=(RequestState.PENDING,))
    if row.version != version:
        raise Conflict(
            "request_changed",
            _("Somebody else has decided on this request; look again."),
            {"field": "version", "value": version},
        )
    return row


def _still_possible(row: LimitRequest, as_of: date) -> NewLimit:
    """The limit that approval would write: from today where its first day has passed."""
    asked = limit_of(row)
    if asked.valid_to is not None and asked.valid_to < as_of:
        raise Conflict(
            "request_overtaken",
            _("The limit would have ended on %(valid_to)s; ask again.", valid_to=asked.valid_to),
            {"field": "valid_to", "value": asked.valid_to.isoformat()},
        )
    return NewLimit(LimitKind(row.kind), asked.amount, max(asked.valid_from, as_of), asked.valid_to)


def _count_again(row: LimitRequest, new: NewLimit, as_of: date) -> None:
    """Cover, rates, grades and groups may have moved since: nobody approves more than they know of."""
    rates = rate_table(base=settings.BASE_CURRENCY, as_of=as_of)
    counted = count_request(Question(row.account, new, as_of, request_id=row.pk), rates)
    if counted.total_base > row.uninsured:
        row.uninsured, row.signatures_needed = counted.total_base, max(row.signatures_needed, counted.signatures)
        row.save(update_fields=["uninsured", "signatures_needed"])


def _grant(row: LimitRequest, new: NewLimit, actor: User, as_of: date) -> None:
    limit = store_limit(row.account, new, actor=actor, reason=row.reason[:300], request=row)
    restart_review(row.account, as_of=as_of)
    data = {"limit": limit.pk, "facts_hash": row.facts_hash, "uninsured": str(row.uninsured)}
    _audit(actor, "credit.limit_request.approved", row, data, [limit])


def _moved(row: LimitRequest, state: RequestState) -> LimitRequest:
    """Write state and version; zero rows changed means that somebody was faster."""
    decided_at = None if state == RequestState.PENDING else timezone.now()
    waiting = LimitRequest.objects.filter(pk=row.pk, version=row.version, state=RequestState.PENDING)
    if not waiting.update(state=state, version=row.version + 1, decided_at=decided_at):
        raise Conflict(
            "request_changed", _("Somebody else has decided on this request; look again."), {"value": row.pk}
        )
    row.refresh_from_db()
    return row


def _unknown(request_id: int) -> NotFound:
    return NotFound(
        "request_unknown",
        _("There is no request %(request_id)s.", request_id=request_id),
        {"field": "request", "value": request_id},
    )


def _not_found(field: str, pk: int) -> DomainError:
    return NotFound(
        f"{field}_not_found", _("There is no %(field)s %(pk)s.", field=field, pk=pk), {"field": field, "value": pk}
    )


def _audit(actor: User, action: str, row: LimitRequest, data: dict[str, Any], rows: Sequence[CreditLimit] = ()) -> None:
    content = {
        "request": row.pk,
        "kind": row.kind,
        "amount": str(row.amount),
        "currency": row.currency,
        **data,
    }
    audit.record(
        actor=actor, action=action, subject_type="credit_account", subject_id=row.account_id, data=content, rows=rows
    )
