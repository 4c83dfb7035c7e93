"""The list of buyers with what they owe and how they are graded: searched, filtered, ordered by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from buyers.models import Buyer
from core.access.scope import Scope
from core.queries.sql import fetch_one
from dashboard.queries.paged import SqlRows

# Scores of the latest finished close: one row for each buyer, so that the list costs one join.
_RUN_SQL = """
SELECT id FROM core_run WHERE kind = 'close' AND state = 'done' AND as_of <= %(as_of)s ORDER BY as_of DESC, id DESC
LIMIT 1
"""

_SQL = """
SELECT b.id, b.code, b.name, b.name_zh, b.country, b.status, g.code AS group_code, g.name AS group_name,
       w.username AS owner, s.grade, s.score, owed.open_amount, owed.overdue, owed.over_90, owed.oldest
FROM buyers_buyer b
LEFT JOIN buyers_buyergroup g ON g.id = b.group_id
LEFT JOIN core_user w ON w.id = b.sales_owner_id
LEFT JOIN scoring_score s ON s.run_id = %(run)s AND s.buyer_id = b.id
LEFT JOIN (
    SELECT buyer_id, sum(base_open) AS open_amount,
           sum(base_b1 + base_b2 + base_b3 + base_b4 + base_b5) AS overdue, sum(base_b4 + base_b5) AS over_90,
           max(oldest_days_past_due) AS oldest
    FROM invoices_agingsnapshot WHERE set_id = %(set)s AND basis = 'due' GROUP BY buyer_id
) owed ON owed.buyer_id = b.id
WHERE NOT EXISTS (SELECT 1 FROM buyers_buyermerge m WHERE m.duplicate_id = b.id AND m.state = 'merged')
  AND (%(scope)s::bigint IS NULL OR b.sales_owner_id = %(scope)s)
  AND (%(country)s = '' OR b.country = CASE WHEN %(country)s = 'none' THEN '' ELSE %(country)s END)
  AND (%(status)s = '' OR b.status = %(status)s)
  AND (%(owner)s = '' OR w.username = %(owner)s OR (%(owner)s = 'none' AND b.sales_owner_id IS NULL))
  AND (%(grade)s = '' OR s.grade = %(grade)s OR (%(grade)s = 'none' AND s.grade IS NULL))
  AND (%(text)s = '' OR b.name ILIKE %(like)s OR b.name_zh ILIKE %(like)s OR b.code ILIKE %(like)s
       OR EXISTS (SELECT 1 FROM buyers_buyeralias a WHERE a.buyer_id = b.id AND a.name ILIKE %(like)s)
       OR EXISTS (SELECT 1 FROM buyers_buyermerge m JOIN buyers_buyer d ON d.id = m.duplicate_id
                  WHERE m.survivor_id = b.id AND m.state = 'merged'
                    AND (d.code ILIKE %(like)s OR d.name ILIKE %(like)s)))
"""


@dataclass(frozen=True, slots=True)
class BuyerFilter:
    """What to look for; empty members do not restrict."""

    text: str = ""
    grade: str = ""
    country: str = ""
    owner: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class BuyerLine:
    """A buyer with grade and debt; amounts are None if the date has no snapshot yet."""

    buyer_id: int
    buyer_code: str
    buyer_name: str
    buyer_name_zh: str
    country: str
    status: str
    group_code: str | None
    group_name: str | None
    owner: str | None
    grade: str | None
    score: Decimal | None
    open_amount: Decimal | None
    overdue: Decimal | None
    over_90: Decimal | None
    oldest: int | None


_ORDERS = {
    "buyer": "name",
    "code": "code",
    "country": "country",
    "status": "status",
    "group": "group_name",
    "owner": "owner",
    "grade": "grade",
    "score": "score",
    "open_amount": "open_amount",
    "overdue": "overdue",
    "over_90": "over_90",
    "oldest": "oldest",
}


def list_buyers(*, wanted: BuyerFilter, as_of: date, set_id: int | None, scope: Scope) -> SqlRows:
    """Buyers of the scope, the largest debt first unless asked otherwise; merged records stand under their survivor."""
    run = fetch_one(_RUN_SQL, {"as_of": as_of})
    params = {
        "run": run[0] if run else None,
        "set": set_id,
        "scope": scope.sales_owner_id,
        "country": wanted.country,
        "status": wanted.status,
        "owner": wanted.owner,
        "grade": wanted.grade,
        "text": wanted.text,
        "like": f"%{_escaped(wanted.text)}%",
    }
    return SqlRows(_SQL, params, BuyerLine, _ORDERS, tie="id", wanted=("-open_amount", "buyer"))


def _escaped(text: str) -> str:
    """LIKE's own characters as letters."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def list_countries(*, scope: Scope) -> list[str]:
    """Country codes of the buyers in scope; empty for unknown."""
    rows = Buyer.objects.all() if scope.is_everything else Buyer.objects.filter(sales_owner_id=scope.sales_owner_id)
    return list(rows.order_by("country").values_list("country", flat=True).distinct())


def list_owners(*, scope: Scope) -> list[str]:
    """People who own buyers; a reader who sees own buyers only needs no choice."""
    if not scope.is_everything:
        return []
    owners = Buyer.objects.exclude(sales_owner=None).order_by("sales_owner__username")
    return [str(name) for name in owners.values_list("sales_owner__username", flat=True).distinct()]
