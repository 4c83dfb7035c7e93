"""External signals as records: ratings, financial statements and events of buyers whom their source has told us of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from buyers.domain.fact_rows import EventRow, RatingRow, StatementRow
from buyers.queries.records import buyer_ids_of_source
from buyers.services.signals import put_signals
from core.errors import DomainError
from invoices.domain.bulks import Awaited, BulkKind
from invoices.domain.posting import LARGEST
from invoices.intake.convert import Reader, Unfit, make_reader
from invoices.intake.json_table import Shape
from invoices.services.bulks.fields import short_text
from invoices.services.bulks.invoices import record_profile
from invoices.services.bulks.problems import problem, problem_of, unknown_yet
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Row, Taking, quarantined
from invoices.services.imports.results import Outcome

FIGURES = (
    "total_assets",
    "current_assets",
    "current_liabilities",
    "total_liabilities",
    "retained_earnings",
    "ebit",
    "sales",
)
# What the columns of a statement hold.
_DECIMALS = 2
LONGEST = {"agency": 40, "grade": 20, "kind": 30, "note": 400}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSignal(Row):
    """A signal as its source knows it; ``fact`` lacks only our id of the buyer."""

    buyer: str
    fact: Any


def _reader_of(source: str) -> Callable[[str], Reader]:
    profile = record_profile(source)
    return lambda column: make_reader(column, profile, is_typed=False)


def _named(source: str) -> dict[str, Reader]:
    reader = _reader_of(source)
    return {"external_id": reader("invoice_id"), "buyer": reader("buyer_code")}


def _texts(*names: str) -> dict[str, Reader]:
    return {name: short_text(LONGEST[name]) for name in names}


def _rating_readers(source: str) -> dict[str, Reader]:
    return {**_named(source), **_texts("agency", "grade"), "rated_on": _reader_of(source)("invoice_date")}


def _statement_readers(source: str) -> dict[str, Reader]:
    reader = _reader_of(source)
    figures = {name: _figure(reader("amount")) for name in FIGURES} | {"sales": _figure(reader("paid_amount"))}
    return {
        **_named(source),
        "currency": reader("currency"),
        "balance_date": reader("invoice_date"),
        **figures,
    }


def _event_readers(source: str) -> dict[str, Reader]:
    reader = _reader_of(source)
    return {
        **_named(source),
        **_texts("kind"),
        "note": short_text(LONGEST["note"], is_required=False),
        "began_on": reader("invoice_date"),
        "ended_on": reader("due_date"),
    }


def _figure(read: Reader) -> Reader:
    def figure(text: str) -> str:
        value = read(text)
        if value and Decimal(value) != round(Decimal(value), _DECIMALS):
            raise Unfit("rate_precision", expected=_DECIMALS)
        return value

    return figure


def _row_of(kind: Any) -> Callable[[int, Mapping[str, str]], WantedSignal]:
    days, figures = {"rated_on", "balance_date", "began_on", "ended_on"}, set(FIGURES)

    def read(name: str, text: str) -> Any:
        if name in days:
            return date.fromisoformat(text) if text else None
        if name in figures:
            return Decimal(text) if text else None
        return text

    def row(position: int, values: Mapping[str, str]) -> WantedSignal:
        said = {name: read(name, text) for name, text in values.items() if name != "buyer"}
        fact = kind(buyer_id=0, **said)
        return WantedSignal(position=position, external_id=values["external_id"], buyer=values["buyer"], fact=fact)

    return row


def _post(caller: Caller, rows: list[WantedSignal]) -> list[Answer]:
    buyers = buyer_ids_of_source(caller.source, [row.buyer for row in rows])
    faults = {row.position: _fault_of(row, buyers, caller) for row in rows}
    good = [row for row in rows if faults[row.position] is None]
    facts = [row.fact._replace(buyer_id=buyers[row.buyer], source=caller.source) for row in good]
    became = put_signals(facts, source=caller.source, actor=caller.actor, actor_label=caller.label)
    answers = [_answer(row, outcome) for row, outcome in zip(good, became, strict=True)]
    return answers + [quarantined(row, fault) for row in rows if (fault := faults[row.position])]


def _fault_of(row: WantedSignal, buyers: Mapping[str, int], caller: Caller) -> dict[str, Any] | None:
    if row.buyer not in buyers:
        return unknown_yet(Awaited.BUYER, caller.source, row.buyer)
    for name, value in row.fact._asdict().items():
        if isinstance(value, date) and value > caller.today:
            return problem("date_in_future", name, value)
        if isinstance(value, Decimal) and abs(value) >= LARGEST:
            return problem("number_too_large", name, f"{value:f}")
    return None


def _answer(row: WantedSignal, became: Any) -> Answer:
    if isinstance(became, DomainError):
        return quarantined(row, problem_of(became))
    return Answer(row.position, row.external_id, Outcome(became.value))


def _shapes(kind: Any) -> dict[str, Shape]:
    names = [name for name in kind._fields if name not in ("buyer_id", "source", "external_id")]
    texts = dict.fromkeys(("external_id", "buyer", *names), Shape.TEXT)
    return texts | {name: Shape.NUMBER for name in names if name in FIGURES}


def _taking(kind: Any, readers: Callable[[str], Mapping[str, Reader]], waits_as: BulkKind) -> Taking[WantedSignal]:
    return Taking(_shapes(kind), readers, _row_of(kind), _post, waits_as=waits_as)


RATINGS = _taking(RatingRow, _rating_readers, BulkKind.RATINGS)
STATEMENTS = _taking(StatementRow, _statement_readers, BulkKind.FINANCIAL_STATEMENTS)
EVENTS = _taking(EventRow, _event_readers, BulkKind.BUYER_EVENTS)
