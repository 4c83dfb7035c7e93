"""Writing down buyers' standings after scoring: one statement, a row only where something changed."""

from __future__ import annotations

from datetime import date, datetime

from django.db import connection, transaction

from buyers.services.rechecks import ask_recheck_of_moved
from core.queries.rates import rate_table
from core.queries.sql import fetch_one
from credit.domain.standings import NO, YES, StandingKind
from credit.models import BuyerStanding
from credit.queries.terms import current_terms
from invoices.queries.open_items import BASE_ITEMS_SQL, OpenItems

LEAST_COVERAGE = "0.6"

_STAGE_SQL = f"""
CREATE TEMP TABLE overdue_since ON COMMIT DROP AS
SELECT i.buyer_id, min(i.due_date) AS since FROM ({BASE_ITEMS_SQL}) i WHERE i.is_material_overdue GROUP BY i.buyer_id
"""

# The latest row of a kind tells whether something changed; a buyer that never had a standing gets no empty one.
_WRITE_SQL = """
INSERT INTO credit_buyerstanding (buyer_id, kind, value, as_of, run_id, recorded_at)
SELECT w.buyer_id, w.kind, w.value, %(as_of)s, %(run_id)s, now() FROM (
    SELECT s.buyer_id, v.kind, v.value
    FROM scoring_score s
    LEFT JOIN overdue_since o ON o.buyer_id = s.buyer_id
    JOIN unnest(%(grades)s::text[], %(terms)s::text[]) AS t(grade, code) ON t.grade = s.grade
    CROSS JOIN LATERAL (VALUES
        (%(kind_grade)s, s.grade::text),
        (%(kind_terms)s, t.code),
        (%(kind_overdue)s, coalesce(o.since::text, '')),
        (%(kind_coverage)s, CASE WHEN s.coverage < %(least_coverage)s::numeric THEN %(yes)s ELSE %(no)s END)
    ) AS v(kind, value)
    WHERE s.run_id = %(run_id)s
) w LEFT JOIN (
    SELECT DISTINCT ON (b.buyer_id, b.kind) b.buyer_id, b.kind, b.value FROM credit_buyerstanding b
    ORDER BY b.buyer_id, b.kind, b.as_of DESC, b.recorded_at DESC, b.id DESC
) l ON l.buyer_id = w.buyer_id AND l.kind = w.kind
WHERE coalesce(l.value, '') <> w.value
ON CONFLICT (run_id, buyer_id, kind) DO NOTHING
"""

_LATEST_SQL = "SELECT max(as_of) FROM credit_buyerstanding"


@transaction.atomic
def write_standings(*, as_of: date, known_at: datetime, base_currency: str, run_id: int) -> int:
    """Write the standings that follow from a run's scores and today's overdue items; returns how many it changed.

    Standings only move forward: a close of an earlier date than the last one writes none. Safe to run twice. Open
    orders of the buyers concerned are checked again by jobs.
    """
    latest = fetch_one(_LATEST_SQL)[0]
    if latest is not None and as_of < latest:
        return 0
    terms = current_terms(known_at=known_at)
    rates = rate_table(base=base_currency, as_of=as_of, known_at=known_at)
    params = {
        **OpenItems(as_of=as_of, known_at=known_at).base_params(rates),
        "run_id": run_id,
        "grades": list(terms),
        "terms": [grade.code for grade in terms.values()],
        "kind_grade": StandingKind.GRADE,
        "kind_terms": StandingKind.DEFAULT_TERMS,
        "kind_overdue": StandingKind.OVERDUE_SINCE,
        "kind_coverage": StandingKind.LOW_COVERAGE,
        "least_coverage": LEAST_COVERAGE,
        "yes": YES,
        "no": NO,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STAGE_SQL, params)
        cursor.execute("ANALYZE overdue_since")
        cursor.execute(_WRITE_SQL, params)
        cursor.execute("DROP TABLE overdue_since")
    changed = BuyerStanding.objects.filter(run_id=run_id).count()
    if changed:
        ask_recheck_of_moved()
    return changed
