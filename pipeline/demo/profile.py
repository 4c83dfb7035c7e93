"""How one invented buyer orders and pays: a sequence of phases. The story lines are phases as well."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from pipeline.demo.records import DemoBuyer


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of a buyer's life: invoices a month, their mean in US dollars, mean days late and spread."""

    start: date
    end: date
    monthly: float
    amount_usd: float
    late_days: float
    spread_days: float


@dataclass(frozen=True, slots=True)
class Profile:
    """A buyer with its terms, phases and habits. Shares are probabilities per invoice.

    ``quality`` 0-1 is what ratings and statements show today, ``quality_before`` what they showed two years ago;
    ``events`` are kinds with the days since they happened.
    """

    buyer: DemoBuyer
    phases: tuple[Phase, ...]
    currencies: tuple[str, ...]
    terms: str
    terms_days: int
    pay_weekday: int
    transit_days: int
    slow_months: tuple[int, ...] = ()
    partial_share: float = 0.04
    dispute_share: float = 0.025
    credit_share: float = 0.03
    unpaid_share: float = 0.002
    refused_share: float = 0.006
    stops_paying_on: date | None = None
    cancels_from: date | None = None
    quality: float = 0.6
    quality_before: float = 0.6
    events: tuple[tuple[str, int], ...] = ()

    def phase_on(self, day: date) -> Phase:
        """The phase that holds on a day; the last one for days after it."""
        return next((phase for phase in self.phases if phase.start <= day <= phase.end), self.phases[-1])


def rng_for(seed: int, *key: object) -> Random:
    """A generator of its own for each buyer and topic, so that one more buyer changes no other."""
    return Random("/".join(map(str, (seed, *key))))


def poisson(rng: Random, mean: float) -> int:
    """How many events happen where ``mean`` are expected (Knuth's method: fine for small means)."""
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1.0)
    return count


def on_weekday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= 5 else day


def next_weekday(day: date, weekday: int) -> date:
    """The first day on or after ``day`` that falls on ``weekday`` (Monday 0)."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)
