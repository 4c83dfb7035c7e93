"""A figure of the benchmark beside its limit, and tables of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from bench.measure import Cost


@dataclass(frozen=True)
class Limit:
    """What the figure may be at most: ``factor`` x ``reference_s`` of the same run, or ``absolute``."""

    text: str
    measured: float
    allowed: float

    @property
    def holds(self) -> bool:
        """True if the target is met."""
        return self.measured <= self.allowed


@dataclass(frozen=True)
class Figure:
    """One line of a table: what was measured at which size, its cost, and the limit if there is one."""

    topic: str
    size: str
    what: str
    cost: Cost
    rows: int | None = None
    limit: Limit | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """For ``--json``: numbers as numbers."""
        found: dict[str, Any] = {
            "topic": self.topic,
            "size": self.size,
            "what": self.what,
            "rows": self.rows,
            "note": self.note,
        }
        found |= {name: round(value, 4) for name, value in asdict(self.cost).items()}
        if self.limit is not None:
            limit = asdict(self.limit)
            found["limit"] = limit | {"holds": self.limit.holds}
        return found


def limit_at(size: str, text: str, measured: float, allowed: float) -> Limit | None:
    """The limit, where it is one: the targets are set for a million invoices. Milliseconds have other reasons."""
    return Limit(text, measured, allowed) if size == "1m" else None


def times(cost: Cost, reference: Cost) -> str:
    """How many times the reference, in wall time and in CPU seconds (steadier on a machine that others use)."""
    cpu = f"{cost.cpu_s / reference.cpu_s:.2f} x" if reference.cpu_s > 0.05 else "too short to tell"
    return f"{cost.wall_s / reference.wall_s:.2f} x wall, CPU {cpu}"
