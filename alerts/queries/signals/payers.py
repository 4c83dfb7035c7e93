"""Posted bank lines that warn: who paid from where, and what another source told as well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from alerts.domain.findings import Finding
from alerts.domain.payers import StrangePayment, find_strange_payments
from alerts.domain.settings import RuleSetting
from alerts.domain.states import Rule
from buyers.queries.merges import MERGE_MAP_SQL
from core.domain.rates import RATES_SQL, RateTable
from core.house import end_of_day
from core.queries.sql import fetch_all
from invoices.domain.bank import BANK_SOURCE, LineWarning

_COLUMNS = """coalesce(m.survivor_id, l.buyer_id), l.id, coalesce(nullif(l.payer_ultimate, ''), l.payer_name),
    l.payer_account, {told}, l.day, l.currency, l.amount, round(l.amount * rates.rate, %(base_digits)s)"""
_POSTED = """
WHERE l.state = 'posted' AND l.amount > 0 AND l.decided_at <= %(until)s
    AND l.day > %(as_of)s - %(window_days)s AND l.day <= %(as_of)s
"""
_JOINS = f"""
LEFT JOIN ({MERGE_MAP_SQL}) m ON m.duplicate_id = l.buyer_id
LEFT JOIN ({RATES_SQL}) rates ON rates.currency = l.currency
"""
_ORDER = "ORDER BY 1, l.day, l.id"

_WARNED_SQL = f"""
SELECT {_COLUMNS.format(told="coalesce(w.params ->> 'known', w.params ->> 'buyer', '')")}
FROM invoices_bankline l
CROSS JOIN LATERAL (
    SELECT one -> 'params' AS params FROM jsonb_array_elements(l.warnings) one WHERE one ->> 'code' = %(code)s LIMIT 1
) w
{_JOINS} {_POSTED} AND l.warnings <> '[]'::jsonb {_ORDER}
"""

# The same buyer, currency and amount within some days, from the bank and from another source, both standing.
_TWICE_SQL = f"""
SELECT {_COLUMNS.format(told="o.source || ' ' || o.external_id")}
FROM invoices_bankline l
CROSS JOIN LATERAL (
    SELECT o.source, o.external_id FROM invoices_receipt o
    WHERE o.buyer_id = l.buyer_id AND o.received_on BETWEEN l.day - %(days)s AND l.day + %(days)s
        AND o.currency = l.currency AND o.amount = l.amount AND o.source NOT LIKE '{BANK_SOURCE}%%'
        AND o.recorded_at <= %(known_at)s
        AND NOT EXISTS (SELECT FROM invoices_receipt b WHERE b.reverses_id IN (o.id, l.receipt_id)
            AND b.received_on <= %(as_of)s AND b.recorded_at <= %(known_at)s)
    ORDER BY o.received_on, o.id LIMIT 1
) o
{_JOINS} {_POSTED} {_ORDER}
"""
_CODES = {
    Rule.PAYER_ACCOUNT_CHANGED: LineWarning.PAYER_ACCOUNT_CHANGED,
    Rule.PAYER_NOT_BUYER: LineWarning.PAYER_NOT_BUYER,
}


def payer_findings(setting: RuleSetting, *, as_of: date, known_at: datetime, rates: RateTable) -> Iterator[Finding]:
    """One finding for each buyer with such payments within the window."""
    params: dict[str, Any] = {
        "as_of": as_of,
        "known_at": known_at,
        "until": min(known_at, end_of_day(as_of)),
        "window_days": setting.whole("window_days"),
        **rates.as_arrays(),
    }
    if setting.rule is Rule.RECEIPT_TWICE:
        rows = fetch_all(_TWICE_SQL, params | {"days": setting.whole("days")})
    else:
        rows = fetch_all(_WARNED_SQL, params | {"code": _CODES[setting.rule].value})
    payments = [StrangePayment(*row) for row in rows]
    for _, group in groupby(payments, key=attrgetter("buyer_id")):
        yield find_strange_payments(payments=list(group), setting=setting)
