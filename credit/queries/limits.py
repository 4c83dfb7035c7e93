"""Limits of credit accounts: the one in force on a date, and all versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from core.domain.rates import RateTable
from core.money import Money
from core.queries.prepared import Prepared, fetch_prepared
from credit.domain.kinds import LimitKind
from credit.domain.limits import NO_LIMIT, ZERO, LimitInForce, LimitVersion, limit_in_force
from credit.models import CreditLimit


@dataclass(frozen=True, slots=True)
class AccountLimit:
    """An account with its limit in force; ``account_id`` None: there is no account that ever had a limit.

    ``missing_rates``: currencies of limits that cannot be converted, which then allow nothing.
    """

    account_id: int | None = None
    limit: LimitInForce = NO_LIMIT
    missing_rates: tuple[str, ...] = ()

    @property
    def has_limits(self) -> bool:
        """True if the account ever had a limit, in force or not."""
        return self.account_id is not None


NONE = AccountLimit()


@dataclass(frozen=True, slots=True)
class LimitsInForce:
    """Limits of buyers and of groups, by their ids."""

    by_buyer: Mapping[int, AccountLimit] = field(default_factory=dict)
    by_group: Mapping[int, AccountLimit] = field(default_factory=dict)

    def of_buyer(self, buyer_id: int) -> AccountLimit:
        """The buyer's own limit."""
        return self.by_buyer.get(buyer_id, NONE)

    def of_group(self, group_id: int | None) -> AccountLimit:
        """The limit that the group shares."""
        return self.by_group.get(group_id, NONE) if group_id is not None else NONE


# Of each kind the version with the latest first day counts, then the latest recorded.
IN_FORCE_SQL = """
SELECT DISTINCT ON (a.id, l.kind) a.id, a.buyer_id, a.group_id, l.kind, l.currency, l.amount, l.valid_to
FROM credit_creditaccount a JOIN credit_creditlimit l ON l.account_id = a.id
WHERE (a.buyer_id = ANY(%(buyer_ids)s) OR a.group_id = ANY(%(group_ids)s))
  AND l.valid_from <= %(as_of)s AND (%(known_at)s IS NULL OR l.recorded_at <= %(known_at)s)
ORDER BY a.id, l.kind, l.valid_from DESC, l.recorded_at DESC, l.id DESC
"""
_IN_FORCE = Prepared(
    "limits_in_force",
    IN_FORCE_SQL,
    {"buyer_ids": "bigint[]", "group_ids": "bigint[]", "as_of": "date", "known_at": "timestamptz"},
)


def limits_in_force(
    *,
    buyer_ids: Sequence[int] = (),
    group_ids: Sequence[int] = (),
    as_of: date,
    rates: RateTable,
    known_at: datetime | None = None,
) -> LimitsInForce:
    """The limit in force of every account of these buyers and groups, in one statement.

    The account of a merged buyer is its survivor's: ask with the survivor's id.
    """
    params = {"buyer_ids": list(buyer_ids), "group_ids": list(group_ids), "as_of": as_of, "known_at": known_at}
    return limits_of(fetch_prepared(_IN_FORCE, params), as_of=as_of, rates=rates)


def limits_of(rows: Iterable[Sequence[Any]], *, as_of: date, rates: RateTable) -> LimitsInForce:
    """The same from the rows of :data:`IN_FORCE_SQL`."""
    accounts: dict[tuple[int, int | None, int | None], list[LimitVersion]] = {}
    missing: dict[int, set[str]] = {}
    for account_id, buyer_id, group_id, kind, currency, amount, valid_to in rows:
        base = _base(amount, currency, rates)
        if base is None and amount > 0 and (valid_to is None or valid_to >= as_of):
            missing.setdefault(account_id, set()).add(currency)
        version = LimitVersion(LimitKind(kind), currency, amount, base or ZERO, valid_to)
        accounts.setdefault((account_id, buyer_id, group_id), []).append(version)
    by_buyer, by_group = {}, {}
    for (account_id, buyer_id, group_id), versions in accounts.items():
        limit = limit_in_force(versions=versions, as_of=as_of)
        found = AccountLimit(account_id, limit, tuple(sorted(missing.get(account_id, ()))))
        if buyer_id is not None:
            by_buyer[buyer_id] = found
        elif group_id is not None:
            by_group[group_id] = found
    return LimitsInForce(by_buyer, by_group)


def _base(amount: Decimal, currency: str, rates: RateTable) -> Decimal | None:
    return rates.convert(Money(amount, currency)).amount if currency in rates.rates else None


def list_limits(account_id: int) -> QuerySet[CreditLimit]:
    """All versions of an account's limits with who recorded them, newest first."""
    found = CreditLimit.objects.filter(account_id=account_id).select_related("recorded_by", "request")
    return found.order_by("-valid_from", "-recorded_at", "-pk")
