"""Importing small files in tests, and looking at what the ledger holds afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from core.domain.roles import Role
from core.models import User
from invoices.models import ImportBatch
from invoices.services.imports.results import ImportResult, Outcome
from invoices.services.imports.running import run_import
from invoices.services.imports.uploads import start_upload

PROFILE = """
name = "test"
source = "erp"
[dates]
format = "D/M/YYYY"
[columns]
invoice_id = "no"
buyer_code = "buyer"
buyer_name = { column = "name", optional = true }
currency = "currency"
amount = "amount"
invoice_date = "date"
due_date = "due"
settled_date = { column = "paid", optional = true }
paid_amount = { column = "paid amount", optional = true }
disputed = "disputed"
"""
WITHOUT_DISPUTES = PROFILE.replace('disputed = "disputed"\n', "")
HEADER = ("no", "buyer", "name", "currency", "amount", "date", "due", "paid", "disputed")
ROW = {
    "no": "1",
    "buyer": "0042",
    "name": "Acme",
    "currency": "USD",
    "amount": "100.00",
    "date": "3/4/2025",
    "due": "3/5/2025",
    "paid": "",
    "disputed": "no",
}
LEDGER_TABLES = (
    "buyers_buyer",
    "buyers_buyercode",
    "buyers_buyeralias",
    "invoices_invoice",
    "invoices_receipt",
    "invoices_creditnote",
    "invoices_entry",
    "invoices_disputeversion",
    "invoices_duedatechange",
    "invoices_controlbalance",
)


def row(**changes: str) -> dict[str, str]:
    """A good row with some cells changed; ``paid_on`` is written as the column ``paid``."""
    return ROW | changes


def csv_text(rows: Iterable[Mapping[str, str]], header: Iterable[str] = HEADER) -> str:
    """Rows as CSV text."""
    names = tuple(header)
    lines = [",".join(names), *(",".join(r.get(name, "") for name in names) for r in rows)]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Intake:
    """Imports files out of a folder of the test."""

    folder: Path

    def profile(self, text: str = PROFILE) -> str:
        """The path of a profile file."""
        path = self.folder / "profile.toml"
        path.write_text(text, "utf-8")
        return str(path)

    def batch(self, content: str | Iterable[Mapping[str, str]], profile: str = PROFILE) -> ImportBatch:
        """A file, uploaded."""
        text = content if isinstance(content, str) else csv_text(content)
        path = self.folder / "file.csv"
        path.write_text(text, "utf-8")
        return start_upload(file=path, profile=self.profile(profile), actor=None)

    def take(self, content: str | Iterable[Mapping[str, str]], profile: str = PROFILE) -> ImportResult:
        """A file, imported."""
        return run_import(self.batch(content, profile))


def counts(result: ImportResult) -> dict[str, int]:
    """How many rows of each outcome, zeros left out."""
    return {outcome.value: n for outcome, n in result.tally.counts.items() if n}


def created(result: ImportResult) -> int:
    """How many documents are new."""
    return result.tally.counts[Outcome.CREATED]


def ledger() -> dict[str, list[tuple[Any, ...]]]:
    """Everything that imports write, without ids and moments: two ledgers with the same content are equal."""
    return {table: _content(table) for table in LEDGER_TABLES}


def _content(table: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(_CONTENT_SQL[table])
        return sorted((tuple(r) for r in cursor.fetchall()), key=repr)


_BUYER = "JOIN buyers_buyer b ON b.id = buyer_id"
_INVOICE = "JOIN invoices_invoice i ON i.id = invoice_id"
_CONTENT_SQL = {
    "buyers_buyer": "SELECT code, name, name_zh, country FROM buyers_buyer",
    "buyers_buyercode": f"SELECT b.code, c.source, c.external_id FROM buyers_buyercode c {_BUYER}",
    "buyers_buyeralias": f"SELECT b.code, a.name FROM buyers_buyeralias a {_BUYER}",
    "invoices_invoice": f"""
        SELECT source, external_id, number, b.code, i.currency, amount, invoice_date, due_date, original_due_date,
            terms, open_amount, disputed_amount, settled_on
        FROM invoices_invoice i {_BUYER}""",
    "invoices_receipt": f"SELECT external_id, b.code, r.currency, amount, received_on FROM invoices_receipt r {_BUYER}",
    "invoices_creditnote": f"""
        SELECT external_id, b.code, n.currency, amount, issued_on FROM invoices_creditnote n {_BUYER}""",
    "invoices_entry": f"""
        SELECT i.external_id, e.kind, e.amount, e.effective_date, r.external_id, e.source_amount
        FROM invoices_entry e {_INVOICE} LEFT JOIN invoices_receipt r ON r.id = receipt_id""",
    "invoices_disputeversion": f"""
        SELECT i.external_id, dispute_key, d.amount, reason, valid_from FROM invoices_disputeversion d {_INVOICE}""",
    "invoices_duedatechange": f"SELECT i.external_id, c.due_date, valid_from FROM invoices_duedatechange c {_INVOICE}",
    "invoices_controlbalance": f"""
        SELECT b.code, c.currency, receivable, unapplied_cash, unapplied_credit
        FROM invoices_controlbalance c {_BUYER}""",
}


def make_user(role: Role = Role.ANALYST, name: str = "ana") -> User:
    """Somebody of a role."""
    return User.objects.create_user(username=name, password="x", role=role)
