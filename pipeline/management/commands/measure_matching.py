"""``measure_matching``: how much of a month of statements posts by itself, and how much of that is right."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from core.cli import JsonCommand
from invoices.intake.document_table import write_table
from pipeline.demo.bank_trial import LEAST_RIGHT, as_markdown, run_trial


class Command(JsonCommand):
    """``manage.py measure_matching [--seed 1] [--buyers 400] [--write docs/bank.md]``."""

    help = (
        "Draw a month of bank statements with known truth, match it, and take everything back. Ends with status 1 if "
        "less than 99.5 % of what posted by itself is right."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The draw, and where the table goes."""
        super().add_arguments(parser)
        parser.add_argument("--seed", type=int, action="append", help="one month for each; default 1, 2 and 3")
        parser.add_argument("--buyers", type=int, default=400)
        parser.add_argument("--end", type=date.fromisoformat, default=date(2026, 10, 30), help="last day of the month")
        parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table between the markers of this page")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Each month by itself, then all together."""
        answer = run_trial(seeds=options["seed"] or [1, 2, 3], buyers=options["buyers"], end=options["end"])
        if options["write"]:
            write_table(options["write"], as_markdown(answer), command="measure_matching")
        return answer

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """The table, then what was wrong."""
        return "\n".join([as_markdown(answer), "", *answer["wrong"]])

    def conclude(self, answer: Mapping[str, Any]) -> None:
        """Wrong postings are worse than none."""
        if answer["total"]["right_percent"] < LEAST_RIGHT:
            raise SystemExit(1)
