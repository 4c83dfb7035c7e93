"""Who stands behind a credit account: its buyers, their worst grade, their exposure."""

from __future__ import annotations

from datetime import date, datetime

from buyers.queries.merges import get_survivor_id
from core.domain.rates import RateTable
from credit.domain.exposure import Exposure
from credit.models import CreditAccount
from credit.queries.exposure import get_exposures, group_exposure
from credit.queries.parties import get_group_records
from credit.queries.standings import get_standings


def account_members(account: CreditAccount, *, as_of: date, known_at: datetime | None = None) -> list[int]:
    """The buyer under whose id the account is read, or all members of the group on the day, in order."""
    if account.group_id is not None:
        return sorted(set(get_group_records(account.group_id, as_of=as_of, known_at=known_at).values()))
    return [] if account.buyer_id is None else [get_survivor_id(account.buyer_id)]


def grades_of(buyer_ids: list[int], *, as_of: date) -> dict[int, str | None]:
    """The grade of each buyer on a day; None if it was never scored."""
    return {pk: standing.grade or None for pk, standing in get_standings(buyer_ids, as_of=as_of).items()}


def account_exposure(
    account: CreditAccount, *, as_of: date, rates: RateTable, known_at: datetime | None = None
) -> Exposure:
    """Exposure under an account, live: the buyer's, or the sum over the group."""
    if account.group_id is not None:
        return group_exposure(account.group_id, as_of=as_of, rates=rates, known_at=known_at).total
    if account.buyer_id is None:
        return Exposure(rates.base)
    return get_exposures([account.buyer_id], as_of=as_of, rates=rates, known_at=known_at)[account.buyer_id]
