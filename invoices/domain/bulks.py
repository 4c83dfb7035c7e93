"""Bulks: what a source sends in one call, and the totals that it may ask to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class BulkKind(StrEnum):
    """What the records of a bulk are."""

    INVOICES = "invoices"
    RECEIPTS = "receipts"
    CREDIT_NOTES = "credit_notes"
    BUYERS = "buyers"
    DISPUTES = "disputes"
    WRITE_OFFS = "write_offs"
    SHIPMENTS = "shipments"
    ORDERS = "orders"
    GROUPS = "groups"
    RATINGS = "ratings"
    FINANCIAL_STATEMENTS = "financial_statements"
    BUYER_EVENTS = "buyer_events"
    RATES = "rates"


class SuspenseState(StrEnum):
    """Life of an allocation that a source asked for."""

    WAITING = "waiting"
    ALLOCATED = "allocated"
    MOVED = "moved"  # a person allocated it to another invoice
    WITHDRAWN = "withdrawn"


# What a person decided: the source, sending the same again, changes nothing about it.
DECIDED = frozenset({SuspenseState.MOVED, SuspenseState.WITHDRAWN})


class MendKind(StrEnum):
    """What became of a record that was not taken."""

    REPLAYED = "replayed"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"  # its system told the same anew before anybody looked


AWAITS = "awaits"  # where a problem says what its record waits for


class Awaited(StrEnum):
    """What a record may name before it is known."""

    ORDER = "order"
    INVOICE = "invoice"
    BUYER = "buyer"


class BulkState(StrEnum):
    """Life of a bulk. Done: every record has its answer; refused: nothing of it was posted."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


# Their job has not ended yet.
UNDER_WAY = frozenset({BulkState.QUEUED, BulkState.RUNNING})


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """What the sender counted: records, and the sum of their amounts by currency. None: not asked."""

    rows: int | None = None
    sums: Mapping[str, Decimal] | None = None

    def first_difference(self, *, rows: int, sums: Mapping[str, Decimal]) -> tuple[str, str, str] | None:
        """Name, what was asked and what was found of the first total that differs; None if all agree.

        Every currency counts, on both sides. Example: asked {"USD": 5}, found {"USD": 5, "EUR": 1}: ``sums.EUR``.
        """
        if self.rows is not None and self.rows != rows:
            return "rows", str(self.rows), str(rows)
        if self.sums is None:
            return None
        for currency in sorted({*self.sums, *sums}):
            asked, found = self.sums.get(currency, Decimal(0)), sums.get(currency, Decimal(0))
            if asked != found:
                return f"sums.{currency}", f"{asked:f}", f"{found:f}"
        return None
