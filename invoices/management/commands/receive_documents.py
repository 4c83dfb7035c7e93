"""``receive_documents``: e-invoices and bank statements of files and folders into the ledger."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.cli import JsonCommand
from core.house import today
from invoices.intake.document_files import files_of
from invoices.intake.document_table import as_posted_markdown, write_table
from invoices.services.documents.batches import Batch, receive_files, sample_files

_SHOWN = 20


class Command(JsonCommand):
    """``manage.py receive_documents PATH… --source NAME|--sample [--new-buyers] [--dry-run] [--json]``."""

    help = (
        "Post e-invoices and bank statements; the same file again changes nothing. Ends with status 1 if a file was "
        "refused or waits, or if the ledger's sums are not those of the documents."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which files, in whose name."""
        super().add_arguments(parser)
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="PATH", help="files, or folders with all their files"
        )
        how = parser.add_mutually_exclusive_group(required=True)
        how.add_argument("--source", help="under whose name the numbers are known, e.g. erp")
        how.add_argument(
            "--sample",
            action="store_true",
            help="each file by itself, as if its seller were we and its buyer new; post nothing",
        )
        parser.add_argument(
            "--new-buyers",
            action="store_true",
            help="make buyers that nobody on record is like of the documents' words",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen; post nothing")
        parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table between the markers of this page")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Each file by itself: one that is refused stops no other."""
        answer = _received(options).as_json()
        if options["write"]:
            write_table(options["write"], as_posted_markdown(answer["documents"]), command="receive_documents")
        return answer

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """How many became what, the sums, then every file that a person must look at."""
        verb = "Would take" if answer["dry_run"] else "Took"
        counts = ", ".join(f"{count} {state}" for state, count in answer["states"].items())
        lines = [f"{verb} {answer['files']} files from {answer['source']}: {counts}"]
        for currency, sums in answer["sums"].items():
            told, stands = sums["documents"], sums["ledger"]
            mark = "" if told == stands else "   THE SUMS DIFFER"
            lines.append(f"  {currency}  documents {told:>20}   ledger {stands:>20}{mark}")
        open_rows = [row for row in answer["documents"] if row["detail"] and row["state"] != "posted"]
        lines += [f"  {row['state']:<9} {row['file']}: {row['detail']}" for row in open_rows[:_SHOWN]]
        more = len(open_rows) - _SHOWN
        return "\n".join([*lines, *([f"  and {more} more"] if more > 0 else [])])

    def conclude(self, answer: Mapping[str, Any]) -> None:
        """Something needs a person: say so to the caller."""
        differs = any(sums["documents"] != sums["ledger"] for sums in answer["sums"].values())
        if differs or answer["states"]["waiting"] or answer["states"]["refused"]:
            raise SystemExit(1)


def _received(options: Mapping[str, Any]) -> Batch:
    files = list(files_of(options["paths"]))
    if options["sample"]:
        return sample_files(files, today=today())
    return receive_files(
        files,
        source=options["source"],
        today=today(),
        creates_buyers=options["new_buyers"],
        is_dry_run=options["dry_run"],
    )
