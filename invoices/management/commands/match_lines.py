"""``match_lines``: what the job does with new bank lines, in this process."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from core.cli import JsonCommand
from invoices.services.bank.matching import match_again, match_lines


class Command(JsonCommand):
    """``manage.py match_lines [--again] [--json]``."""

    help = "Propose what new bank lines pay, and post those that are sure enough."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Only new lines, or all undecided ones."""
        super().add_arguments(parser)
        parser.add_argument("--again", action="store_true", help="also lines that were matched before and still wait")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """What became of them."""
        again = match_again() if options["again"] else 0
        matched = match_lines()
        counts = {"lines": matched.lines, "posted": matched.posted, "proposed": matched.proposed}
        return {"again": again, **counts, "open": matched.open}

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """One line."""
        return (
            f"{answer['lines']} lines: {answer['posted']} posted by themselves, {answer['proposed']} proposed, "
            f"{answer['open']} without a proposal"
        )
