"""Control totals: what became of every row and every amount, adding up to the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dashboard.desk_labels import COUNTED
from invoices.models import Bulk
from invoices.queries.imports import BatchRow
from invoices.services.imports.results import Outcome


@dataclass(frozen=True, slots=True)
class TotalLine:
    """One outcome, or the whole file: rows, and a sum in each currency."""

    label: Any
    rows: int
    sums: list[str]


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """A line for each outcome and one for the file; ``is_balanced`` if the rows add up."""

    currencies: list[str]
    lines: list[TotalLine]
    file: TotalLine
    without_amount: int
    is_balanced: bool


def control_totals(batch: BatchRow) -> ControlTotals:
    """The totals that the importer kept with the batch."""
    file: dict[str, str] = batch.detail.get("file_totals", {})
    sums: dict[str, dict[str, str]] = batch.detail.get("sums", {})
    currencies = sorted(file)
    lines = [
        TotalLine(COUNTED[outcome], getattr(batch, outcome), _sums(sums.get(outcome, {}), currencies))
        for outcome in Outcome
    ]
    return ControlTotals(
        currencies=currencies,
        lines=lines,
        file=TotalLine("", batch.rows, _sums(file, currencies)),
        without_amount=batch.detail.get("rows_without_amount", 0),
        is_balanced=sum(line.rows for line in lines) == batch.rows,
    )


def bulk_totals(bulk: Bulk) -> ControlTotals:
    """The totals of what a system sent; the whole is the body."""
    whole: dict[str, str] = bulk.totals.get("sums", {})
    currencies = sorted(whole)
    outcomes = [outcome for outcome in Outcome if outcome is not Outcome.FILTERED]
    lines = [
        TotalLine(COUNTED[outcome], getattr(bulk, outcome), _sums(bulk.totals.get(outcome, {}), currencies))
        for outcome in outcomes
    ]
    return ControlTotals(
        currencies=currencies,
        lines=lines,
        file=TotalLine("", bulk.rows, _sums(whole, currencies)),
        without_amount=bulk.totals.get("without_amount", 0),
        is_balanced=sum(line.rows for line in lines) == bulk.rows,
    )


def _sums(found: dict[str, str], currencies: list[str]) -> list[str]:
    return [_grouped(found.get(currency, "0")) for currency in currencies]


def _grouped(text: str) -> str:
    whole, point, part = text.partition(".")
    return f"{int(whole):,}{point}{part}" if whole not in ("-0", "") else text
