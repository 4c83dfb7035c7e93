"""Requests for limits with their decisions, as far as an actor may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from core.access.scope import Scope
from core.domain.roles import Permission, is_granted
from core.errors import Denied, NotFound
from core.models import User
from core.money import Money
from core.queries.rates import rate_table
from core.words import sentence as _
from credit.domain.authority import Authority
from credit.domain.kinds import LimitKind, RequestState, Verdict
from credit.domain.limit_changes import NewLimit
from credit.domain.limit_inputs import worst_grade, worst_of_two
from credit.domain.signatures import Asking, Person, Progress, Signature, StandIn, check_signature, progress_of
from credit.models import LimitDecision, LimitRequest
from credit.queries.accounts import account_members, grades_of
from credit.queries.authority import as_stand_in, current_authority, list_substitutes
from credit.queries.counted import owners_of
from credit.queries.request_facts import is_intact


@dataclass(frozen=True, slots=True)
class MaySign:
    """Whether a person may sign a request now, for themselves or for ``acting_for``; code and words where not."""

    may_approve: bool
    code: str = ""
    message: str = ""
    acting_for: User | None = None


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """One request with its signatures so far, and who is still needed (None where the actor may not see it).

    ``is_intact`` false: somebody changed the facts in the database, past the trigger that keeps them.
    """

    request: LimitRequest
    decisions: Sequence[LimitDecision]
    progress: Progress | None
    is_intact: bool = True


def list_requests(*, scope: Scope, states: Sequence[RequestState] = (RequestState.PENDING,)) -> list[LimitRequest]:
    """Requests in these states, newest first, with account, buyer or group, and who asked.

    A scope of some buyers sees those buyers' requests, without facts, recommendation, counted amount and signatures:
    nothing from which the insured limit could be found by asking again and again.
    """
    rows = visible_requests(scope).filter(state__in=list(states)).order_by("-requested_at", "-pk")
    return [_coarse(row, scope) for row in rows]


def get_request(request_id: int, *, scope: Scope, as_of: date) -> RequestDetail:
    """One request; raises ``request_unknown`` if there is none in the scope."""
    row = visible_requests(scope).filter(pk=request_id).first()
    if row is None:
        raise NotFound(
            "request_unknown",
            _("There is no request %(request_id)s.", request_id=request_id),
            {"field": "request", "value": request_id},
        )
    if not scope.is_everything:
        return RequestDetail(_coarse(row, scope), (), None)
    decisions = list(row.decisions.select_related("actor", "acting_for").order_by("decided_at", "pk"))
    asking, authority = asking_of(row, as_of=as_of)
    progress = progress_of(asking=asking, authority=authority, given=signatures_of(row))
    is_as_signed = all(decision.facts_hash == row.facts_hash for decision in decisions)
    return RequestDetail(row, decisions, progress, is_as_signed and is_intact(row))


def standing_of(request: LimitRequest, *, user: User, as_of: date) -> list[MaySign]:
    """For a page: may this person sign, for themselves and for each whom they stand in for today."""
    if not is_granted(user.role, Permission.LIMIT_DECIDE):
        return [MaySign(False, "role_may_not_decide", _("Your role does not decide on limits."))]
    asking, authority = asking_of(request, as_of=as_of)
    given = signatures_of(request)
    found = [_may_sign(user, None, asking, authority, given, as_of)]
    for row in list_substitutes(as_of=as_of):
        if row.deputy_id == user.pk:
            answer = _may_sign(user, as_stand_in(row), asking, authority, given, as_of)
            found.append(MaySign(answer.may_approve, answer.code, answer.message, row.user))
    return found


def asking_of(request: LimitRequest, *, as_of: date) -> tuple[Asking, Authority]:
    """The request as authority sees it today: the stored count in the authority's currency, the worse of the grades."""
    authority = current_authority()
    counted = Money(request.uninsured, request.facts["base_currency"])
    table = rate_table(base=authority.currency, as_of=as_of)
    members = account_members(request.account, as_of=as_of)
    now = worst_grade(grades_of(members, as_of=as_of).values())
    asking = Asking(
        entered_by=frozenset({request.requested_by_id}),
        owners=owners_of(request.account, as_of=as_of),
        counted=table.convert(counted).amount,
        grade=worst_of_two(request.facts["grade"], now),
    )
    return asking, authority


def signatures_of(request: LimitRequest) -> list[Signature]:
    """The approvals given so far, with the roles that the people have now."""
    rows = request.decisions.filter(verdict=Verdict.APPROVE).select_related("actor", "acting_for").order_by("pk")
    return [Signature(_person(row.actor), None if row.acting_for is None else _person(row.acting_for)) for row in rows]


def limit_of(request: LimitRequest) -> NewLimit:
    """What was asked for."""
    amount = Money(request.amount, request.currency)
    return NewLimit(LimitKind(request.kind), amount, request.valid_from, request.valid_to)


def _person(user: User) -> Person:
    return Person(user.pk, user.role)


def _may_sign(
    user: User,
    stand_in: StandIn | None,
    asking: Asking,
    authority: Authority,
    given: Sequence[Signature],
    as_of: date,
) -> MaySign:
    try:
        check_signature(
            person=_person(user), asking=asking, authority=authority, given=given, as_of=as_of, stand_in=stand_in
        )
    except Denied as refused:
        return MaySign(False, refused.code, refused.message)
    return MaySign(True)


def visible_requests(scope: Scope) -> QuerySet[LimitRequest]:
    """Requests of the accounts in the scope, with account and who asked; of sales, their own buyers'."""
    rows = LimitRequest.objects.select_related("account__buyer", "account__group", "requested_by")
    if scope.is_everything:
        return rows
    return rows.filter(account__buyer__sales_owner_id=scope.sales_owner_id)


def _coarse(row: LimitRequest, scope: Scope) -> LimitRequest:
    if not scope.is_everything:
        row.facts, row.recommendation, row.facts_hash = {}, {}, ""
        row.uninsured, row.signatures_needed = Decimal(0), 0
    return row
