"""``metrics``: the DSO family, CEI, days beyond terms and concentration of a date, each with its inputs."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from core.cli import JsonCommand, parse_moment
from core.dates import parse_iso_date
from invoices.domain.metrics import round_metric
from invoices.queries.aging import AgingQuestion
from invoices.queries.metrics import Metric, get_metrics


class Command(JsonCommand):
    """``manage.py metrics --as-of D [--as-known-at T] [--json]``."""

    help = "Receivables metrics of a date in base currency, each with its formula and inputs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Of which day, as known when."""
        super().add_arguments(parser)
        parser.add_argument("--as-of", required=True, metavar="DATE", help="the date, YYYY-MM-DD")
        parser.add_argument("--as-known-at", metavar="MOMENT", help="as it was known then, ISO 8601")

    def answer(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """One question, one report."""
        question = AgingQuestion(as_of=parse_iso_date(options["as_of"]), known_at=parse_moment(options["as_known_at"]))
        report = get_metrics(question)
        return {
            "as_of": report.as_of.isoformat(),
            "currency": report.currency,
            "metrics": {metric.name: _as_json(metric) for metric in report.metrics},
            "unconverted": {currency: str(amount) for currency, amount in report.unconverted.items()},
        }

    def as_text(self, answer: Mapping[str, Any]) -> str:
        """A small table."""
        lines = [f"Metrics as of {answer['as_of']}, amounts in {answer['currency']}"]
        lines += [
            f"  {name.replace('_', ' '):<28} {metric['value'] or 'n/a':>12} {metric['unit']:<9} = {metric['formula']}"
            for name, metric in answer["metrics"].items()
        ]
        return "\n".join(lines)


def _as_json(metric: Metric) -> dict[str, Any]:
    value = round_metric(metric.value)
    return {
        "value": None if value is None else str(value),
        "unit": metric.unit,
        "formula": metric.formula,
        "inputs": {name: _plain(given) for name, given in metric.inputs.items()},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(round_metric(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return [{name: _plain(part) for name, part in row.items()} for row in value]
    return value
