"""Dates that will pass: certificates, identity checks and contracts that end soon, and the money that hangs on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.access.scope import Scope
from core.queries.sql import fetch_all

# What ends in the window comes first, so that the cost follows the window and not all history; then only the latest
# version of a fact counts, and buyers that owe nothing can wait.
_SQL = """
WITH ending AS (
  SELECT c.buyer_id, 'certificate' AS what, c.kind AS detail, c.expires_on
  FROM buyers_certificate c
  WHERE c.expires_on BETWEEN %(since)s AND %(until)s AND c.valid_from <= %(as_of)s AND c.is_required
    AND NOT EXISTS (SELECT 1 FROM buyers_certificate n WHERE n.buyer_id = c.buyer_id AND n.kind = c.kind
                    AND n.valid_from <= %(as_of)s AND (n.valid_from, n.recorded_at) > (c.valid_from, c.recorded_at))
  UNION ALL
  SELECT k.buyer_id, 'kyc', '', k.expires_on
  FROM buyers_kycrecord k
  WHERE k.expires_on BETWEEN %(since)s AND %(until)s AND k.valid_from <= %(as_of)s
    AND NOT EXISTS (SELECT 1 FROM buyers_kycrecord n WHERE n.buyer_id = k.buyer_id
                    AND n.valid_from <= %(as_of)s AND (n.valid_from, n.recorded_at) > (k.valid_from, k.recorded_at))
  UNION ALL
  SELECT s.buyer_id, 'contract', s.number, s.expires_on
  FROM buyers_contract s
  WHERE s.expires_on BETWEEN %(since)s AND %(until)s AND s.valid_from <= %(as_of)s AND s.is_signed
    AND NOT EXISTS (SELECT 1 FROM buyers_contract n WHERE n.buyer_id = s.buyer_id
                    AND n.valid_from <= %(as_of)s AND (n.valid_from, n.recorded_at) > (s.valid_from, s.recorded_at))
)
SELECT b.code, b.name, b.name_zh, ending.what, ending.detail, ending.expires_on,
       coalesce(nullif(trim(concat_ws(' ', owner.first_name, owner.last_name)), ''), owner.username), owed.base_open,
       ending.expires_on - %(as_of)s::date
FROM ending
JOIN buyers_buyer b ON b.id = ending.buyer_id
LEFT JOIN core_user owner ON owner.id = b.sales_owner_id
CROSS JOIN LATERAL (SELECT sum(base_open) AS base_open FROM invoices_agingsnapshot
                    WHERE set_id = %(set)s AND basis = 'due' AND buyer_id = b.id) owed
WHERE (%(owner)s::bigint IS NULL OR b.sales_owner_id = %(owner)s) AND owed.base_open > 0
ORDER BY owed.base_open DESC
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something that ends on a day, at a buyer that owes money."""

    buyer_code: str
    buyer_name: str
    buyer_name_zh: str
    what: str
    detail: str
    expires_on: date
    owner: str | None
    base_open: Decimal
    days_left: int

    @property
    def is_past(self) -> bool:
        """True if the day has passed."""
        return self.days_left < 0


def list_deadlines(*, set_id: int, as_of: date, scope: Scope, days: int = 30, limit: int = 12) -> list[Deadline]:
    """What ends within ``days`` or ended in the last ``days``, the most money first."""
    parameters = {
        "as_of": as_of,
        "set": set_id,
        "since": as_of - timedelta(days=days),
        "until": as_of + timedelta(days=days),
        "owner": scope.sales_owner_id,
        "limit": limit,
    }
    return [Deadline(*row) for row in fetch_all(_SQL, parameters)]
