"""Facts that tell how a debt came about: since when, how fast it grew, how lateness drifted, when money last came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from buyers.queries.accounts import get_accounts
from core.domain.rates import RATES_SQL, RateTable
from core.queries.sql import fetch_all

YEARS = 4

_TRADE_SQL = f"""
SELECT s.subject, min(i.invoice_date),
       sum(round(i.amount * r.rate, %(base_digits)s)) FILTER (WHERE i.invoice_date > %(as_of)s::date - 365),
       sum(round(i.amount * r.rate, %(base_digits)s))
           FILTER (WHERE i.invoice_date <= %(as_of)s::date - 365 AND i.invoice_date > %(as_of)s::date - 730),
       (SELECT max(p.received_on) FROM invoices_receipt p
        WHERE p.buyer_id = ANY(array_agg(DISTINCT i.buyer_id)) AND p.received_on <= %(as_of)s)
FROM unnest(%(subjects)s::text[], %(members)s::bigint[]) AS s(subject, buyer_id)
JOIN invoices_invoice i ON i.buyer_id = s.buyer_id AND i.invoice_date <= %(as_of)s
LEFT JOIN ({RATES_SQL}) r ON r.currency = i.currency
GROUP BY s.subject
"""

# Days late of what was settled in each of the last years, and of what is open and overdue now.
_LATENESS_SQL = """
SELECT s.subject, (%(as_of)s::date - x.day) / 365 AS years_ago,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY x.days_late)
FROM unnest(%(subjects)s::text[], %(members)s::bigint[]) AS s(subject, buyer_id)
JOIN invoices_invoice i ON i.buyer_id = s.buyer_id AND i.amount > 0
CROSS JOIN LATERAL (
    SELECT CASE WHEN i.settled_on <= %(as_of)s THEN i.settled_on ELSE %(as_of)s::date END AS day,
           CASE WHEN i.settled_on <= %(as_of)s THEN i.settled_on ELSE %(as_of)s::date END - i.due_date AS days_late,
           i.settled_on <= %(as_of)s AS is_settled
) x
WHERE i.invoice_date <= %(as_of)s AND x.day > %(as_of)s::date - %(days)s
  AND (x.is_settled OR (i.open_amount <> 0 AND x.days_late > 0))
GROUP BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Story:
    """What happened with a buyer or group. ``lateness`` holds the median days late by year, oldest first."""

    first_invoice: date
    sold: Decimal
    sold_before: Decimal
    last_receipt: date | None
    lateness: tuple[int, ...]


def list_stories(*, members: Mapping[str, Sequence[int]], as_of: date, rates: RateTable) -> dict[str, Story]:
    """A story for each subject (any key) out of its member buyers; subjects without invoices have none."""
    if not members:
        return {}
    params = _params(members, as_of, rates)
    late: dict[str, dict[int, int]] = {}
    for subject, years_ago, median in fetch_all(_LATENESS_SQL, params):
        late.setdefault(subject, {})[int(years_ago)] = round(median)
    return {
        subject: Story(first, sold or Decimal(0), before or Decimal(0), receipt, _by_year(late.get(subject, {})))
        for subject, first, sold, before, receipt in fetch_all(_TRADE_SQL, params)
    }


def _params(members: Mapping[str, Sequence[int]], as_of: date, rates: RateTable) -> dict[str, object]:
    subjects = {buyer_id: subject for subject, buyer_ids in members.items() for buyer_id in buyer_ids}
    accounts = get_accounts(list(subjects))
    owners = [subjects[accounts.buyer_ids[position]] for position in accounts.positions]
    return {
        **rates.as_arrays(),
        "subjects": owners,
        "members": list(accounts.members),
        "as_of": as_of,
        "days": 365 * YEARS,
    }


def _by_year(found: dict[int, int]) -> tuple[int, ...]:
    return tuple(found[years_ago] for years_ago in range(YEARS - 1, -1, -1) if years_ago in found)
