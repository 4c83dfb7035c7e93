"""Aging of any date, as known at any moment, with its control total against the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from core import house
from core.access.scope import SYSTEM, Scope
from core.domain.rates import RATES_SQL, Rate, RateTable
from core.money import round_money
from core.queries.rates import rate_table
from core.queries.sql import fetch_all
from invoices.domain.aging import DEFAULT_BUCKETS, Buckets
from invoices.domain.kinds import AgingBasis
from invoices.queries.account_aging import ITEM_TOTALS_SQL, PLACED_SQL, PLACES, account_params
from invoices.queries.control import get_ledger_balances
from invoices.queries.open_items import OpenItems
from invoices.queries.unapplied import UNAPPLIED_SQL

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class AgingQuestion:
    """What is asked: date, basis, moment of knowledge, and which part of the portfolio.

    The answer is in base currency where currencies differ; with ``always_base`` also where they do not.
    """

    as_of: date
    by: AgingBasis = AgingBasis.DUE
    known_at: datetime | None = None
    buyer_id: int | None = None
    currency: str | None = None
    scope: Scope = SYSTEM
    base: str = ""
    buckets: Buckets = DEFAULT_BUCKETS
    always_base: bool = False
    buyer_ids: Sequence[int] | None = None
    shard: tuple[int, int] | None = None

    def base_currency(self) -> str:
        """The base asked for, else the firm's."""
        return house.base_currency(self.base)

    def items(self) -> OpenItems:
        """The open items this question is about."""
        ids = self.buyer_ids if self.buyer_id is None else [self.buyer_id]
        return OpenItems(self.as_of, self.known_at, ids, self.currency, self.scope, self.shard)

    def rates(self) -> RateTable:
        """The one rate table of this question."""
        return rate_table(base=self.base_currency(), as_of=self.as_of, known_at=self.known_at)

    def params(self, rates: RateTable) -> dict[str, Any]:
        """The parameters of ``ACCOUNT_AGING_SQL``."""
        return account_params(question=self.items(), by=self.by, rates=rates, buckets=self.buckets)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Items and amount of one bucket."""

    label: str
    items: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CurrencyControl:
    """Aging against ledger in one currency; they must agree to the last minor unit."""

    currency: str
    ledger: Decimal
    aging: Decimal

    @property
    def is_ok(self) -> bool:
        """True if both say the same."""
        return self.ledger == self.aging


@dataclass(frozen=True, slots=True)
class AgingReport:
    """An aging in one currency: the items' own if they share one, else the base currency.

    ``amount`` is gross open, disputed parts included. ``unconverted`` lists what no usable rate exists for: it is
    not in the figures, and the total is then incomplete.
    """

    as_of: date
    by: AgingBasis
    known_at: datetime | None
    currency: str
    items: int
    buyers: int
    amount: Decimal
    buckets: tuple[Bucket, ...]
    disputed: Decimal
    unapplied_cash: Decimal
    unapplied_credit: Decimal
    oldest_days_past_due: int | None
    controls: tuple[CurrencyControl, ...]
    unconverted: dict[str, Decimal]
    rates: tuple[Rate, ...]
    rates_date: date | None

    @property
    def is_complete(self) -> bool:
        """True if every item is in the figures."""
        return not self.unconverted

    @property
    def is_reconciled(self) -> bool:
        """True if aging and ledger agree in every currency."""
        return all(control.is_ok for control in self.controls)

    @property
    def net(self) -> Decimal:
        """Gross open − unapplied cash − unapplied credits: what must equal the ledger balance."""
        return self.amount - self.unapplied_cash - self.unapplied_credit


class _CurrencyRow(NamedTuple):
    currency: str
    is_converted: bool
    items: int
    open_amount: Decimal
    disputed: Decimal
    cash: Decimal
    credit: Decimal
    base: tuple[Decimal, ...]
    oldest: int | None
    counts: tuple[int, ...]
    amounts: tuple[Decimal, ...]
    base_amounts: tuple[Decimal, ...]


def _list(prefix: str) -> str:
    return ", ".join(f"coalesce({prefix}{k}, 0)" for k in PLACES)


# One row per currency; the buyers with open items are counted once, whatever their currencies.
_TOTALS_SQL = f"""
WITH placed AS MATERIALIZED (
    SELECT buyer_id, currency, open_amount, disputed, base_open, base_disputed, days_past_due, place
    FROM ({PLACED_SQL}) i
), opened AS (
    SELECT currency, {ITEM_TOTALS_SQL} FROM placed GROUP BY currency
), unapplied AS (
    SELECT a.currency, sum(a.cash) AS cash, sum(a.credit) AS credit,
        sum(round(a.cash * rates.rate, %(base_digits)s)) AS base_cash,
        sum(round(a.credit * rates.rate, %(base_digits)s)) AS base_credit
    FROM ({UNAPPLIED_SQL}) a LEFT JOIN ({RATES_SQL}) rates ON rates.currency = a.currency GROUP BY a.currency
)
SELECT coalesce(o.currency, u.currency) AS currency, rates.rate IS NOT NULL, coalesce(o.items, 0),
    coalesce(o.open_amount, 0), coalesce(o.disputed, 0), coalesce(u.cash, 0), coalesce(u.credit, 0),
    coalesce(o.base_open, 0), coalesce(o.base_disputed, 0), coalesce(u.base_cash, 0), coalesce(u.base_credit, 0),
    o.oldest_days_past_due, {_list("n")}, {_list("b")}, {_list("base_b")},
    (SELECT count(DISTINCT buyer_id) FROM placed)
FROM opened o FULL JOIN unapplied u ON u.currency = o.currency
LEFT JOIN ({RATES_SQL}) rates ON rates.currency = coalesce(o.currency, u.currency) ORDER BY 1
"""


def get_aging(question: AgingQuestion, *, rates: RateTable | None = None) -> AgingReport:
    """The aging report of a question; ``rates`` in place of the table of its own date.

    ``open(invoice, as_of) = Σ entries with effective_date ≤ as_of``; Σ buckets = gross open; gross − unapplied
    cash − unapplied credits = ledger balance, in every currency (domain.md section 2).
    """
    rates = rates or question.rates()
    found = fetch_all(_TOTALS_SQL, question.params(rates))
    buyers = int(found[0][-1]) if found else 0
    return _report(question, rates, [_unpack(row) for row in found], buyers)


def _unpack(row: Any) -> _CurrencyRow:
    head, base, oldest, rest = row[:7], row[7:11], row[11], row[12:-1]
    counts, amounts, base_amounts = rest[:6], rest[6:12], rest[12:18]
    return _CurrencyRow._make((*head, base, oldest, tuple(int(n) for n in counts), amounts, base_amounts))


def _report(question: AgingQuestion, rates: RateTable, rows: list[_CurrencyRow], buyers: int) -> AgingReport:
    currencies = [row.currency for row in rows]
    single = _single_currency(question, currencies)
    kept = rows if single else [row for row in rows if row.is_converted]
    used = [rates.rates[c] for c in currencies if not single and c in rates.rates and c != rates.base]
    return AgingReport(
        as_of=question.as_of,
        by=question.by,
        known_at=question.known_at,
        currency=single or rates.base,
        items=sum(int(row.items) for row in rows),
        buyers=buyers,
        amount=_total(kept, single, 0),
        buckets=_buckets(question, kept, single),
        disputed=_total(kept, single, 1),
        unapplied_cash=_total(kept, single, 2),
        unapplied_credit=_total(kept, single, 3),
        oldest_days_past_due=max((row.oldest for row in rows if row.oldest is not None), default=None),
        controls=_controls(question, rows),
        unconverted={} if single else {row.currency: row.open_amount for row in rows if not row.is_converted},
        rates=tuple(used),
        rates_date=min((rate.rate_date for rate in used), default=None),
    )


def _single_currency(question: AgingQuestion, currencies: list[str]) -> str | None:
    if question.always_base:
        return None
    return question.currency or (currencies[0] if len(currencies) == 1 else None)


def _total(rows: Iterable[_CurrencyRow], single: str | None, place: int) -> Decimal:
    own = ((row.open_amount, row.disputed, row.cash, row.credit) if single else row.base for row in rows)
    return sum((amounts[place] for amounts in own), ZERO)


def _buckets(question: AgingQuestion, rows: list[_CurrencyRow], single: str | None) -> tuple[Bucket, ...]:
    labels = question.buckets.labels(question.by)
    return tuple(
        Bucket(
            label=label,
            items=sum(row.counts[k] for row in rows),
            amount=sum(((row.amounts if single else row.base_amounts)[k] for row in rows), ZERO),
        )
        for k, label in enumerate(labels)
    )


def _controls(question: AgingQuestion, rows: list[_CurrencyRow]) -> tuple[CurrencyControl, ...]:
    ledger = get_ledger_balances(question.items())
    aging = {row.currency: row.open_amount - row.cash - row.credit for row in rows}
    currencies = sorted(c for c in {*ledger, *aging} if ledger.get(c) or aging.get(c))
    return tuple(CurrencyControl(c, ledger.get(c, ZERO), aging.get(c, ZERO)) for c in currencies)


def control_in(report: AgingReport, rates: RateTable) -> tuple[Decimal, Decimal]:
    """Ledger and aging in the report's currency.

    In base currency the aging is Σ items, each rounded once; the ledger is the same plus the converted difference
    of each currency, so that rounding never looks like a mismatch and a mismatch is never rounded away.
    """
    gap = sum((_in_report_currency(report, rates, control) for control in report.controls), ZERO)
    return report.net + gap, report.net


def _in_report_currency(report: AgingReport, rates: RateTable, control: CurrencyControl) -> Decimal:
    gap = control.ledger - control.aging
    if control.currency == report.currency or not gap:
        return gap
    rate = rates.rates.get(control.currency)
    return round_money(gap * rate.rate, report.currency) if rate else ZERO
