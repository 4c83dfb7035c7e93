"""What some buyers owe as of any date, by buyer and currency: read from the ledger, needs no snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.access.scope import Scope
from core.domain.rates import RateTable
from core.queries.sql import fetch_all
from invoices.domain.kinds import AgingBasis
from invoices.queries.account_aging import ACCOUNT_AGING_SQL, PLACES, account_params
from invoices.queries.open_items import OpenItems

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Owed:
    """Open amounts by bucket, with what is disputed and what is not yet applied."""

    buckets: tuple[Decimal, ...] = (ZERO,) * len(PLACES)
    items: int = 0
    disputed: Decimal = ZERO
    unapplied: Decimal = ZERO
    oldest_days: int | None = None
    is_incomplete: bool = False

    @property
    def total(self) -> Decimal:
        """Gross open amount."""
        return sum(self.buckets, ZERO)

    @property
    def overdue(self) -> Decimal:
        """What is past due (buckets by due date)."""
        return sum(self.buckets[1:], ZERO)

    @property
    def over_90(self) -> Decimal:
        """What is more than 90 days past due."""
        return sum(self.buckets[4:], ZERO)

    @property
    def overdue_share(self) -> Decimal | None:
        """Overdue over all that is open; None without open items."""
        return self.overdue / self.total if self.total else None

    def plus(self, other: Owed) -> Owed:
        """Both together."""
        oldest = [days for days in (self.oldest_days, other.oldest_days) if days is not None]
        return Owed(
            buckets=tuple(a + b for a, b in zip(self.buckets, other.buckets, strict=True)),
            items=self.items + other.items,
            disputed=self.disputed + other.disputed,
            unapplied=self.unapplied + other.unapplied,
            oldest_days=max(oldest, default=None),
            is_incomplete=self.is_incomplete or other.is_incomplete,
        )


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One buyer and currency: in that currency, and in base currency."""

    buyer_id: int
    currency: str
    document: Owed
    base: Owed


def _columns(prefix: str) -> str:
    return ", ".join(f"{prefix}{k}" for k in PLACES)


_SQL = f"""
SELECT buyer_id, currency, items, oldest_days_past_due, base_open IS NULL, disputed, unapplied_cash + unapplied_credit,
    coalesce(base_disputed, 0), coalesce(base_unapplied_cash + base_unapplied_credit, 0),
    {_columns("b")}, {_columns("base_b")}
FROM ({ACCOUNT_AGING_SQL}) accounts
ORDER BY base_open DESC NULLS LAST, currency
"""


def list_owed(
    *,
    buyer_ids: Sequence[int],
    as_of: date,
    rates: RateTable,
    scope: Scope,
    basis: AgingBasis = AgingBasis.DUE,
) -> list[OwedRow]:
    """What the buyers owe on the date; items without a usable rate count 0 in base and mark it incomplete."""
    question = OpenItems(as_of=as_of, buyer_ids=buyer_ids, scope=scope)
    params = account_params(question=question, by=basis, rates=rates)
    return [_row(*row[:9], amounts=row[9:15], base=row[15:21]) for row in fetch_all(_SQL, params)]


def total_of(rows: Iterable[OwedRow]) -> Owed:
    """The base amounts of all rows together."""
    total = Owed()
    for row in rows:
        total = total.plus(row.base)
    return total


def _row(
    buyer_id: int,
    currency: str,
    items: int,
    oldest: int | None,
    is_incomplete: bool,
    disputed: Decimal,
    unapplied: Decimal,
    base_disputed: Decimal,
    base_unapplied: Decimal,
    *,
    amounts: tuple[Decimal, ...],
    base: tuple[Decimal, ...],
) -> OwedRow:
    return OwedRow(
        buyer_id,
        currency,
        Owed(tuple(amounts), items, disputed, unapplied, oldest),
        Owed(tuple(base), items, base_disputed, base_unapplied, oldest, is_incomplete),
    )
