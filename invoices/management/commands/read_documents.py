"""``read_documents``: what e-invoices and bank statements say, and why one was not taken; nothing is stored."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.cli import JsonCommand
from invoices.intake.document_files import files_of
from invoices.intake.document_listing import list_document, list_refusal
from invoices.intake.document_table import as_markdown, write_table
from invoices.intake.documents import read_file
from invoices.intake.reasons import FileRefused


class Command(JsonCommand):
    """``manage.py read_documents PATH… [--write docs/documents.md] [--json]``."""

    help = (
        "Read e-invoices (UBL, CII, PDF with XML) and bank statements (camt, MT940, MT942). Ends with status 1 if a "
        "file that breaks no rule of its standard is not read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which files, and where the table goes."""
        super().add_arguments(parser)
        parser.add_argument(
            "paths", nargs="+", type=Path, metavar="PATH", help="files, or folders with all their files"
        )
        parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table between the markers of this page")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Every file is read or refused."""
        rows = [row for name, path in files_of(options["paths"]) for row in _rows(name, path)]
        if options["write"]:
            write_table(options["write"], as_markdown(rows), command="read_documents")
        refused = [row for row in rows if row["kind"] == "refused"]
        return {
            "files": len({row["file"] for row in rows}),
            "read": len(rows) - len(refused),
            "refused": len(refused),
            "valid_but_not_read": sorted({row["file"] for row in refused if not row["rule"]}),
            "documents": rows,
        }

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """The tables, then the counts."""
        counts = f"{answer['files']} files: {answer['read']} documents read, {answer['refused']} refused"
        faults = [
            f"NOT READ, though no rule of its standard is broken: {name}" for name in answer["valid_but_not_read"]
        ]
        return "\n".join([as_markdown(answer["documents"]), "", counts, *faults])

    def conclude(self, answer: Mapping[str, Any]) -> None:
        """A valid file that is not read is our fault: say so to the caller."""
        if answer["valid_but_not_read"]:
            raise SystemExit(1)


def _rows(name: str, path: Path) -> list[dict[str, Any]]:
    try:
        return list(list_document(name, read_file(path)))
    except FileRefused as refusal:
        return [list_refusal(name, refusal)]
