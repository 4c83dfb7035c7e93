"""External signals as records: ratings, financial statements and events of buyers whom their source has told us of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from buyers.domain.fact_rows import EventRow, RatingRow, StatementRow
from buyers.queries.records import buyer_ids_of_source
from buyers.services.putting import Put
from buyers.services.signals import put_signals
from core.errors import DomainError
from invoices.domain.bulks import Awaited, BulkKind
from invoices.domain.posting import LARGEST
from invoices.intake.convert import Reader
from invoices.intake.json_table import Shape
from invoices.services.bulks.fields import fitting, short_text
from invoices.services.bulks.invoices import readers_like
from invoices.services.bulks.problems import problem, unknown_yet
from invoices.services.bulks.records import Answer
from invoices.services.bulks.taking import Caller, Row, Taking, put_sound

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
_NAMED = {"external_id": "invoice_id", "buyer": "buyer_code"}
LONGEST = {"agency": 40, "grade": 20, "kind": 30, "note": 400}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSignal(Row):
    """A signal as its source knows it; ``fact`` lacks only our id of the buyer."""

    buyer: str
    fact: Any


def _texts(*names: str) -> dict[str, Reader]:
    return {name: short_text(LONGEST[name]) for name in names}


def _rating_readers() -> dict[str, Reader]:
    return {**readers_like({**_NAMED, "rated_on": "invoice_date"}), **_texts("agency", "grade")}


def _statement_readers() -> dict[str, Reader]:
    alike = {"currency": "currency", "balance_date": "invoice_date", **dict.fromkeys(FIGURES, "amount")}
    found = readers_like({**_NAMED, **alike, "sales": "paid_amount"})
    return found | {name: fitting(found[name], _DECIMALS) for name in FIGURES}


def _event_readers() -> dict[str, Reader]:
    found = readers_like({**_NAMED, "began_on": "invoice_date", "ended_on": "due_date"})
    return {**found, **_texts("kind"), "note": short_text(LONGEST["note"], is_required=False)}


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

    def put(rows: list[WantedSignal]) -> list[Put | DomainError]:
        facts = [row.fact._replace(buyer_id=buyers[row.buyer], source=caller.source) for row in rows]
        return put_signals(facts, source=caller.source, actor=caller.actor, actor_label=caller.label)

    return put_sound(rows, fault_of=lambda row: _fault_of(row, buyers, caller), put=put)


def _fault_of(row: WantedSignal, buyers: Mapping[str, int], caller: Caller) -> dict[str, Any] | None:
    if row.buyer not in buyers:
        return unknown_yet(Awaited.BUYER, caller.source, row.buyer)
    for name, value in row.fact._asdict().items():
        if isinstance(value, date) and value > caller.today:
            return problem("date_in_future", name, value)
        if isinstance(value, Decimal) and abs(value) >= LARGEST:
            return problem("number_too_large", name, f"{value:f}")
    return None


def _shapes(kind: Any) -> dict[str, Shape]:
    names = [name for name in kind._fields if name not in ("buyer_id", "source", "external_id")]
    texts = dict.fromkeys(("external_id", "buyer", *names), Shape.TEXT)
    return texts | {name: Shape.NUMBER for name in names if name in FIGURES}


def _taking(kind: Any, readers: Callable[[], Mapping[str, Reader]], waits_as: BulkKind) -> Taking[WantedSignal]:
    return Taking(_shapes(kind), readers, _row_of(kind), _post, waits_as=waits_as)


RATINGS = _taking(RatingRow, _rating_readers, BulkKind.RATINGS)
STATEMENTS = _taking(StatementRow, _statement_readers, BulkKind.FINANCIAL_STATEMENTS)
EVENTS = _taking(EventRow, _event_readers, BulkKind.BUYER_EVENTS)
