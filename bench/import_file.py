"""``import_file`` of 100,000 invoices with receipts, beside bare COPY of the parsed values and INSERT ... SELECT."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import bare
from bench.data import END, vacuum
from bench.figures import Figure, Limit, times
from bench.measure import Cost, Processes, measured

TOPIC = "import"
ROWS = 100_000
BUYERS = 5_000
SLOWEST_SHARE = 1 / 3
HEADER = (
    "invoice_id",
    "buyer_code",
    "buyer_name",
    "country",
    "currency",
    "amount",
    "invoice_date",
    "due_date",
    "paid on",
)


def run(home: Path, size: str, processes: Processes) -> list[Figure]:
    """Measure on an empty instance: the bare statements (rolled back), the first import, the same file again."""
    path = home / "receivables.csv"
    _write(path)
    least = _bare(path, processes)
    vacuum()
    first, counts = _import(path, processes)
    again, repeated = _import(path, processes)
    allowed = least.wall_s / SLOWEST_SHARE
    limit = Limit(f"bare COPY and INSERT {least.wall_s:.2f} s x 3", first.wall_s, allowed)
    note = f"{ROWS / first.wall_s:,.0f} file rows a second, bare {ROWS / least.wall_s:,.0f}; {times(first, least)}"
    return [
        Figure(TOPIC, size, "bare COPY, INSERT ... SELECT ... ON CONFLICT", least, ROWS),
        Figure(TOPIC, size, "import_file, first time", first, counts["created"], limit, note),
        Figure(TOPIC, size, "import_file, the same file again", again, repeated["unchanged"]),
    ]


def _import(path: Path, processes: Processes) -> tuple[Cost, dict[str, Any]]:
    from django.core.management import call_command

    out = io.StringIO()
    with measured(processes) as cost:
        call_command("import_file", str(path), profile="generic_invoices", json=True, stdout=out)
    return cost, json.loads(out.getvalue())


def _write(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(_rows())


def _rows() -> Iterator[tuple[Any, ...]]:
    rng = random.Random(20261120)
    for number in range(ROWS):
        buyer = number % BUYERS
        issued = END - timedelta(days=rng.randint(0, 1094))
        due = issued + timedelta(days=rng.choice((30, 45, 60, 90)))
        paid = due + timedelta(days=rng.randint(-6, 40))
        settled = paid if paid <= END and rng.random() > 0.08 else None
        amount = rng.randint(200, 40_000)
        names = (f"B{number:07d}", f"K{buyer:05d}", f"Import buyer {buyer}", ("US", "DE", "FR", "JP", "GB")[buyer % 5])
        yield (*names, bare.CURRENCIES[buyer % len(bare.CURRENCIES)], amount, issued, due, settled or "")


def _bare(path: Path, processes: Processes) -> Cost:
    return bare.copy_and_insert(_parsed(path), stage=_STAGE, inserts=_INSERTS, processes=processes)


def _parsed(path: Path) -> io.StringIO:
    """The file's values as COPY text, made before the clock starts."""
    text = io.StringIO()
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            text.write("\t".join(row[name] or "\\N" for name in HEADER) + "\n")
    text.seek(0)
    return text


_STAGE = """
CREATE TEMP TABLE bare (invoice_id text, buyer_code text, buyer_name text, country text, currency text, amount numeric,
    invoice_date date, due_date date, settled_on date) ON COMMIT DROP
"""
_INSERTS = (
    *bare.BUYERS,
    """
    INSERT INTO invoices_invoice (buyer_id, source, external_id, number, currency, amount, invoice_date,
        original_due_date, due_date, terms, open_amount, disputed_amount, settled_on)
    SELECT b.id, 'bare', invoice_id, invoice_id, bare.currency, amount, invoice_date, due_date, due_date,
        'open_account', CASE WHEN settled_on IS NULL THEN amount ELSE 0 END, 0, settled_on
    FROM bare JOIN buyers_buyer b ON b.code = buyer_code
    ON CONFLICT (source, external_id) DO NOTHING
    """,
    """
    INSERT INTO invoices_receipt (buyer_id, source, external_id, currency, amount, received_on, note)
    SELECT b.id, 'bare', invoice_id, bare.currency, amount, settled_on, ''
    FROM bare JOIN buyers_buyer b ON b.code = buyer_code WHERE settled_on IS NOT NULL
    ON CONFLICT (source, external_id) DO NOTHING
    """,
    bare.ISSUES,
    """
    INSERT INTO invoices_entry (invoice_id, buyer_id, kind, currency, amount, effective_date, receipt_id, source_amount)
    SELECT i.id, i.buyer_id, 'receipt', i.currency, -r.amount, r.received_on, r.id, r.amount
    FROM invoices_receipt r JOIN invoices_invoice i ON i.source = r.source AND i.external_id = r.external_id
    WHERE r.source = 'bare'
    """,
    bare.BALANCES,
)
