"""Exchange rates under their sources' names: by currency and day, a correction is a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.intake.ecb import RateRow
from core.queries.rates import EURO
from core.services.rates import ECB, RatePut, put_rates
from invoices.intake.convert import Reader, make_reader
from invoices.intake.json_table import Shape
from invoices.services.bulks.invoices import record_profile
from invoices.services.bulks.problems import problem
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Row, Taking, quarantined
from invoices.services.imports.results import Outcome

# What the table of rates holds.
_DECIMALS, _LARGEST = 8, Decimal("1e10")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRate(Row):
    """Units of ``currency`` for one euro on a day, as its source says."""

    currency: str
    rate_date: date
    per_eur: Decimal


def rate_id(currency: str, rate_date: date) -> str:
    """How a rate is named in answers. Example: ``USD/2026-05-04``."""
    return f"{currency}/{rate_date}"


def _readers(source: str) -> dict[str, Reader]:
    profile = record_profile(source)
    alike = {"currency": "currency", "rate_date": "invoice_date", "per_eur": "amount"}
    return {name: make_reader(column, profile, is_typed=False) for name, column in alike.items()}


def _row(position: int, values: Mapping[str, str]) -> WantedRate:
    currency, rate_date = values["currency"], date.fromisoformat(values["rate_date"])
    return WantedRate(
        position=position,
        external_id=rate_id(currency, rate_date),
        currency=currency,
        rate_date=rate_date,
        per_eur=Decimal(values["per_eur"]),
    )


def _post(caller: Caller, rows: list[WantedRate]) -> list[Answer]:
    problems = {row.position: _fault_of(caller, row) for row in rows}
    good = [row for row in rows if problems[row.position] is None]
    rates = [RateRow(row.currency, row.rate_date, row.per_eur) for row in good]
    became = put_rates(rates, source=caller.source, actor=caller.actor)
    answers = [_answer(row, outcome) for row, outcome in zip(good, became, strict=True)]
    return answers + [quarantined(row, why) for row in rows if (why := problems[row.position])]


def _fault_of(caller: Caller, row: WantedRate) -> dict[str, Any] | None:
    if caller.source.casefold() == ECB.casefold():
        return problem("source_reserved", "source", caller.source)
    if row.currency == EURO:
        return problem("rate_of_euro", "currency", row.currency)
    if row.rate_date > caller.today:
        return problem("date_in_future", "rate_date", row.rate_date)
    if row.per_eur <= 0:
        return problem("amount_not_positive", "per_eur", f"{row.per_eur:f}")
    if row.per_eur >= _LARGEST or row.per_eur != round(row.per_eur, _DECIMALS):
        return problem("rate_precision", "per_eur", f"{row.per_eur:f}", expected=_DECIMALS)
    return None


def _answer(row: WantedRate, became: RatePut) -> Answer:
    if became is RatePut.CORRECTED:
        return quarantined(row, problem("rate_was_corrected", "per_eur", f"{row.per_eur:f}"))
    return Answer(row.position, row.external_id, Outcome(became.value))


RATES = Taking(
    shapes={"currency": Shape.TEXT, "rate_date": Shape.TEXT, "per_eur": Shape.NUMBER},
    readers=_readers,
    row_of=_row,
    post=_post,
    name_of=lambda cells: f"{cells['currency']}/{cells['rate_date']}",
)
