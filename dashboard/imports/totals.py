"""Control totals: what became of every row and every amount, adding up to the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboard.desk_labels import COUNTED
from dashboard.formats import money
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
    kept = batch.detail
    sums, whole = kept.get("sums", {}), kept.get("file_totals", {})
    return _totals(batch, Outcome, sums, whole, kept.get("rows_without_amount", 0))


def bulk_totals(bulk: Bulk) -> ControlTotals:
    """The totals of what a system sent; the whole is the body."""
    outcomes = [outcome for outcome in Outcome if outcome is not Outcome.FILTERED]
    kept = bulk.totals
    return _totals(bulk, outcomes, kept, kept.get("sums", {}), kept.get("without_amount", 0))


def _totals(
    counts: BatchRow | Bulk,
    outcomes: Iterable[Outcome],
    sums: Mapping[str, Mapping[str, str]],
    whole: Mapping[str, str],
    without_amount: int,
) -> ControlTotals:
    currencies = sorted(whole)
    lines = [
        TotalLine(COUNTED[outcome], getattr(counts, outcome), _sums(sums.get(outcome, {}), currencies))
        for outcome in outcomes
    ]
    return ControlTotals(
        currencies=currencies,
        lines=lines,
        file=TotalLine("", counts.rows, _sums(whole, currencies)),
        without_amount=without_amount,
        is_balanced=sum(line.rows for line in lines) == counts.rows,
    )


def _sums(found: Mapping[str, str], currencies: Iterable[str]) -> list[str]:
    return [money(Decimal(found.get(currency, 0)), currency) for currency in currencies]
