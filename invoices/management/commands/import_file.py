"""``import_file``: take a file of invoices into the ledger, with control totals and a quarantine."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.cli import JsonCommand
from invoices.services.imports.profiles import find_profile
from invoices.services.imports.results import ImportResult
from invoices.services.imports.running import dry_run, run_import
from invoices.services.imports.uploads import start_upload

_SHOWN = 20
_OUTCOMES = ("created", "updated", "unchanged", "quarantined", "filtered")


class Command(JsonCommand):
    """``manage.py import_file PATH --profile NAME [--dry-run] [--json]``."""

    help = "Import a CSV or XLSX file of invoices. Ends with status 1 if the file or a row was refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which file, read how."""
        super().add_arguments(parser)
        parser.add_argument("path", type=Path, help="a .csv, .txt, .tsv or .xlsx file")
        parser.add_argument(
            "--profile", required=True, help="a shipped or saved profile (see list_profiles), or a path to a TOML file"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen; write nothing")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Import, or only compare."""
        return _import(options["path"], options["profile"], is_dry_run=options["dry_run"]).as_json()

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """A table of rows and sums, then the first rows in quarantine."""
        return "\n".join([*_heading(answer), *_totals(answer), *_quarantine(answer)])

    def conclude(self, answer: Mapping[str, Any]) -> None:
        """Something was refused: say so to the caller."""
        if answer["quarantined"]:
            raise SystemExit(1)


def _import(path: Path, profile: str, *, is_dry_run: bool) -> ImportResult:
    if is_dry_run:
        chosen, _toml = find_profile(profile)
        return dry_run(path, chosen)
    return run_import(start_upload(file=path, profile=profile, actor=None))


def _heading(answer: Mapping[str, Any]) -> Iterator[str]:
    found = f"{answer['format']} {answer['encoding']}".strip()
    verb = "Would import" if answer["dry_run"] else "Imported"
    yield f"{verb} by profile {answer['profile']} ({found}): {answer['rows']:,} rows"


def _totals(answer: Mapping[str, Any]) -> Iterator[str]:
    currencies = sorted(answer["file_totals"])
    yield f"  {'':<12}{'rows':>10}" + "".join(f"{currency:>22}" for currency in currencies)
    for outcome in _OUTCOMES:
        sums = answer["sums"][outcome]
        yield _line(outcome, answer[outcome], [sums.get(currency, "") for currency in currencies])
    yield _line("file", answer["rows"], [answer["file_totals"][currency] for currency in currencies])
    if answer["rows_without_amount"]:
        yield f"  {answer['rows_without_amount']:,} rows have no readable amount and are in no sum"


def _line(title: str, rows: int, sums: list[str]) -> str:
    return f"  {title:<12}{rows:>10,}" + "".join(f"{_grouped(amount):>22}" for amount in sums)


def _grouped(amount: str) -> str:
    """Thousands set apart. Example: ``1234.50`` gives ``1,234.50``."""
    whole, point, part = amount.partition(".")
    return f"{int(whole):,}{point}{part}" if whole.isdigit() else amount


def _quarantine(answer: Mapping[str, Any]) -> Iterator[str]:
    rows = answer["quarantine"]
    if rows:
        yield "Quarantined:"
    for row in rows[:_SHOWN]:
        yield f"  line {row['line']}, {row['column'] or row['field']}: {row['message']}"
    more = answer["quarantined"] - min(len(rows), _SHOWN)
    if more > 0:
        yield f"  and {more:,} more rows"
