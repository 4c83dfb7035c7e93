"""Everything that came in, in one list: files with rows, what systems sent over REST, documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dashboard.queries.paged import SqlRows


class Way(StrEnum):
    """How something came in."""

    FILE = "file"
    REST = "rest"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class IncomingRow:
    """One thing that came in; ``open_rows`` of it wait for a person."""

    way: str
    id: int
    name: str
    kind: str
    source: str
    state: str
    rows: int
    created: int
    updated: int
    unchanged: int
    open_rows: int
    sums: Mapping[str, str]
    actor: str
    created_at: datetime


_ONLY = "(%(only)s::bigint[] IS NULL OR {id} = ANY(%(only)s))"
# Invoices that came as a bulk have an import of their own, for their quarantine; it is one thing.
_FILES_SQL = f"""
SELECT 'file' AS way, f.id, f.file_name AS name, 'invoices' AS kind, f.profile AS source, f.state, f.rows, f.created,
    f.updated, f.unchanged,
    (SELECT count(*)::int FROM invoices_quarantinedrow q WHERE q.batch_id = f.id AND q.state = 'open') AS open_rows,
    f.totals AS sums, coalesce(u.username, '') AS actor, f.created_at
FROM invoices_importbatch f LEFT JOIN core_user u ON u.id = f.actor_id
WHERE NOT EXISTS (SELECT 1 FROM invoices_bulk k WHERE k.batch_id = f.id) AND {_ONLY.format(id="f.id")}
"""
# A job that failed for good took nothing. Answers that are no longer kept cannot be mended. What came before the record
# that it names waits for that, not for a person.
_BULKS_SQL = f"""
SELECT 'rest' AS way, k.id, '' AS name, k.kind, k.source,
    CASE WHEN k.state IN ('queued', 'running') AND run.state = 'failed' THEN 'failed' ELSE k.state END AS state,
    k.rows, k.created, k.updated, k.unchanged,
    CASE WHEN k.quarantined = 0 THEN 0
        WHEN k.batch_id IS NOT NULL THEN
            (SELECT count(*)::int FROM invoices_quarantinedrow q WHERE q.batch_id = k.batch_id AND q.state = 'open')
        WHEN k.path = '' THEN 0
        ELSE k.quarantined - (SELECT count(*)::int FROM invoices_mendedrecord m WHERE m.bulk_id = k.id)
            - (SELECT count(*)::int FROM invoices_earlyrecord e WHERE e.bulk_id = k.id AND e.problem IS NULL)
    END AS open_rows,
    coalesce(k.totals -> 'sums', '{{}}'::jsonb) AS sums, coalesce(u.username, '') AS actor, k.created_at
FROM invoices_bulk k LEFT JOIN core_run run ON run.id = k.run_id LEFT JOIN core_user u ON u.id = k.actor_id
WHERE {_ONLY.format(id="k.id")}
"""
# An e-invoice is one row. Statements are a row for each line, as they were taken; what another file told before, a line
# or a whole statement, is unchanged. Sums are those of the file: booked credits and debits, which are negative.
_DOCUMENTS_SQL = f"""
SELECT 'document' AS way, d.id, d.file_name AS name, d.kind, d.source, d.state,
    greatest(1, d.created + d.unchanged) AS rows, d.created, 0 AS updated, d.unchanged,
    CASE WHEN d.state = 'waiting' THEN 1 ELSE 0 END AS open_rows, d.sums, coalesce(u.username, '') AS actor,
    d.created_at
FROM (
    SELECT x.*,
        CASE WHEN x.state <> 'posted' THEN 0
            WHEN x.kind = 'statements' THEN
                (SELECT count(*)::int FROM invoices_bankstatement s JOIN invoices_bankline l ON l.statement_id = s.id
                    WHERE s.document_id = x.id AND l.state <> 'told_before')
            ELSE 1 END AS created,
        CASE WHEN x.state NOT IN ('posted', 'unchanged') THEN 0
            WHEN x.kind = 'statements' THEN
                (SELECT count(*)::int FROM invoices_bankstatement s JOIN invoices_bankline l ON l.statement_id = s.id
                    WHERE s.document_id = x.id AND l.state = 'told_before')
                + (SELECT coalesce(sum((one ->> 'entries')::int), 0)::int
                    FROM jsonb_array_elements(x.reading -> 'statements') one)
                - (SELECT coalesce(sum(s.entries), 0)::int FROM invoices_bankstatement s WHERE s.document_id = x.id)
            WHEN x.state = 'unchanged' THEN 1
            ELSE 0 END AS unchanged,
        CASE WHEN x.kind = 'statements' THEN
                (SELECT coalesce(jsonb_object_agg(c.currency, c.amount::text), '{{}}'::jsonb) FROM (
                    SELECT one ->> 'currency' AS currency,
                        sum((one ->> 'credits')::numeric + (one ->> 'debits')::numeric) AS amount
                    FROM jsonb_array_elements(x.reading -> 'statements') one GROUP BY 1 ORDER BY 1) c)
            WHEN x.reading ->> 'total' IS NULL THEN '{{}}'::jsonb
            ELSE jsonb_build_object(x.reading ->> 'currency', x.reading ->> 'total') END AS sums
    FROM invoices_incomingdocument x WHERE {_ONLY.format(id="x.id")}
) d LEFT JOIN core_user u ON u.id = d.actor_id
"""
_WAYS = {Way.FILE: _FILES_SQL, Way.REST: _BULKS_SQL, Way.DOCUMENT: _DOCUMENTS_SQL}
_TO_DO = "SELECT * FROM ({relation}) r WHERE open_rows > 0 OR state = 'preview'"


def list_incoming(*, way: str = "", only_to_do: bool = False) -> SqlRows:
    """The latest first; ``only_to_do`` leaves what waits for a person."""
    relation = "UNION ALL".join(sql for name, sql in _WAYS.items() if way in ("", name))
    return SqlRows(
        relation=_TO_DO.format(relation=relation) if only_to_do else relation,
        params={"only": None},
        make=_row,
        orders={"created_at": "created_at"},
        tie="way, id",
        wanted=("-created_at",),
        narrowed_by="id",
    )


def _row(*values: Any) -> IncomingRow:
    *head, sums, actor, created_at = values
    return IncomingRow(*(*head, json.loads(sums), actor, created_at))
