"""The buyer of domain.md section 5: each dimension at its golden figure, together 52.94."""

from __future__ import annotations

from datetime import date, timedelta

from scoring.domain.v1 import facts as v1
from tests.unit.scoring.builders import AS_OF, Buyer, event, rated, received

# A statement whose three ratios stand at 60 points each.
Z_AT_60 = 1.1 + (60 - 20) / 80 * 1.5  # 1.85
ASSETS, LIABILITIES = 1000.0, 600.0  # 0.6 → 60
CURRENT_LIABILITIES = 250.0
CURRENT_ASSETS = 1.52 * CURRENT_LIABILITIES  # 0.8 + 0.6 × 1.2 → 60
# 6.56 × 0.13 + 1.05 × 400/600 = 1.5528; the rest of 1.85 is retained earnings at 3.26
RETAINED = (Z_AT_60 - 6.56 * 0.13 - 1.05 * 400 / 600) / 3.26 * ASSETS
STATEMENT = (date(2025, 12, 31), ASSETS, CURRENT_ASSETS, CURRENT_LIABILITIES, LIABILITIES, RETAINED, 0.0)

CREDIT = Buyer(rating=(70, date(2026, 6, 1)), country=(4, False, date(2026, 1, 30)), statement=STATEMENT)
CREDIT_EVENTS = (
    event("litigation", in_force=False, since_start=400, since_end=180),
    event("insurer_cut", since_start=20),
)
PAYMENTS = (received(20_000, -3), received(50_000, 12), received(30_000, 41))


def shipments_at_82() -> tuple[tuple[bool, int, int, bool, bool], ...]:
    """100 shipments of one age: 90 on time, standard deviation 3 days, 2 refused, 10 with discrepancies."""
    return tuple((True, delay, 0, index < 2, index < 10) for index, delay in enumerate(SPREAD_OF_THREE))


def _spread_of_three() -> list[int]:
    """Ten late by more than 2 days and ninety on time whose squares about the mean sum to 99 × 9 = 891."""
    for late in range(3, 15):
        for early in range(90):
            for back in range(1, 12):
                delays = [late] * 10 + [-back] * early + [0] * (90 - early)
                if 100 * sum(d * d for d in delays) - sum(delays) ** 2 == 89_100:
                    return delays
    raise AssertionError("no such delays")


SPREAD_OF_THREE = _spread_of_three()
COMPLIANT = Buyer(
    kyc=(v1.COMPLETE, date(2027, 1, 1)),
    screening=(v1.CLEAR, AS_OF - timedelta(days=40)),
    contract=(1, None),
    certificates=((True, True, AS_OF - timedelta(days=1)), (True, True, None)),
)

GOLDEN = Buyer(
    rating=CREDIT.rating,
    country=CREDIT.country,
    statement=CREDIT.statement,
    events=CREDIT_EVENTS,
    payments=PAYMENTS,
    # The three payments came 17.7 days late on average; with terms of 60.3 days that is the golden's 60 + 18.
    fx=(rated(terms=60.3, volatility=0.12, loss=0.09),),
    shipments=shipments_at_82(),
    kyc=COMPLIANT.kyc,
    screening=COMPLIANT.screening,
    contract=COMPLIANT.contract,
    certificates=COMPLIANT.certificates,
)
