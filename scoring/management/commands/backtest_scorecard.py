"""``backtest_scorecard``: would the score have told who was going to default?"""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from core import house
from core.cli import JsonCommand
from core.dates import parse_iso_date
from scoring.services.backtest import backtest_scorecard


class Command(JsonCommand):
    """``manage.py backtest_scorecard --as-of D [--horizon 120] [--json]``."""

    help = (
        "Score all buyers as of a past date and compare with the defaults of the days after it (an invoice 90 days "
        "late, a write-off, insolvency), beside the naive rule 'share of late invoices'."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """When, and how far ahead."""
        super().add_arguments(parser)
        parser.add_argument("--as-of", required=True, metavar="DATE", help="the past date, YYYY-MM-DD")
        parser.add_argument("--horizon", type=int, default=120, metavar="DAYS", help="days ahead (default 120)")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The report as a mapping."""
        report = backtest_scorecard(
            as_of=parse_iso_date(options["as_of"]),
            horizon_days=options["horizon"],
            today=house.today(),
        )
        found = asdict(report) | {"beats_naive_rule": report.beats_naive_rule}
        for cohort in ("learned_from", "judged_on"):
            found[cohort]["as_of"] = found[cohort]["as_of"].isoformat()
        return found

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """Both rankings side by side."""
        judged, learned = answer["judged_on"], answer["learned_from"]
        ahead = f"{answer['horizon_days']} days ahead"
        lines = [
            f"Scorecard {answer['version']} as of {judged['as_of']}, {ahead}: {_counts(judged)}",
            f"Probabilities learned from {learned['as_of']}: {_counts(learned)}",
            f"  {'':<22} {'AUC':>7} {'AP':>7} {'Brier':>7} {'lift 10%':>9}",
        ]
        for label, name in (("scorecard", "scorecard"), ("share of late invoices", "share_of_late_invoices")):
            part = answer[name]
            lines.append(
                f"  {label:<22} {part['auc']:>7.3f} {part['average_precision']:>7.3f} {part['brier']:>7.4f} "
                f"{part['top_decile_lift']:>9.2f}"
            )
        lines += [
            f"  grade {g['grade']}: {g['buyers']:>6,} buyers, {g['defaults']:>5,} defaults" for g in answer["by_grade"]
        ]
        lines.append(
            "The scorecard beats the naive rule." if answer["beats_naive_rule"] else "It does NOT beat the naive rule."
        )
        return "\n".join(lines)


def _counts(cohort: Mapping[str, Any]) -> str:
    return f"{cohort['buyers']:,} buyers, {cohort['defaults']:,} defaults"
