"""What a recommended limit stands on, out of the ledger and the facts on record, as of a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from django.conf import settings

from buyers.models import Buyer
from buyers.queries.accounts import ACCOUNT_SQL, KNOWN_SQL, Accounts, Moment, get_accounts
from core.dates import months_back
from core.domain.rates import RATES_SQL, RateTable
from core.errors import DomainError
from core.money import Money
from core.queries.sql import fetch_all
from core.words import sentence as _
from cover.queries.insured import InsuredInForce, insured_limits_in_force
from credit.domain.limit_inputs import BuyerFacts
from credit.domain.pd import LGD_BY_TERMS, mean_lgd
from credit.domain.terms import GradeTerms
from credit.queries.standings import Standing, get_standings
from credit.queries.terms import current_terms
from invoices.domain.kinds import Terms
from scoring.domain.v1.buyer_credit import FINANCIALS_FRESH_MONTHS
from scoring.domain.v1.payment_history import expected_delay
from scoring.queries.inputs import load_inputs

SALES_DAYS = 365


@dataclass(frozen=True, slots=True)
class Sales:
    """Invoiced in 365 days, in base currency: by instrument, as a whole, and its mean days from invoice to due date.

    Credit invoices count against the amount, not among the days; ``terms_days`` None without sales.
    """

    by_terms: Mapping[Terms, Decimal] = field(default_factory=dict)
    amount: Decimal = Decimal(0)
    terms_days: Decimal | None = None
    unconverted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InsuredSum:
    """All insured limits of a buyer in force, in base currency, and the share of them that is insured (0-1)."""

    limit_base: Decimal
    share: Decimal


def insured_sum(limits: Iterable[InsuredInForce], rates: RateTable) -> InsuredSum:
    """The insurers' limits added up, their percentages weighted by amount; raises ``rate_missing``."""
    bases = [(rates.convert(Money(limit.amount, limit.currency)).amount, limit.percent) for limit in limits]
    total = sum((base for base, _ in bases), Decimal(0))
    covered = sum((base * percent for base, percent in bases), Decimal(0))
    return InsuredSum(total, round(covered / total / 100, 6) if total else Decimal(0))


def covers_of(
    buyer_ids: Sequence[int], *, as_of: date, rates: RateTable, known_at: datetime | None = None
) -> dict[int, InsuredSum]:
    """All insured limits in force of each buyer."""
    limits = insured_limits_in_force(buyer_ids, as_of=as_of, known_at=known_at)
    return {pk: insured_sum(limits[pk], rates) for pk in buyer_ids}


_SALES_SQL = f"""
WITH account AS ({ACCOUNT_SQL}), rates AS ({RATES_SQL}), item AS (
    SELECT a.position, i.currency, i.terms, i.original_due_date - i.invoice_date AS days,
        round(i.amount * rates.rate, %(base_digits)s) AS base
    FROM account a JOIN invoices_invoice i ON i.buyer_id = a.member_id
    LEFT JOIN rates ON rates.currency = i.currency
    WHERE i.invoice_date > %(since)s AND i.invoice_date <= %(as_of)s
      AND (%(known_at)s::timestamptz IS NULL OR i.recorded_at <= %(known_at)s)
)
SELECT position, terms, coalesce(sum(base), 0), coalesce(sum(base) FILTER (WHERE base > 0), 0),
    coalesce(sum(base * days) FILTER (WHERE base > 0), 0),
    coalesce(array_agg(DISTINCT currency) FILTER (WHERE base IS NULL), '{{}}')
FROM item GROUP BY position, terms ORDER BY position
"""


def sales_of(accounts: Accounts, moment: Moment, rates: RateTable) -> dict[int, Sales]:
    """Sales of 12 months by the buyer's position."""
    since = moment.as_of - timedelta(days=SALES_DAYS)
    params = accounts.params() | moment.params() | rates.as_arrays() | {"since": since}
    rows = fetch_all(_SALES_SQL, params)
    return {position: _sales([row[1:] for row in some]) for position, some in groupby(rows, key=itemgetter(0))}


def _sales(rows: Sequence[tuple[str, Decimal, Decimal, Decimal, list[str]]]) -> Sales:
    """One buyer's rows, one for each instrument: amount, invoiced without credits, that × days, missing rates."""
    invoiced = sum((row[2] for row in rows), Decimal(0))
    return Sales(
        by_terms={Terms(row[0]): row[1] for row in rows},
        amount=max(Decimal(0), sum((row[1] for row in rows), Decimal(0))),
        terms_days=sum((row[3] for row in rows), Decimal(0)) / invoiced if invoiced else None,
        unconverted=tuple(sorted({currency for row in rows for currency in row[4]})),
    )


_WORTH_SQL = f"""
WITH account AS ({ACCOUNT_SQL})
SELECT DISTINCT ON (a.position) a.position, f.total_assets - f.total_liabilities, f.currency, f.valid_from
FROM account a JOIN buyers_financialstatement f ON f.buyer_id = a.member_id
WHERE {KNOWN_SQL.format(t="f")}
ORDER BY a.position, f.valid_from DESC, f.recorded_at DESC, f.id DESC
"""


def net_worths(accounts: Accounts, moment: Moment, rates: RateTable) -> dict[int, Decimal]:
    """Assets less liabilities of the latest statement in base currency; none where it is older than 18 months.

    Statements on record do not tell intangible assets apart: what is taken for tangible net worth may be too high.
    """
    oldest = _months_before(moment.as_of, FINANCIALS_FRESH_MONTHS)
    found = {}
    for position, worth, currency, day in fetch_all(_WORTH_SQL, accounts.params() | moment.params()):
        if day >= oldest and currency in rates.rates:
            found[position] = rates.convert(Money(worth, currency)).amount
    return found


def _months_before(day: date, months: int) -> date:
    first = months_back(day, months)
    return first + timedelta(days=min(day.day, 28) - 1)


def load_buyer_facts(
    buyer_ids: Sequence[int], *, as_of: date, rates: RateTable, known_at: datetime | None = None
) -> list[BuyerFacts]:
    """What is known of each buyer (ids under which they are read), in their order. About 25 queries in all."""
    accounts, moment = get_accounts(buyer_ids, known_at), Moment(as_of, known_at)
    sales, worths = sales_of(accounts, moment, rates), net_worths(accounts, moment, rates)
    ids = list(accounts.buyer_ids)
    standings, codes = get_standings(ids, as_of=as_of), _codes(ids)
    covers = covers_of(ids, as_of=as_of, rates=rates, known_at=known_at)
    inputs = load_inputs(buyer_ids=ids, as_of=as_of, known_at=known_at, base_currency=rates.base)
    delays = expected_delay(inputs.facts).tolist()
    terms, lgds = current_terms(), lgd_table()
    return [
        _facts(standings[pk], codes[pk], sales.get(place, Sales()), worths.get(place), covers[pk], delay, terms, lgds)
        for place, (pk, delay) in enumerate(zip(ids, delays, strict=True))
    ]


def _facts(
    standing: Standing,
    code: str,
    sales: Sales,
    worth: Decimal | None,
    cover: InsuredSum,
    delay: float,
    terms: Mapping[str, GradeTerms],
    lgds: Mapping[Terms, Decimal],
) -> BuyerFacts:
    if sales.unconverted:
        raise DomainError(
            "rate_missing",
            _(
                "Sales in %(unconverted)s cannot be converted. Load newer rates.",
                unconverted=", ".join(sales.unconverted),
            ),
            {"field": "currency", "value": sales.unconverted[0]},
        )
    # Of a buyer that has bought nothing yet: the days that its grade's default terms allow.
    usual = Decimal(terms[standing.grade].max_days if standing.grade else 0)
    days = usual if sales.terms_days is None else sales.terms_days
    return BuyerFacts(
        buyer_id=standing.buyer_id,
        code=code,
        grade=standing.grade or None,
        annual_sales=sales.amount,
        terms_days=round(days, 1),
        expected_delay_days=round(Decimal(str(delay)), 1),
        net_worth=worth,
        insured_limit=cover.limit_base,
        insured_share=cover.share,
        lgd=mean_lgd(sales=sales.by_terms, lgds=lgds),
        has_low_coverage=standing.has_low_coverage,
    )


def _codes(buyer_ids: list[int]) -> dict[int, str]:
    return dict(Buyer.objects.filter(pk__in=buyer_ids).values_list("pk", "code"))


def lgd_table() -> dict[Terms, Decimal]:
    """The loss given default of each instrument: the firm's where it set one."""
    return {**LGD_BY_TERMS, Terms.OPEN_ACCOUNT: settings.LIMIT_LGD, **settings.LIMIT_LGD_BY_TERMS}
