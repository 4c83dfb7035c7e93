"""10,000 bank lines against 10 k, 100 k and 1 M open items: taken, proposed and posted, beside the size."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bench.data import vacuum
from bench.figures import Figure, Limit
from bench.measure import Processes, measured

TOPIC = "matching"
LINES = 10_000
PER_BUYER = 20
OPEN_ITEMS = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000}
LIMIT_S = 60.0
DAY = date(2026, 11, 20)
ACCOUNT = "DE89370400440532013000"

# Drawn by the database itself: buyers of twenty open invoices each, as the posting services would leave them.
_FILL = (
    """
INSERT INTO buyers_buyer (code, name, name_zh, country, currency, status, website)
SELECT 'K' || n, 'Kontor ' || upper(substr(md5(n::text), 1, 8)) || ' Handel GmbH', '', 'DE', 'EUR', 'active', ''
FROM generate_series(%(first)s + 1, %(last)s) n ORDER BY n
""",
    """
INSERT INTO invoices_invoice (buyer_id, source, external_id, number, currency, amount, invoice_date,
    original_due_date, due_date, terms, open_amount, disputed_amount)
SELECT b.id, 'bench', d.number, d.number, 'EUR', d.amount, %(day)s::date - 60, %(day)s::date - 30, %(day)s::date - 30,
    'open_account', d.amount, 0
FROM buyers_buyer b CROSS JOIN generate_series(1, %(each)s) i
CROSS JOIN LATERAL (
    SELECT 'RE-' || b.code || '-' || i AS number,
        (10000 + (hashint8extended(b.id * 64 + i, 1) & 1048575))::numeric / 100 AS amount
) d
WHERE b.code LIKE 'K%%' AND substr(b.code, 2)::int > %(first)s ORDER BY b.id, i
""",
    """
INSERT INTO invoices_entry (invoice_id, buyer_id, kind, currency, amount, effective_date)
SELECT i.id, i.buyer_id, 'issue', i.currency, i.amount, i.invoice_date
FROM invoices_invoice i JOIN buyers_buyer b ON b.id = i.buyer_id
WHERE b.code LIKE 'K%%' AND substr(b.code, 2)::int > %(first)s ORDER BY i.id
""",
    """
INSERT INTO invoices_controlbalance (buyer_id, currency, receivable, unapplied_cash, unapplied_credit)
SELECT i.buyer_id, i.currency, sum(i.amount), 0, 0 FROM invoices_invoice i JOIN buyers_buyer b ON b.id = i.buyer_id
WHERE b.code LIKE 'K%%' AND substr(b.code, 2)::int > %(first)s GROUP BY 1, 2
""",
)
# Every nth open item, so that each size is read all over.
_PAID_SQL = """
SELECT number, open_amount, name FROM (
    SELECT i.number, i.open_amount, b.name, row_number() OVER (ORDER BY i.id) AS n
    FROM invoices_invoice i JOIN buyers_buyer b ON b.id = i.buyer_id WHERE i.open_amount > 0
) open WHERE n %% %(step)s = 0 ORDER BY n LIMIT %(lines)s
"""


def run(processes: Processes) -> list[Figure]:
    """On one instance that grows: what was paid at a size is paid, and the next one is filled up anew."""
    figures: list[Figure] = []
    for size, wanted in OPEN_ITEMS.items():
        _fill(wanted)
        figures += _measure(size, processes)
    _check_ledger()
    return figures


def _fill(wanted: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM buyers_buyer")
        first = cursor.fetchone()[0]
        cursor.execute("SELECT count(*) FROM invoices_invoice WHERE open_amount > 0")
        missing = wanted - cursor.fetchone()[0]
        buyers = -(-missing // PER_BUYER)
        params = {"first": first, "last": first + buyers, "each": PER_BUYER, "day": DAY}
        for statement in _FILL:
            cursor.execute(statement, params)
    vacuum()


def _measure(size: str, processes: Processes) -> Iterator[Figure]:
    from invoices.services.bank.matching import match_lines

    outcome = _statement(size)
    with measured(processes) as taking:
        _take(outcome)
    with measured(processes) as matching:
        matched = match_lines()
    if matched.lines != LINES:
        sys.exit(f"{matched.lines} lines were matched instead of {LINES}")
    size_text = f"{OPEN_ITEMS[size]:,} open items"
    yield Figure(TOPIC, size, "statement of 10,000 lines taken", taking, LINES)
    limit = Limit(f"{LIMIT_S:.0f} s", matching.wall_s, LIMIT_S)
    note = f"{size_text}; {matched.posted:,} posted by themselves; {LINES / matching.wall_s:,.0f} lines a second"
    yield Figure(TOPIC, size, "10,000 lines matched and posted", matching, LINES, limit, note)


def _take(outcome: Any) -> None:
    from django.db import transaction

    from invoices.services.bank.taking import take_statements

    with transaction.atomic():
        taken = take_statements(outcome, document=None, actor=None)
    if taken.new_lines != LINES:
        sys.exit(f"{taken.new_lines} lines were taken instead of {LINES}")


def _statement(size: str) -> Any:
    from invoices.intake.statements import records
    from invoices.intake.statements.outcome import Outcome

    entries = tuple(_entry(number, *row) for number, row in enumerate(_paid(OPEN_ITEMS[size] // LINES), start=1))
    total = sum((entry.amount for entry in entries), Decimal(0))
    statement = records.Statement(
        format="camt.053",
        kind=records.Kind.STATEMENT,
        account=records.Account(number=ACCOUNT, currency="EUR"),
        identification=f"bench-{size}",
        number="",
        sequence="",
        currency="EUR",
        opening=records.Balance(amount=Decimal(0), currency="EUR", day=_day(size)),
        closing=records.Balance(amount=total, currency="EUR", day=_day(size)),
        entries=entries,
    )
    return Outcome(statements=(statement,), refused=())


def _day(size: str) -> date:
    return DAY + timedelta(days=list(OPEN_ITEMS).index(size))


def _paid(step: int) -> list[Any]:
    from core.queries.sql import fetch_all

    return fetch_all(_PAID_SQL, {"step": step, "lines": LINES})


def _entry(number: int, invoice: str, amount: Decimal, name: str) -> Any:
    """Four of five name their invoice in other words, one in five only pays the amount."""
    from invoices.intake.statements import records

    text = f"Rechnung {invoice.lower().replace('-', ' ')}" if number % 5 else "Zahlung"
    return records.Entry(
        amount=amount,
        currency="EUR",
        status=records.Status.BOOKED,
        booking_date=DAY,
        value_date=DAY,
        is_reversal=False,
        code="PMNT/RCDT/ESCT",
        references=(records.Reference(kind="AcctSvcrRef", value=f"{invoice}/{number}"),),
        remittance=text,
        counterparty=records.Counterparty(name=name.upper()[:27], account=f"DE{number:020d}"),
    )


def _check_ledger() -> None:
    from invoices.queries.verify import verify_ledger

    found = verify_ledger()
    if not found.is_ok:
        sys.exit(f"the ledger does not agree after matching: {found.mismatches[:3]}")
