"""Facts of scorecard v1 for tests: a buyer without any data, to which each test adds what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np

from scoring.domain.v1 import facts as v1

AS_OF = date(2026, 6, 30)
NO_DAY = np.datetime64("NaT", "D")


@dataclass(frozen=True)
class Buyer:
    """One buyer in words; lists hold tuples in the order of the fields of the arrays, without the owner."""

    rating: tuple[float, date] | None = None
    country: tuple[float | None, bool, date] | None = None
    founded_on: date | None = None
    statement: tuple[date, float, float, float, float, float, float] | None = None
    events: Sequence[tuple[str, bool, int, int, bool]] = ()
    payments: Sequence[tuple[int, float, int, int, int]] = ()
    fx: Sequence[tuple[float, int, float, float, float]] = ()
    shipments: Sequence[tuple[bool, int, int, bool, bool]] = ()
    kyc: tuple[int, date | None] = (v1.UNKNOWN, None)
    screening: tuple[int, date | None] = (v1.UNKNOWN, None)
    contract: tuple[int, date | None] = (v1.UNKNOWN, None)
    certificates: Sequence[tuple[bool, bool, date | None]] = ()
    oldest_overdue: int = 0
    broken_promises: int = 0


def day(value: date | None) -> np.datetime64:
    return NO_DAY if value is None else np.datetime64(value, "D")


def days(values: Sequence[date | None]) -> np.ndarray:
    return np.array([day(value) for value in values], dtype="datetime64[D]")


def received(amount: float, days_late: int, age: int = 0) -> tuple[int, float, int, int, int]:
    """A receipt: it was due ``days_late`` before it came."""
    return (v1.RECEIVED, amount, days_late, age, age + days_late)


def overdue(amount: float, days_late: int) -> tuple[int, float, int, int, int]:
    return (v1.OVERDUE, amount, days_late, 0, days_late)


def written_off(amount: float, since_due: int, age: int = 0) -> tuple[int, float, int, int, int]:
    return (v1.WRITTEN_OFF, amount, since_due, age, since_due)


def rated(
    *, weight: float = 1.0, terms: float, volatility: float, loss: float = 0.0
) -> tuple[float, int, float, float, float]:
    return (weight, v1.RATED, terms, volatility, loss)


def event(
    kind: str, *, in_force: bool = True, since_start: int = 0, since_end: int = 0, is_derived: bool = False
) -> tuple[str, bool, int, int, bool]:
    return (kind, in_force, since_start, since_end, is_derived)


def facts_of(*buyers: Buyer, as_of: date = AS_OF) -> v1.Facts:
    """The buyers as arrays."""
    return v1.Facts(
        as_of=np.datetime64(as_of, "D"),
        buyers=len(buyers),
        standing=_standing(buyers),
        statements=_statements(buyers),
        events=_events(buyers),
        payments=_items(v1.PaymentItems, [buyer.payments for buyer in buyers]),
        fx=_items(v1.FxPositions, [buyer.fx for buyer in buyers]),
        shipments=_items(v1.Shipments, [buyer.shipments for buyer in buyers]),
        gates=_gates(buyers),
        certificates=_certificates(buyers),
        oldest_overdue=np.array([buyer.oldest_overdue for buyer in buyers], dtype=np.int64),
        broken_promises=np.array([buyer.broken_promises for buyer in buyers], dtype=np.int64),
    )


_TYPES: dict[Any, type] = {"Ints": np.int64, "Floats": np.float64, "Bools": np.bool_}


def _items(kind: type[Any], per_buyer: Sequence[Sequence[tuple[Any, ...]]]) -> Any:
    """Rows of tuples, buyer by buyer, as the columns of ``kind``."""
    rows = [(owner, *row) for owner, rows in enumerate(per_buyer) for row in rows]
    columns = list(zip(*rows, strict=True)) or [()] * len(fields(kind))
    return kind(*(np.array(column, dtype=_TYPES[f.type]) for f, column in zip(fields(kind), columns, strict=True)))


def _standing(buyers: Sequence[Buyer]) -> v1.Standing:
    ratings = [b.rating or (np.nan, None) for b in buyers]
    countries = [b.country or (None, False, None) for b in buyers]
    return v1.Standing(
        rating_points=np.array([r[0] for r in ratings], dtype=np.float64),
        rating_date=days([r[1] for r in ratings]),
        country_class=np.array([np.nan if c[0] is None else c[0] for c in countries], dtype=np.float64),
        is_high_income=np.array([c[1] for c in countries], dtype=np.bool_),
        country_list_date=days([c[2] for c in countries]),
        founded_on=days([b.founded_on for b in buyers]),
    )


def _statements(buyers: Sequence[Buyer]) -> v1.Statements:
    rows: list[tuple[Any, ...]] = [b.statement or (None, *[np.nan] * 6) for b in buyers]
    figures = np.array([row[1:] for row in rows], dtype=np.float64).reshape(len(buyers), 6)
    return v1.Statements(days([row[0] for row in rows]), *figures.T.copy())


def _events(buyers: Sequence[Buyer]) -> v1.Events:
    coded = [[(v1.EVENT_KINDS.index(kind), *rest) for kind, *rest in buyer.events] for buyer in buyers]
    events: v1.Events = _items(v1.Events, coded)
    return events


def _gates(buyers: Sequence[Buyer]) -> v1.Gates:
    return v1.Gates(
        kyc=np.array([b.kyc[0] for b in buyers], dtype=np.int64),
        kyc_expires=days([b.kyc[1] for b in buyers]),
        screening=np.array([b.screening[0] for b in buyers], dtype=np.int64),
        screened_on=days([b.screening[1] for b in buyers]),
        contract=np.array([b.contract[0] for b in buyers], dtype=np.int64),
        contract_expires=days([b.contract[1] for b in buyers]),
    )


def _certificates(buyers: Sequence[Buyer]) -> v1.Certificates:
    rows = [(owner, *row) for owner, buyer in enumerate(buyers) for row in buyer.certificates]
    return v1.Certificates(
        owner=np.array([row[0] for row in rows], dtype=np.int64),
        is_required=np.array([row[1] for row in rows], dtype=np.bool_),
        has_number=np.array([row[2] for row in rows], dtype=np.bool_),
        expires_on=days([row[3] for row in rows]),
    )
