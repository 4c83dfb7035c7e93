"""The golden buyer of domain.md section 5, posted and recorded through the services."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from buyers.domain.fact_rows import (
    CertificateRow,
    ContractRow,
    EventRow,
    FactRow,
    KycRow,
    RatingRow,
    ScreeningRow,
    StatementRow,
)
from buyers.models import AgencyGrade, Buyer, CountryRisk
from buyers.services.facts import record_facts
from core.intake.ecb import RateRow
from core.services.rates import add_rates
from invoices.models import Shipment
from scoring.domain.v1.fx_tolerance import LOSS_LOOKBACK_DAYS, annual_volatility
from tests.integration.invoices.builders import make_buyer, make_invoice, pay
from tests.unit.scoring.goldens import RETAINED, SPREAD_OF_THREE

AS_OF = date(2026, 6, 30)
KNOWN_AT = datetime(2100, 1, 1, tzinfo=UTC)


def before(days: int) -> date:
    return AS_OF - timedelta(days=days)


def make_golden_buyer(code: str = "GOLD") -> Buyer:
    """All five dimensions at their golden figures; home currency VND, class 4, invoiced in USD."""
    buyer = make_buyer(code, country="VN")
    load_dong()
    CountryRisk.objects.get_or_create(country="VN", risk_class=4, valid_from=date(2026, 1, 30), source="OECD")
    AgencyGrade.objects.get_or_create(agency="Own", grade="G", defaults={"points": 70})
    record_facts(_facts(buyer.pk))
    _invoices(buyer)
    _shipments(buyer)
    return buyer


def _facts(buyer_id: int) -> list[FactRow]:
    return [
        RatingRow(buyer_id, "Own", "G", before(29), "report"),
        StatementRow(
            buyer_id,
            "VND",
            date(2025, 12, 31),
            total_assets=Decimal(1000_000),
            current_assets=Decimal(380_000),
            current_liabilities=Decimal(250_000),
            total_liabilities=Decimal(600_000),
            retained_earnings=Decimal(str(round(RETAINED * 1000, 2))),
            ebit=Decimal(0),
            source="annual report",
        ),
        EventRow(buyer_id, "litigation", before(400), before(180), source="court register"),
        EventRow(buyer_id, "insurer_cut", before(20), source="insurer"),
        KycRow(buyer_id, "complete", before(300), date(2027, 1, 1)),
        ScreeningRow(buyer_id, "clear", before(40)),
        ContractRow(buyer_id, True, before(300)),
        CertificateRow(buyer_id, "CE", before(500), "C-1", before(1)),
        CertificateRow(buyer_id, "ISO 9001", before(500), "I-1"),
    ]


def _invoices(buyer: Buyer) -> None:
    """Three paid today, 3 days early, 12 and 41 days late; two open that run 60.3 days on average."""
    for amount, late in (("20000", -3), ("50000", 12), ("30000", 41)):
        invoice = make_invoice(buyer, amount, issued=str(before(100)), due=str(before(late)))
        pay(invoice, amount, day=str(AS_OF))
    for amount, days in (("7000", 60), ("3000", 61)):
        make_invoice(buyer, amount, issued=str(before(10)), due=str(before(10 - days)))


def _shipments(buyer: Buyer) -> None:
    """90 of 100 on time, 3 days of standard deviation, 2 refused, 10 with discrepancies; all delivered today."""
    Shipment.objects.bulk_create(
        Shipment(
            buyer=buyer,
            source="test",
            external_id=f"{buyer.code}-{index}",
            incoterm="DAP",
            promised_on=AS_OF - timedelta(days=delay),
            delivered_on=AS_OF,
            is_refused=index < 2,
            has_discrepancies=index < 10,
        )
        for index, delay in enumerate(SPREAD_OF_THREE)
    )


def load_dong() -> None:
    """Rates of dollar and dong: 12 % a year of volatility, the dong 9 % weaker than 90 days before."""
    days, path = dong_path()
    rows = [RateRow("USD", day, Decimal("1.25")) for day in days]
    rows += [RateRow("VND", day, Decimal(str(round(1.25 * rate, 8)))) for day, rate in zip(days, path, strict=True)]
    add_rates(rows, source="TEST")


def dong_path() -> tuple[list[date], list[float]]:
    """Business days to AS_OF and dong for one dollar; the step is found so that the volatility is 12 %."""
    days = [day for day in (before(back) for back in range(380, -1, -1)) if day.weekday() < 5]
    low, high = 0.0, 0.05
    for _ in range(60):
        step = (low + high) / 2
        low, high = (step, high) if annual_volatility(_walk(days, step)) < 0.12 else (low, step)
    return days, _walk(days, low)


def _walk(days: list[date], step: float) -> list[float]:
    """Up and down by ``step``; over the last 90 days as much upward as makes S₋₉₀/S₀ = 0.91."""
    falling = [day for day in days if day > before(LOSS_LOOKBACK_DAYS)]
    zigzag = step if len(falling) % 2 else 0.0
    drift = (-math.log(0.91) - zigzag) / len(falling)
    rates = [25_000.0]
    for index, day in enumerate(days[1:]):
        up = step if (len(days) - index) % 2 == 0 else -step
        rates.append(rates[-1] * math.exp(up + (drift if day in falling else 0.0)))
    return rates
