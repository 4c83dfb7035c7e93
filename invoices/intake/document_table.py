"""The listing of documents as Markdown tables, and their place in a page of the documentation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.errors import DomainError
from core.words import sentence as _

_Row = Mapping[str, Any]
_INVOICES = {
    "file": "file",
    "number": "number",
    "type": "type",
    "issue_date": "issued",
    "due": "due",
    "seller": "seller",
    "buyer": "buyer",
    "currency": "currency",
    "total": "total",
    "prepaid": "prepaid",
    "payable": "payable",
    "more": "more",
}
_STATEMENTS = {
    "file": "file",
    "syntax": "format",
    "account": "account",
    "number": "number",
    "currency": "currency",
    "opening": "opening",
    "credits": "credits",
    "debits": "debits",
    "closing": "closing",
    "entries": "entries",
}
_REFUSED = {"file": "file", "part": "statement", "message": "why it is not taken", "rule": "what it breaks"}
_POSTED = {
    "file": "file",
    "number": "number",
    "state": "became",
    "currency": "currency",
    "amount": "in the ledger",
    "open": "open",
    "due_date": "due",
    "detail": "why, or what is remarkable",
}
_MONEY = frozenset({"total", "prepaid", "payable", "opening", "credits", "debits", "closing", "amount", "open"})


def as_markdown(rows: Sequence[_Row]) -> str:
    """Three tables: invoices, statements, and what was refused; then how many there are."""
    invoices = [row | {"due": _due(row), "more": _more(row)} for row in map(dict, rows) if row["kind"] == "e-invoice"]
    refused = [row for row in rows if row["kind"] == "refused"]
    statements = [row for row in rows if row["kind"] not in {"e-invoice", "refused"}]
    sections = (("E-invoices", _INVOICES, invoices), ("Bank statements", _STATEMENTS, statements))
    parts = [_section(title, columns, found) for title, columns, found in (*sections, ("Refused", _REFUSED, refused))]
    return "\n\n".join(parts)


def as_posted_markdown(rows: Sequence[_Row]) -> str:
    """One table: what became of each file in the ledger."""
    return "\n".join(_table(_POSTED, rows))


def write_table(path: Path, table: str, *, command: str) -> None:
    """Replace what stands between the two markers of this command in a page; raises ``markers_missing``."""
    begin, end = f"<!-- begin: {command} -->", f"<!-- end: {command} -->"
    text = path.read_text("utf-8")
    if begin not in text or end not in text:
        raise DomainError(
            "markers_missing",
            _("%(path)s needs the lines %(begin)s and %(end)s.", path=path, begin=begin, end=end),
            {"field": "write"},
        )
    head, rest = text.split(begin, 1)
    path.write_text(f"{head}{begin}\n\n{table}\n\n{end}{rest.split(end, 1)[1]}", "utf-8")


def _section(title: str, columns: Mapping[str, str], rows: Sequence[_Row]) -> str:
    files = len({row["file"] for row in rows})
    counted = f"{len(rows)} in {files} files."
    return "\n".join([f"### {title}", "", counted, "", *_table(columns, rows)])


def _table(columns: Mapping[str, str], rows: Iterable[_Row]) -> Iterator[str]:
    yield f"| {' | '.join(columns.values())} |"
    yield "|" + "|".join("---:" if name in _MONEY else "---" for name in columns) + "|"
    for row in rows:
        yield f"| {' | '.join(_cell(name, row.get(name, '')) for name in columns)} |"


def _cell(name: str, value: object) -> str:
    text = f"{Decimal(str(value)):,f}" if name in _MONEY and value else str(value)
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def _due(row: _Row) -> str:
    """The date with its origin, unless it stands in the document."""
    return row["due_date"] if row["due_from"] == "date" else f"{row['due_date']} ({row['due_from']})".strip()


def _more(row: _Row) -> str:
    notes = [f"follows {number}" for number in row["preceding"]]
    notes += [f"{day}: {amount}" for day, amount in row["instalments"]]
    notes += [f"payee {row['payee']}"] if row["payee"] else []
    notes += [f"{one['name']} (sha256 {one['sha256'][:12]}…)" for one in row["attachments"] if "sha256" in one]
    notes += ["credits the receivable"] if row["receivable"].startswith("-") else []
    return "; ".join(notes)
