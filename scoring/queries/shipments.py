"""Shipments as known at a moment: the latest version of each, with its delay as of the date."""

from __future__ import annotations

import pandas as pd

from buyers.queries.accounts import ACCOUNT_SQL, Accounts, Moment
from core.queries.frames import fetch_frame
from scoring.domain.v1.logistics import WINDOW_DAYS

# FOB and EXW end at the handover. What had not arrived by the date is as late as the date makes it; not yet due and
# not arrived says nothing. A refused shipment that never arrived has no delay.
_SHIPMENTS_SQL = """
WITH account AS ({account}), version AS (
    SELECT DISTINCT ON (s.source, s.external_id) a.position, s.*
    FROM account a JOIN invoices_shipment s ON s.buyer_id = a.member_id
    WHERE %(known_at)s::timestamptz IS NULL OR s.recorded_at <= %(known_at)s
    ORDER BY s.source, s.external_id, s.recorded_at DESC, s.id DESC
), dated AS (
    SELECT v.*, CASE WHEN v.done_on <= %(as_of)s THEN v.done_on END AS arrived_on FROM (
        SELECT version.*, CASE WHEN incoterm IN ('FOB', 'EXW') THEN handed_over_on ELSE delivered_on END AS done_on
        FROM version
    ) v
    WHERE NOT v.delay_by_seller
)
SELECT d.position, d.id, d.arrived_on IS NOT NULL OR NOT d.is_refused,
    coalesce(d.arrived_on, %(as_of)s) - d.promised_on,
    CASE WHEN d.arrived_on IS NOT NULL THEN %(as_of)s::date - d.arrived_on
        WHEN d.is_refused THEN %(as_of)s::date - d.promised_on ELSE 0 END,
    d.is_refused, d.has_discrepancies
FROM dated d
WHERE coalesce(d.arrived_on, d.promised_on) BETWEEN %(as_of)s::date - %(window)s AND %(as_of)s
  AND (d.arrived_on IS NOT NULL OR d.promised_on < %(as_of)s)
ORDER BY d.position, coalesce(d.arrived_on, d.promised_on), d.source, d.external_id
"""

COLUMNS = {
    "position": "int64",
    "shipment": "int64",
    "has_delay": "bool",
    "delay_days": "int64",
    "age_days": "int64",
    "is_refused": "bool",
    "has_discrepancies": "bool",
}


def fetch_shipments(accounts: Accounts, moment: Moment) -> pd.DataFrame:
    """Shipments of the last 730 days that count, by buyer and arrival."""
    params = accounts.params() | moment.params() | {"window": WINDOW_DAYS}
    return fetch_frame(_SHIPMENTS_SQL.format(account=ACCOUNT_SQL), params, COLUMNS)
