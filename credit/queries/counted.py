"""What a request for a limit counts for before the delegation of authority (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings

from buyers.models import Buyer
from buyers.queries.merges import list_records
from core.dates import business_date
from core.domain.rates import RateTable
from core.errors import DomainError
from core.money import Money, round_money
from core.queries.rates import rate_table
from core.words import sentence as _
from credit.domain.authority import Authority, EarlierRequest, counted_uninsured
from credit.domain.kinds import RequestState
from credit.domain.limit_changes import NewLimit
from credit.domain.limit_inputs import worst_grade
from credit.domain.recommend import uninsured_part
from credit.models import CreditAccount, LimitRequest
from credit.queries.accounts import account_members, grades_of
from credit.queries.authority import current_authority
from credit.queries.limit_facts import InsuredSum, covers_of
from credit.queries.limits import AccountLimit, limits_in_force
from credit.queries.parties import get_party

COUNTING = (RequestState.PENDING, RequestState.APPROVED)
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Question:
    """Which limit of which account, when; ``request_id`` None: a request that is being made."""

    account: CreditAccount
    new: NewLimit
    as_of: date
    request_id: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """What authority is measured against: its parts in base currency, and the whole in the authority's currency."""

    own_base: Decimal
    earlier: tuple[tuple[int, EarlierRequest], ...]
    group_others_base: Decimal
    total_base: Decimal
    total: Decimal
    grade: str | None
    authority: Authority

    @property
    def signatures(self) -> int:
        """How many people must sign."""
        return self.authority.signatures(amount=self.total)


def count_request(question: Question, rates: RateTable) -> Counted:
    """Count the limit asked for as of the day; raises ``rate_missing`` where an amount cannot be converted.

    The limit's own uninsured part + requests of 90 days made before it + the limits of the group's other members.
    """
    members = account_members(question.account, as_of=question.as_of)
    covers = covers_of(members, as_of=question.as_of, rates=rates)
    own = _uninsured(rates.convert(question.new.amount).amount, covers.values(), rates.base)
    earlier = tuple(_earlier(question))
    others = _group_others(question, rates)
    total = counted_uninsured(
        uninsured_base=own,
        as_of=question.as_of,
        earlier=[request for _, request in earlier],
        group_others_base=others,
    )
    authority = current_authority()
    return Counted(
        own_base=own,
        earlier=earlier,
        group_others_base=others,
        total_base=total,
        total=_in_currency(Money(total, rates.base), authority.currency, question.as_of),
        grade=worst_grade(grades_of(members, as_of=question.as_of).values()),
        authority=authority,
    )


def owners_of(account: CreditAccount, *, as_of: date) -> frozenset[int]:
    """The sales people who look after a buyer of the account, under any of its records."""
    records = list_records(account_members(account, as_of=as_of))
    owners = Buyer.objects.filter(pk__in=records, sales_owner__isnull=False)
    return frozenset(owners.values_list("sales_owner_id", flat=True))


def own_uninsured(request: LimitRequest) -> Decimal:
    """The uninsured part of the limit that the request alone asks for, in base currency."""
    return Decimal(request.facts["uninsured"]["own"])


def _uninsured(limit: Decimal, covers: Iterable[InsuredSum], base: str) -> Decimal:
    """What of a limit the insurers do not pay; a group's may be used by its least insured member alone."""
    parts = [uninsured_part(limit=limit, insured_limit=c.limit_base, insured_share=c.share) for c in covers]
    return round_money(max(parts, default=limit), base)


def _in_currency(amount: Money, currency: str, as_of: date) -> Decimal:
    return rate_table(base=currency, as_of=as_of).convert(amount).amount


def _earlier(question: Question) -> Iterable[tuple[int, EarlierRequest]]:
    """Requests for the account made before this one that were neither refused nor taken back.

    One that waits counts as of today, one that was approved as of that day.
    """
    rows = LimitRequest.objects.filter(account_id__in=_accounts(question.account), state__in=COUNTING)
    if question.request_id is not None:
        rows = rows.filter(pk__lt=question.request_id)
    for row in rows.order_by("pk"):
        yield row.pk, EarlierRequest(own_uninsured(row), _day(row, question.as_of))


def _day(row: LimitRequest, as_of: date) -> date:
    return as_of if row.decided_at is None else min(as_of, business_date(row.decided_at, settings.TIME_ZONE))


def _accounts(account: CreditAccount) -> list[int]:
    """The account, and those of the buyer's merged records."""
    if account.buyer_id is None:
        return [account.pk]
    records = list_records([account.buyer_id])
    return list(CreditAccount.objects.filter(buyer_id__in=records).values_list("pk", flat=True))


def _group_others(question: Question, rates: RateTable) -> Decimal:
    """Uninsured parts of the other members: of the limit in force, or of what waits for them if that is more.

    A group's own limit holds its members' limits: nothing is added there.
    """
    account = question.account
    party = None if account.buyer_id is None else get_party(account.buyer_id, as_of=question.as_of)
    if party is None or party.group_id is None:
        return ZERO
    others = [pk for pk in party.member_ids if pk != party.buyer_id]
    covers = covers_of(others, as_of=question.as_of, rates=rates)
    limits = limits_in_force(buyer_ids=others, as_of=question.as_of, rates=rates)
    asked = _asked_for(others, question)
    _check_rates([limits.of_buyer(pk) for pk in others])
    held = {pk: _uninsured(limits.of_buyer(pk).limit.allowed_base, [covers[pk]], rates.base) for pk in others}
    return sum((max(held[pk], asked.get(pk, ZERO)) for pk in others), ZERO)


def _check_rates(limits: Sequence[AccountLimit]) -> None:
    """A limit that cannot be converted would count as none: refuse instead."""
    missing = sorted({currency for found in limits for currency in found.missing_rates})
    if missing:
        raise DomainError(
            "rate_missing",
            _("Limits of the group in %(missing)s cannot be converted. Load newer rates.", missing=", ".join(missing)),
            {"field": "currency", "value": missing[0]},
        )


def _asked_for(others: Sequence[int], question: Question) -> dict[int, Decimal]:
    """The most that a request of the last 90 days, waiting or approved, asks for each other member."""
    rows = LimitRequest.objects.filter(account__buyer_id__in=others, state__in=COUNTING)
    if question.request_id is not None:
        rows = rows.filter(pk__lt=question.request_id)
    asked: dict[int, Decimal] = {}
    for row in rows.select_related("account"):
        counts = counted_uninsured(
            uninsured_base=ZERO,
            as_of=question.as_of,
            earlier=[EarlierRequest(own_uninsured(row), _day(row, question.as_of))],
        )
        buyer_id = int(row.account.buyer_id or 0)
        asked[buyer_id] = max(asked.get(buyer_id, ZERO), counts)
    return asked
