"""``publish_weights``: from now on score with other weights of the dimensions."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from core.cli import JsonCommand
from scoring.domain.weights import DIMENSIONS
from scoring.labels import DIMENSIONS as LABELS
from scoring.services.scorecards import publish_weights


class Command(JsonCommand):
    """``manage.py publish_weights buyer_credit=0.30 payment_history=0.25 … --note WHY [--json]``."""

    help = "Publish weights of the five dimensions as a new version of the scorecard; they must sum to 1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """A share for each dimension, and the reason."""
        super().add_arguments(parser)
        parser.add_argument("weights", nargs="+", metavar="DIMENSION=SHARE", help=", ".join(DIMENSIONS))
        parser.add_argument("--note", required=True, help="why, for the audit trail")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The version now in force."""
        shares = dict(text.partition("=")[::2] for text in options["weights"])
        card = publish_weights(shares, note=options["note"])
        return {"version": card.version, "weights": {name: str(card.weights.share(name)) for name in DIMENSIONS}}

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """The version and its weights."""
        lines = [f"  {LABELS[name]:<20} {share}" for name, share in answer["weights"].items()]
        return "\n".join([f"Scorecard {answer['version']} is in force.", *lines])
