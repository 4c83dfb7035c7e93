"""What became of a file: control totals that add up to it, and the rows that were not taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from core.money import minor_digits
from invoices.intake.reasons import words

SHOWN_ROWS = 10_000


class Outcome(StrEnum):
    """What can become of a row; every row has exactly one."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    QUARANTINED = "quarantined"
    FILTERED = "filtered"


ACCEPTED = (Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED)


@dataclass(slots=True)
class Tally:
    """Rows and sums per currency of each outcome; rows whose amount cannot be read are counted apart."""

    counts: dict[Outcome, int] = field(default_factory=lambda: dict.fromkeys(Outcome, 0))
    sums: dict[Outcome, dict[str, Decimal]] = field(
        default_factory=lambda: {outcome: defaultdict(Decimal) for outcome in Outcome}
    )
    without_amount: int = 0

    def count(self, outcome: Outcome) -> None:
        """Count one row of a kind that has no amounts."""
        self.counts[outcome] += 1

    def add(self, outcome: Outcome, currency: str, amount: str) -> None:
        """Count one row with its amount."""
        self.count(outcome)
        if amount:
            self.sums[outcome][currency] += Decimal(amount)
        else:
            self.without_amount += 1

    def move(self, source: Outcome, target: Outcome, currency: str, amount: str) -> None:
        """Count a row under another outcome than before."""
        self.counts[source] -= 1
        self.counts[target] += 1
        self.sums[source][currency] -= Decimal(amount)
        self.sums[target][currency] += Decimal(amount)

    @property
    def rows(self) -> int:
        """All rows of the file."""
        return sum(self.counts.values())

    def total(self, *outcomes: Outcome) -> dict[str, Decimal]:
        """Sum per currency over some outcomes."""
        found: dict[str, Decimal] = defaultdict(Decimal)
        for outcome in outcomes:
            for currency, amount in self.sums[outcome].items():
                found[currency] += amount
        return dict(sorted(found.items()))


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row in quarantine, as lists show it."""

    line: int
    field: str
    column: str
    value: str
    reason: str
    message: str

    def as_json(self) -> dict[str, Any]:
        """The row as the command prints it."""
        return {
            "line": self.line,
            "field": self.field,
            "column": self.column,
            "value": self.value,
            "reason": self.reason,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The answer to an import: counts and sums that add up to the file, and what was not taken."""

    tally: Tally
    quarantine: list[RefusedRow]
    profile: str
    format: str
    encoding: str
    delimiter: str
    is_dry_run: bool
    batch_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Stable keys first (issue 2, section 6), then what else is known."""
        counts = self.tally.counts
        return {
            "rows": self.tally.rows,
            **{outcome.value: counts[outcome] for outcome in (*ACCEPTED, Outcome.QUARANTINED)},
            "totals": amounts(self.tally.total(*ACCEPTED)),
            "quarantine": [row.as_json() for row in self.quarantine],
            "quarantine_omitted": counts[Outcome.QUARANTINED] - len(self.quarantine),
            Outcome.FILTERED.value: counts[Outcome.FILTERED],
            **self.totals_json(),
            "profile": self.profile,
            "format": self.format,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "dry_run": self.is_dry_run,
            "batch": self.batch_id,
        }

    def totals_json(self) -> dict[str, Any]:
        """Sums of the file and of each outcome; the outcomes add up to the file."""
        return {
            "file_totals": amounts(self.tally.total(*Outcome)),
            "sums": {outcome.value: amounts(self.tally.total(outcome)) for outcome in Outcome},
            "rows_without_amount": self.tally.without_amount,
        }


def amounts(sums: Mapping[str, Decimal]) -> dict[str, str]:
    """Sums as text with the currency's decimals. Example: ``{"JPY": Decimal(5)}`` gives ``{"JPY": "5"}``.

    More decimals are shown where a refused row has them: a sum that is shown must not be rounded.
    """
    return {currency: _exact(amount, minor_digits(currency)) for currency, amount in sums.items()}


def _exact(amount: Decimal, digits: int) -> str:
    exponent = amount.normalize().as_tuple().exponent
    return f"{amount:.{max(digits, -int(exponent))}f}"


def refused_row(problem: Mapping[str, Any]) -> RefusedRow:
    """A quarantined row from its stored parts, its reason in the active language."""
    named = {"field": problem["field"], "value": problem["value"], **problem["params"]}
    return RefusedRow(
        line=problem["line"],
        field=problem["field"],
        column=problem["params"].get("column", ""),
        value=problem["value"],
        reason=problem["reason"],
        message=words(problem["reason"], named),
    )
