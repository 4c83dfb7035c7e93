"""``score``: where a buyer stands on a date, and why."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from core.cli import JsonCommand, parse_moment
from core.dates import parse_iso_date
from scoring.labels import CAPS, DIMENSIONS, REASONS
from scoring.queries.explain import explain_code


class Command(JsonCommand):
    """``manage.py score CODE --as-of D [--known-at T] [--explain] [--json]``."""

    help = "Score of one buyer as of a date, computed from its facts and the ledger; nothing is written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which buyer, when."""
        super().add_arguments(parser)
        parser.add_argument("code", help="the buyer's code")
        parser.add_argument("--as-of", required=True, metavar="DATE", help="the date, YYYY-MM-DD")
        parser.add_argument("--known-at", metavar="MOMENT", help="as it was known then, ISO 8601")
        parser.add_argument("--explain", action="store_true", help="also the inputs of each dimension, and the caps")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The explanation, or what of it the stable shape holds."""
        known_at = parse_moment(options["known_at"], field="known_at")
        found = explain_code(options["code"], as_of=parse_iso_date(options["as_of"]), known_at=known_at)
        return found if options["explain"] or not options["json"] else _stable(found)

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """Score and grade, dimensions with their reasons, caps."""
        lines = [f"{answer['score']:.2f}  grade {answer['grade']}  coverage {answer['coverage']:.0%}"]
        for name, part in answer["dimensions"].items():
            lines.append(f"  {DIMENSIONS[name]:<20} {part['value']:>7.2f}   coverage {part['coverage']:.0%}")
            lines += [f"    {-reason['points']:>8.2f} {REASONS[reason['code']]}" for reason in part["reasons"]]
        lines += [f"  {CAPS[cap['code']]}" for cap in answer["caps"]]
        return "\n".join(lines)


def _stable(found: Mapping[str, Any]) -> dict[str, Any]:
    """Score, grade, coverage, and of each dimension value, coverage, weight and reasons."""
    dimensions = {
        name: {key: part[key] for key in ("value", "coverage", "weight", "reasons")}
        for name, part in found["dimensions"].items()
    }
    return {key: found[key] for key in ("score", "grade", "coverage")} | {"dimensions": dimensions}
