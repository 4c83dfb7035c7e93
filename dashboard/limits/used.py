"""Rows of the limits board with what is used: exposures are read for the rows shown, one question for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import islice

from core.domain.rates import RateTable
from credit.queries.exposure import get_exposures, group_exposure
from dashboard.queries.limit_board import BoardRow
from dashboard.queries.paged import SqlRows

CHUNK = 200


@dataclass(frozen=True, slots=True)
class UsedRow:
    """An account's limits, its net exposure in base currency, and the share of the own limit that this is."""

    account_id: int
    code: str
    name: str
    name_zh: str
    is_group: bool
    currency: str | None
    amount: Decimal | None
    base_amount: Decimal | None
    valid_to: date | None
    temporary_amount: Decimal | None
    temporary_currency: str | None
    temporary_until: date | None
    review_on: date | None
    request_id: int | None
    state: str
    exposure: Decimal | None
    use: Decimal | None


@dataclass(frozen=True, slots=True)
class UsedRows:
    """What a table reads (:class:`dashboard.tables.PagedRows`)."""

    rows: SqlRows
    as_of: date
    rates: RateTable

    def count(self) -> int:
        """Number of rows."""
        return self.rows.count()

    def order_by(self, names: Sequence[str]) -> UsedRows:
        """In another order."""
        return replace(self, rows=self.rows.order_by(names))

    def slice(self, start: int, stop: int) -> list[UsedRow]:
        """One page."""
        return self._used(self.rows.slice(start, stop))

    def stream(self) -> Iterator[UsedRow]:
        """All rows, in portions."""
        rows = self.rows.stream()
        while part := list(islice(rows, CHUNK)):
            yield from self._used(part)

    def _used(self, rows: Sequence[BoardRow]) -> list[UsedRow]:
        exposures = self._exposures(rows)
        return [_used(row, exposures.get(row.account_id), self.as_of) for row in rows]

    def _exposures(self, rows: Sequence[BoardRow]) -> Mapping[int, Decimal]:
        accounts = {row.buyer_id: row.account_id for row in rows if row.buyer_id}
        found = get_exposures(list(accounts), as_of=self.as_of, rates=self.rates)
        nets = {accounts[buyer_id]: exposure.net for buyer_id, exposure in found.items()}
        for row in rows:
            if row.group_id:
                total = group_exposure(row.group_id, as_of=self.as_of, rates=self.rates).total
                nets[row.account_id] = total.net
        return nets


def _used(row: BoardRow, exposure: Decimal | None, as_of: date) -> UsedRow:
    limit = row.base_amount
    return UsedRow(
        account_id=row.account_id,
        code=row.code,
        name=row.name,
        name_zh=row.name_zh,
        is_group=row.is_group,
        currency=row.currency,
        amount=row.amount,
        base_amount=limit,
        valid_to=row.valid_to,
        temporary_amount=row.temporary_amount,
        temporary_currency=row.temporary_currency,
        temporary_until=row.temporary_until,
        review_on=row.review_on,
        request_id=row.request_id,
        state=row.state_on(as_of),
        exposure=exposure,
        use=exposure / limit if exposure is not None and limit else None,
    )
