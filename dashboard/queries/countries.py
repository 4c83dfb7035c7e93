"""Exposure and lateness by country/region with its risk class on the date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from buyers.models import CountryRisk
from core.access.scope import Scope
from core.queries.sql import fetch_dicts

_OWN_SQL = """
SELECT b.country, sum(coalesce(a.base_open, 0)) AS open,
       sum(coalesce(a.base_b1 + a.base_b2 + a.base_b3 + a.base_b4 + a.base_b5, 0)) AS overdue,
       sum(coalesce(a.base_b4 + a.base_b5, 0)) AS over_90, count(DISTINCT a.buyer_id)::int AS buyers
FROM invoices_agingsnapshot a JOIN buyers_buyer b ON b.id = a.buyer_id
WHERE a.set_id = %(set)s AND a.basis = 'due' AND a.items > 0 AND b.sales_owner_id = %(owner)s
GROUP BY b.country ORDER BY open DESC, b.country
"""


@dataclass(frozen=True, slots=True)
class CountryLine:
    """One country/region; ``risk_class`` None with ``is_listed`` False: not on the risk list of the date."""

    country: str
    buyers: int
    open_amount: Decimal
    overdue: Decimal
    over_90: Decimal
    risk_class: int | None
    is_high_income: bool
    is_listed: bool

    @property
    def overdue_share(self) -> Decimal | None:
        """Overdue over open."""
        return self.overdue / self.open_amount if self.open_amount else None


def list_country_lines(
    *, totals: Mapping[str, Any] | None, set_id: int, as_of: date, scope: Scope
) -> list[CountryLine]:
    """Out of the set's totals; for a reader with own buyers only, out of the rows of these."""
    rows = totals["by_country"] if totals else fetch_dicts(_OWN_SQL, {"set": set_id, "owner": scope.sales_owner_id})
    risks = _risks([row["country"] for row in rows], as_of)
    return [_line(row, risks.get(row["country"])) for row in rows]


def _risks(codes: list[str], as_of: date) -> dict[str, CountryRisk]:
    rows = (
        CountryRisk.objects.filter(country__in=codes, valid_from__lte=as_of)
        .order_by("country", "-valid_from", "-recorded_at")
        .distinct("country")
    )
    return {row.country: row for row in rows}


def _line(row: Mapping[str, Any], risk: CountryRisk | None) -> CountryLine:
    return CountryLine(
        country=row["country"],
        buyers=int(row["buyers"]),
        open_amount=Decimal(row["open"]),
        overdue=Decimal(row["overdue"]),
        over_90=Decimal(row["over_90"]),
        risk_class=risk.risk_class if risk else None,
        is_high_income=bool(risk and risk.is_high_income),
        is_listed=risk is not None,
    )
