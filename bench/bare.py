"""The least that any intake must do: parsed values in by COPY, rows into the same tables, triggers on."""

from __future__ import annotations

import io
from collections.abc import Sequence

from bench.measure import Cost, Processes, measured

CURRENCIES = ("USD", "USD", "USD", "EUR", "EUR", "GBP", "JPY", "CNY", "AUD", "CAD", "MXN")

# Out of a table ``bare`` with the columns buyer_code, buyer_name, country and currency.
BUYERS = (
    """
    INSERT INTO buyers_buyer (code, name, name_zh, country, currency, status, website)
    SELECT DISTINCT ON (buyer_code) buyer_code, buyer_name, '', country, currency, 'active', '' FROM bare
    ON CONFLICT (code) DO NOTHING
    """,
    """
    INSERT INTO buyers_buyercode (buyer_id, source, external_id) SELECT id, 'bare', code FROM buyers_buyer
    ON CONFLICT (source, external_id) DO NOTHING
    """,
)
# Out of the invoices of the source 'bare'.
ISSUES = """
    INSERT INTO invoices_entry (invoice_id, buyer_id, kind, currency, amount, effective_date)
    SELECT id, buyer_id, 'issue', currency, amount, invoice_date FROM invoices_invoice WHERE source = 'bare'
    """
BALANCES = """
    INSERT INTO invoices_controlbalance (buyer_id, currency, receivable, unapplied_cash, unapplied_credit)
    SELECT buyer_id, currency, sum(open_amount), 0, 0 FROM invoices_invoice WHERE source = 'bare'
    GROUP BY buyer_id, currency
    ON CONFLICT (buyer_id, currency) DO UPDATE SET receivable = excluded.receivable
    """


def copy_and_insert(parsed: io.StringIO, *, stage: str, inserts: Sequence[str], processes: Processes) -> Cost:
    """Values as COPY text through the table ``bare``, which ``stage`` makes; rolled back after the measurement."""
    from django.db import connection, transaction

    with connection.cursor() as cursor, transaction.atomic():
        with measured(processes) as cost:
            cursor.execute(stage)
            cursor.copy_expert("COPY bare FROM STDIN", parsed)
            for statement in (*inserts, "SET CONSTRAINTS ALL IMMEDIATE"):  # as a commit would check them
                cursor.execute(statement)
        transaction.set_rollback(True)
    return cost
