"""Accounts with a limit on a day: own and temporary limit, when they end, what waits for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.access.scope import Scope
from core.domain.rates import RATES_SQL, RateTable
from core.queries.sql import fetch_all
from dashboard.queries.paged import SqlRows

SOON_DAYS = 30

_LATEST = """
SELECT l.currency, l.amount, l.valid_from, l.valid_to
FROM credit_creditlimit l
WHERE l.account_id = a.id AND l.kind = '{kind}' AND l.valid_from <= %(as_of)s
ORDER BY l.valid_from DESC, l.recorded_at DESC, l.id DESC LIMIT 1
"""

# A temporary limit that has ended is as if it had never been; an own one that has ended is told as expired.
_ROWS = f"""
SELECT a.id AS account_id, a.buyer_id, a.group_id, coalesce(b.code, g.code) AS code, coalesce(b.name, g.name) AS name,
       coalesce(b.name_zh, g.name_zh, '') AS name_zh, a.group_id IS NOT NULL AS is_group,
       own.currency, own.amount, own.valid_from, own.valid_to,
       tmp.currency AS temporary_currency, tmp.amount AS temporary_amount, tmp.valid_to AS temporary_until,
       own.amount * rates.rate AS base_amount, request.id AS request_id, review.due_on AS review_on,
       least(own.valid_to, tmp.valid_to) AS ends_on
FROM credit_creditaccount a
LEFT JOIN buyers_buyer b ON b.id = a.buyer_id
LEFT JOIN buyers_buyergroup g ON g.id = a.group_id
LEFT JOIN LATERAL ({_LATEST.format(kind="own")}) own ON true
LEFT JOIN LATERAL ({_LATEST.format(kind="temporary")}) tmp
       ON tmp.amount > 0 AND (tmp.valid_to IS NULL OR tmp.valid_to >= %(as_of)s)
LEFT JOIN ({RATES_SQL}) rates ON rates.currency = own.currency
LEFT JOIN LATERAL (SELECT r.id FROM credit_limitrequest r WHERE r.account_id = a.id AND r.state = 'pending'
                   ORDER BY r.id LIMIT 1) request ON true
LEFT JOIN credit_creditreview review ON review.account_id = a.id AND review.state = 'open'
WHERE (own.amount IS NOT NULL OR tmp.amount IS NOT NULL)
  AND (%(search)s = '' OR b.name ILIKE %(like)s OR b.name_zh ILIKE %(like)s OR b.code ILIKE %(like)s
       OR g.name ILIKE %(like)s OR g.code ILIKE %(like)s)
  AND (%(which)s <> 'groups' OR a.group_id IS NOT NULL)
  AND (%(which)s <> 'ending' OR least(own.valid_to, tmp.valid_to) BETWEEN %(as_of)s AND %(soon)s
       OR own.valid_to < %(as_of)s)
"""

_ORDERS = {
    "name": "name",
    "base_amount": "base_amount",
    "valid_to": "valid_to",
    "ends_on": "ends_on",
    "review_on": "review_on",
    "temporary_until": "temporary_until",
}

_ENDING = """
SELECT b.code, b.name, g.code, g.name, l.kind, l.amount, l.currency, l.valid_to, owner.username
FROM credit_creditlimit l
JOIN credit_creditaccount a ON a.id = l.account_id
LEFT JOIN buyers_buyer b ON b.id = a.buyer_id
LEFT JOIN buyers_buyergroup g ON g.id = a.group_id
LEFT JOIN core_user owner ON owner.id = b.sales_owner_id
WHERE l.valid_to BETWEEN %(since)s AND %(until)s AND l.valid_from <= %(as_of)s AND l.amount > 0
  AND (%(owner)s::bigint IS NULL OR b.sales_owner_id = %(owner)s)
  AND NOT EXISTS (SELECT FROM credit_creditlimit n WHERE n.account_id = l.account_id AND n.kind = l.kind
                  AND n.valid_from <= greatest(%(as_of)s, l.valid_to + 1)
                  AND (n.valid_from, n.recorded_at, n.id) > (l.valid_from, l.recorded_at, l.id))
ORDER BY l.valid_to, l.amount DESC
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class BoardRow:
    """An account with its limits on the day."""

    account_id: int
    buyer_id: int | None
    group_id: int | None
    code: str
    name: str
    name_zh: str
    is_group: bool
    currency: str | None
    amount: Decimal | None
    valid_from: date | None
    valid_to: date | None
    temporary_currency: str | None
    temporary_amount: Decimal | None
    temporary_until: date | None
    base_amount: Decimal | None
    request_id: int | None
    review_on: date | None
    ends_on: date | None

    def state_on(self, as_of: date) -> str:
        """In force, ending soon, expired, or taken away."""
        if not self.amount:
            return "missing" if self.temporary_amount is None else "in_force"
        if self.valid_to is not None and self.valid_to < as_of:
            return "expired"
        soon = self.ends_on is not None and self.ends_on <= as_of + timedelta(days=SOON_DAYS)
        return "expiring" if soon else "in_force"


@dataclass(frozen=True, slots=True)
class EndingLimit:
    """A limit that ends in the window and that no later version replaces."""

    buyer_code: str | None
    buyer_name: str | None
    group_code: str | None
    group_name: str | None
    kind: str
    amount: Decimal
    currency: str
    valid_to: date
    owner: str | None


def list_limit_board(*, as_of: date, rates: RateTable, which: str = "", search: str = "") -> SqlRows:
    """Buyers' and groups' limits; ``which``: ``groups``, ``ending``, or all."""
    parameters = {
        **rates.as_arrays(),
        "as_of": as_of,
        "soon": as_of + timedelta(days=SOON_DAYS),
        "which": which,
        "search": search,
        "like": f"%{search}%",
    }
    return SqlRows(_ROWS, parameters, BoardRow, _ORDERS, tie="account_id", wanted=("-base_amount",))


def list_ending_limits(*, as_of: date, scope: Scope, days: int = SOON_DAYS, limit: int = 8) -> list[EndingLimit]:
    """Limits that end within ``days`` or ended in the last ``days``, the first to end first."""
    parameters = {
        "as_of": as_of,
        "since": as_of - timedelta(days=days),
        "until": as_of + timedelta(days=days),
        "owner": scope.sales_owner_id,
        "limit": limit,
    }
    return [EndingLimit(*row) for row in fetch_all(_ENDING, parameters)]
