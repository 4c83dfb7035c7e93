"""What the storm left behind, read with plain SQL: nothing of the product's code, so no mistake is shared.

One currency, no credit notes, every shipment inside the horizon: the verifier says so if it finds anything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Row = dict[str, Any]

_SQL = {
    "buyers": "SELECT id, code, group_id FROM buyers_buyer",
    "limits": """
        SELECT l.id, a.buyer_id, a.group_id, l.kind, l.currency, l.amount, l.valid_from, l.valid_to, l.recorded_at
        FROM credit_creditlimit l JOIN credit_creditaccount a ON a.id = l.account_id""",
    "orders": """
        SELECT id, external_id, buyer_id, currency, amount, status, planned_ship_date FROM invoices_order""",
    "gates": "SELECT order_id, state, check_row_id FROM credit_ordergate",
    # The moment of a decision: known_at is read under the lock, the trail is written after everything was read.
    "checks": """
        SELECT c.id, c.buyer_id, c.order_id, c.checkpoint, c.outcome, c.amount, c.cause, c.as_of, c.known_at, (
            SELECT min(e.occurred_at) FROM core_auditevent e
            WHERE e.subject_type = 'order' AND e.subject_id = c.order_id::text AND e.data->>'check' = c.id::text
        ) AS written_at FROM credit_ordercheck c WHERE NOT c.is_dry_run""",
    "reservations": """
        SELECT id, order_id, buyer_id, check_row_id, release_id, currency, amount, state, created_at, ended_at
        FROM credit_reservation""",
    "releases": """
        SELECT id, order_id, currency, amount, tolerance_percent, released_at, ended_at FROM credit_release""",
    "holds": "SELECT id, order_id, kind, state FROM credit_hold",
    "shipments": """
        SELECT order_id, amount, recorded_at FROM invoices_shipment
        WHERE NOT is_cancelled AND NOT is_refused AND shipped_on IS NOT NULL""",
    "entries": "SELECT buyer_id, currency, amount, source_amount, recorded_at FROM invoices_entry",
    "receipts": "SELECT buyer_id, currency, amount, recorded_at FROM invoices_receipt",
    "jobs": "SELECT id, task, state, error FROM core_job WHERE state <> 'done'",
    "not_understood": """
        SELECT 'credit note ' || id AS what FROM invoices_creditnote
        UNION ALL SELECT 'security ' || id FROM cover_security
        UNION ALL SELECT 'bill ' || id FROM cover_bill
        UNION ALL SELECT 'sold receivable ' || id FROM cover_soldreceivable
        UNION ALL SELECT 'deposit ' || id FROM invoices_receipt WHERE order_id IS NOT NULL
        UNION ALL SELECT 'invoice of an order ' || id FROM invoices_invoice WHERE order_id IS NOT NULL
        UNION ALL SELECT 'merge ' || id FROM buyers_buyermerge WHERE state = 'merged'""",
}


@dataclass
class Records:
    """Rows by table, as they are in the end; ``log`` is what the clients wrote down, one line for each try."""

    buyers: list[Row] = field(default_factory=list)
    limits: list[Row] = field(default_factory=list)
    orders: list[Row] = field(default_factory=list)
    gates: list[Row] = field(default_factory=list)
    checks: list[Row] = field(default_factory=list)
    reservations: list[Row] = field(default_factory=list)
    releases: list[Row] = field(default_factory=list)
    holds: list[Row] = field(default_factory=list)
    shipments: list[Row] = field(default_factory=list)
    entries: list[Row] = field(default_factory=list)
    receipts: list[Row] = field(default_factory=list)
    jobs: list[Row] = field(default_factory=list)
    not_understood: list[Row] = field(default_factory=list)
    log: list[Row] = field(default_factory=list)


def read_records(cursor: Any, logs: Iterable[Path]) -> Records:
    """Everything from one connection (of psycopg2), and the clients' logs."""
    return Records(**{name: _fetch(cursor, sql) for name, sql in _SQL.items()}, log=read_logs(logs))


def _fetch(cursor: Any, sql: str) -> list[Row]:
    cursor.execute(sql)
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def read_logs(paths: Iterable[Path]) -> list[Row]:
    """The tries of all clients; a line that a killed client did not finish ends its log."""
    rows: list[Row] = []
    for path in paths:
        rows += [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
    return rows
