"""What scorecard v1 reads: n buyers as struct-of-arrays, every figure as of one date.

Arrays of buyers have length n; arrays of items name their buyer by ``owner`` (0 … n−1) and keep, within a buyer, an
order that does not depend on the batch. Missing numbers are NaN, missing dates NaT.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scoring.domain.v1.arrays import Bools, Days, Floats, Ints

# Event kinds by their place in the arrays (buyers.domain.facts.EventKind has the words).
EVENT_KINDS = (
    "litigation",
    "key_manager_left",
    "insurer_cut",
    "bank_line_cut",
    "related_party_default",
    "insolvency",
    "violation",
)
RECEIVED, OVERDUE, WRITTEN_OFF = 0, 1, 2  # kinds of payment items
UNKNOWN = -1  # a state that is not on record
INCOMPLETE, COMPLETE = 0, 1  # identity gate
CLEAR, POTENTIAL, CONFIRMED = 0, 1, 2  # sanctions screening
SAME_CURRENCY, RATED, NO_RATES, HOME_UNKNOWN = 0, 1, 2, 3  # what is known of a currency position


@dataclass(frozen=True, slots=True)
class Statements:
    """Latest balance known of each buyer (currency does not matter: ratios only)."""

    balance_date: Days
    total_assets: Floats
    current_assets: Floats
    current_liabilities: Floats
    total_liabilities: Floats
    retained_earnings: Floats
    ebit: Floats


@dataclass(frozen=True, slots=True)
class Standing:
    """Agency rating (points 0–100), OECD class of the home country and years of trading."""

    rating_points: Floats
    rating_date: Days
    country_class: Floats
    is_high_income: Bools
    country_list_date: Days
    founded_on: Days


@dataclass(frozen=True, slots=True)
class Events:
    """External events; ``days_since_end`` counts where the condition is no longer in force."""

    owner: Ints
    kind: Ints
    in_force: Bools
    days_since_start: Ints
    days_since_end: Ints
    is_derived: Bools


@dataclass(frozen=True, slots=True)
class PaymentItems:
    """Receipt allocations, open material overdue parts and written-off parts, amounts in base currency."""

    owner: Ints
    kind: Ints
    amount: Floats
    days_late: Ints
    age_days: Ints
    days_since_due: Ints


@dataclass(frozen=True, slots=True)
class FxPositions:
    """What a buyer owes per invoice currency: weight in base currency, credit days, and its home currency's history.

    ``volatility`` is annual (0.12 = 12 %), ``loss`` = 1 − S₋₉₀/S₀ with S = home units per invoice unit.
    """

    owner: Ints
    weight: Floats
    status: Ints
    terms_days: Floats
    volatility: Floats
    loss: Floats


@dataclass(frozen=True, slots=True)
class Shipments:
    """Shipments that the seller did not delay; ``has_delay`` false: refused and never handed over."""

    owner: Ints
    has_delay: Bools
    delay_days: Ints
    age_days: Ints
    is_refused: Bools
    has_discrepancies: Bools


@dataclass(frozen=True, slots=True)
class Gates:
    """Identity gate, sanctions screening and frame contract, each in its latest state (``UNKNOWN`` = not on record)."""

    kyc: Ints
    kyc_expires: Days
    screening: Ints
    screened_on: Days
    contract: Ints
    contract_expires: Days


@dataclass(frozen=True, slots=True)
class Certificates:
    """Latest version of each certificate kind of a buyer."""

    owner: Ints
    is_required: Bools
    has_number: Bools
    expires_on: Days


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that card v1 asks about n buyers as of ``as_of``.

    ``oldest_overdue`` is the greatest days past due of a material undisputed item (0 = none);
    ``broken_promises`` counts those of the last 12 months.
    """

    as_of: np.datetime64
    buyers: int
    standing: Standing
    statements: Statements
    events: Events
    payments: PaymentItems
    fx: FxPositions
    shipments: Shipments
    gates: Gates
    certificates: Certificates
    oldest_overdue: Ints
    broken_promises: Ints
