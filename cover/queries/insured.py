"""Insured limits as of a date and as known at a moment. Never for sales: whoever lists them asks for limits:read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from buyers.queries.merges import MERGE_MAP_SQL, list_records
from core.queries.sql import fetch_all


@dataclass(frozen=True, slots=True)
class InsuredInForce:
    """What one insurer covers of a buyer: ``percent`` of up to ``amount``."""

    buyer_id: int
    insurer: str
    number: str
    policy: str
    currency: str
    amount: Decimal
    percent: Decimal
    valid_from: date
    valid_to: date | None
    conditions: str


# Of each insurer the decision with the latest first day counts, then the latest recorded; amount 0 covers nothing.
_IN_FORCE_SQL = f"""
SELECT * FROM (
    SELECT DISTINCT ON (account_id, l.insurer) coalesce(m.survivor_id, l.buyer_id) AS account_id, l.insurer,
        l.external_id, l.policy, l.currency, l.amount, l.percent, l.valid_from, l.valid_to, l.conditions
    FROM cover_insuredlimit l LEFT JOIN ({MERGE_MAP_SQL}) m ON m.duplicate_id = l.buyer_id
    WHERE l.buyer_id = ANY(%(record_ids)s) AND l.valid_from <= %(as_of)s
      AND (%(known_at)s::timestamptz IS NULL OR l.recorded_at <= %(known_at)s)
    ORDER BY account_id, l.insurer, l.valid_from DESC, l.recorded_at DESC, l.id DESC
) latest WHERE amount > 0 AND (valid_to IS NULL OR valid_to >= %(as_of)s)
ORDER BY account_id, insurer
"""


def insured_limits_in_force(
    buyer_ids: Sequence[int], *, as_of: date, known_at: datetime | None = None
) -> dict[int, list[InsuredInForce]]:
    """The limits in force of each buyer (its survivor's and its duplicates'), by insurer; none is an empty list."""
    found: dict[int, list[InsuredInForce]] = {pk: [] for pk in buyer_ids}
    records = list_records(buyer_ids, known_at=known_at)
    for row in fetch_all(_IN_FORCE_SQL, {"record_ids": records, "as_of": as_of, "known_at": known_at}):
        found.setdefault(row[0], []).append(InsuredInForce(*row))
    return found
