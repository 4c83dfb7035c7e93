"""``load_insured_limits``: take a file of insurers' decisions on buyers, with control totals and a quarantine."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.cli import JsonCommand
from cover.services.insured_files import load_insured_limits

_SHOWN = 20
_OUTCOMES = ("created", "updated", "unchanged", "quarantined")


class Command(JsonCommand):
    """``manage.py load_insured_limits FILE.csv [--dry-run] [--json]``."""

    help = (
        "Load insurers' decisions on buyers from CSV or XLSX: number, insurer, buyer_code, currency, amount, percent, "
        "valid_from; optional: policy, valid_to, conditions. Dates YYYY-MM-DD; amount 0 is a refusal or a cut. "
        "Loading a file again changes nothing. Ends with status 1 if the file or a row was refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file."""
        super().add_arguments(parser)
        parser.add_argument("path", type=Path, help="a .csv, .txt, .tsv or .xlsx file")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen; write nothing")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Load, or only compare."""
        return load_insured_limits(options["path"], actor=None, is_dry_run=options["dry_run"]).as_json()

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """Counts and sums by currency, then the first rows in quarantine."""
        verb = "Would load" if answer["dry_run"] else "Loaded"
        return "\n".join([f"{verb} {answer['rows']:,} rows", *_totals(answer), *_quarantine(answer)])

    def conclude(self, answer: Mapping[str, Any]) -> None:
        """Something was refused: say so to the caller."""
        if answer["quarantined"]:
            raise SystemExit(1)


def _totals(answer: Mapping[str, Any]) -> Iterator[str]:
    for outcome in _OUTCOMES:
        yield _line(outcome, answer[outcome], answer["sums"][outcome])
    yield _line("file", answer["rows"], answer["file_totals"])
    if answer["rows_without_amount"]:
        yield f"  {answer['rows_without_amount']:,} rows have no readable amount and are in no sum"


def _line(title: str, rows: int, sums: Mapping[str, str]) -> str:
    return f"  {title:<12}{rows:>10,}" + "".join(f"  {currency} {amount}" for currency, amount in sums.items())


def _quarantine(answer: Mapping[str, Any]) -> Iterator[str]:
    rows = answer["quarantine"]
    if rows:
        yield "Quarantined:"
    for row in rows[:_SHOWN]:
        yield f"  line {row['line']}, {row['field']}: {row['message']}"
    if answer["quarantined"] > min(len(rows), _SHOWN):
        yield f"  and {answer['quarantined'] - _SHOWN:,} more rows"
