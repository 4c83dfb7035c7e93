"""Bulk posting, first floor: rows come in by COPY and are matched with what the ledger knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from core.copying import copy_rows
from core.money import known_currencies, minor_digits
from invoices.services import bulk_rows as rows


@dataclass(frozen=True, slots=True)
class Staged:
    """A staging table: the rows it takes and the types of its columns."""

    kind: str
    row: Any
    types: str

    @property
    def table(self) -> str:
        return f"in_{self.kind}"


INVOICE = Staged("invoice", rows.InvoiceRow, "bigint, text, text, text, text, numeric, date, date, text, bigint")
RECEIPT = Staged("receipt", rows.ReceiptRow, "bigint, text, text, text, numeric, date, text")
CREDIT_NOTE = Staged("credit_note", rows.CreditNoteRow, "bigint, text, text, text, numeric, date, text")
ENTRY = Staged("entry", rows.EntryRow, "text, text, text, numeric, date, text, text, numeric, text")
DISPUTE = Staged("dispute", rows.DisputeRow, "text, text, text, numeric, text, date")
DUE_DATE = Staged("due_date", rows.DueDateRow, "text, text, date, date, text")
DOCUMENTS = (INVOICE, RECEIPT, CREDIT_NOTE)
ALL = (*DOCUMENTS, ENTRY, DISPUTE, DUE_DATE)
LEDGER_TABLES = {"invoice": "invoices_invoice", "receipt": "invoices_receipt", "credit_note": "invoices_creditnote"}

_REFUSED_SQL = """
CREATE TEMP TABLE refused (
    kind text, source text, external_id text, field text, ledger_value text, given_value text, code text
) ON COMMIT DROP
"""


def create_tables(cursor: Any) -> None:
    """The staging tables; they live in this transaction only."""
    for staged in ALL:
        pairs = zip(staged.row._fields, staged.types.split(", "), strict=True)
        columns = ", ".join(f"{name} {kind}" for name, kind in pairs)
        cursor.execute(
            f"CREATE TEMP TABLE {staged.table} "
            f"(seq bigint GENERATED ALWAYS AS IDENTITY, copies int NOT NULL DEFAULT 1, {columns}) ON COMMIT DROP"
        )
    cursor.execute(_REFUSED_SQL)


def load(cursor: Any, staged: Staged, given: Iterable[Sequence[object]]) -> int:
    """COPY the rows into their staging table and return how many there were."""
    copy_rows(cursor, staged.table, staged.row._fields, given)
    cursor.execute(f"ANALYZE {staged.table}")
    cursor.execute(f"SELECT count(*) FROM {staged.table}")
    return int(cursor.fetchone()[0])


def drop_tables(cursor: Any) -> None:
    """Make room for another bulk posting in the same transaction."""
    names = [staged.table for staged in ALL] + [f"doc_{staged.kind}" for staged in DOCUMENTS]
    cursor.execute(f"DROP TABLE {', '.join(names)}, refused, post_entry, post_dispute, post_due_date, invoice_change")


def currency_digits(cursor: Any) -> dict[str, object]:
    """Parameters ``currencies`` and ``digits``: minor digits of the known currencies among the rows."""
    union = " UNION ".join(f"SELECT currency FROM {staged.table}" for staged in DOCUMENTS)
    cursor.execute(union)
    found = sorted({code for (code,) in cursor.fetchall()} & known_currencies())
    return {"currencies": found, "digits": [minor_digits(code) for code in found]}


def match_documents(cursor: Any) -> None:
    """One row per document: with the ledger's id if known, else with a new id."""
    for staged in DOCUMENTS:
        _fold_copies(cursor, staged)
        cursor.execute(_MATCH_SQL.format(kind=staged.kind, table=LEDGER_TABLES[staged.kind]))
        cursor.execute(f"ANALYZE doc_{staged.kind}")


def _fold_copies(cursor: Any, staged: Staged) -> None:
    cursor.execute(_COPIES_SQL.format(kind=staged.kind))
    cursor.execute("SELECT EXISTS (SELECT FROM copies)")
    if cursor.fetchone()[0]:
        columns = ", ".join(f"{{0}}.{name}" for name in staged.row._fields)
        same = f"({columns.format('later')}) IS DISTINCT FROM ({columns.format('first')})"
        cursor.execute(_REFUSE_COPIES_SQL.format(kind=staged.kind, differs=same))
        cursor.execute(_FOLD_SQL.format(kind=staged.kind))
        cursor.execute(_COUNT_COPIES_SQL.format(kind=staged.kind))
    cursor.execute("DROP TABLE copies")


_COPIES_SQL = """
CREATE TEMP TABLE copies ON COMMIT DROP AS
SELECT source, external_id, min(seq) AS first_seq, count(*) AS n FROM in_{kind} GROUP BY 1, 2 HAVING count(*) > 1
"""
# Two rows of one id with different content: nobody can tell which is right, so neither is applied.
_REFUSE_COPIES_SQL = """
INSERT INTO refused
SELECT DISTINCT '{kind}', later.source, later.external_id, 'external_id', NULL, later.external_id, 'given_twice'
FROM copies c JOIN in_{kind} first ON first.seq = c.first_seq
JOIN in_{kind} later ON later.source = c.source AND later.external_id = c.external_id AND later.seq > c.first_seq
WHERE {differs}
"""
_FOLD_SQL = """
DELETE FROM in_{kind} i USING copies c
WHERE i.source = c.source AND i.external_id = c.external_id AND i.seq > c.first_seq
"""
_COUNT_COPIES_SQL = "UPDATE in_{kind} i SET copies = c.n FROM copies c WHERE i.seq = c.first_seq"

_MATCH_SQL = """
CREATE TEMP TABLE doc_{kind} ON COMMIT DROP AS
SELECT s.*, coalesce(l.id, nextval(pg_get_serial_sequence('{table}', 'id'))) AS id, l.id IS NULL AS is_new
FROM (SELECT * FROM in_{kind} ORDER BY seq) s
LEFT JOIN {table} l ON l.source = s.source AND l.external_id = s.external_id
"""
