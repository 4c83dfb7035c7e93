"""What a buyer orders: one sale is an order, its shipment and its invoice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from core.dates import month_end, month_start
from core.money import round_money
from pipeline.demo.profile import Phase, Profile, on_weekday, poisson
from pipeline.demo.records import DemoInvoice, DemoOrder, DemoShipment
from pipeline.demo.world import PRICE_LEVEL

ORDER_HORIZON_DAYS = 75
# Orders before Christmas, the quiet month of the Chinese New Year.
SEASON = {2: 0.6, 3: 1.1, 8: 1.1, 9: 1.3, 10: 1.3, 11: 1.15, 12: 0.8}
INCOTERMS = ("FOB", "FOB", "FOB", "CIF", "CIF", "DAP", "EXW")


@dataclass(frozen=True, slots=True)
class Sale:
    """One order that ships and is invoiced on ``invoice_date``."""

    number: int
    order_date: date
    invoice_date: date
    due_date: date
    currency: str
    amount: Decimal
    terms: str
    is_cancelled: bool = False


def plan_sales(*, profile: Profile, rng: Random, end: date) -> list[Sale]:
    """All sales of a buyer, by invoice date; those after ``end`` are orders not shipped yet."""
    last = end + timedelta(days=ORDER_HORIZON_DAYS)
    planned = sorted(_planned(profile, rng, last), key=lambda item: item[0])
    return [_sale(profile, rng, number, day, phase) for number, (day, phase) in enumerate(planned, start=1)]


def _planned(profile: Profile, rng: Random, last: date) -> Iterator[tuple[date, Phase]]:
    day = month_start(profile.phases[0].start)
    while day <= last:
        phase = profile.phase_on(max(day, profile.phases[0].start))
        length = month_end(day).day
        for _ in range(poisson(rng, phase.monthly * SEASON.get(day.month, 1.0))):
            invoiced = on_weekday(day.replace(day=rng.randint(1, length)))
            if profile.phases[0].start <= invoiced <= last:
                yield invoiced, phase
        day = month_end(day) + timedelta(days=1)


def _sale(profile: Profile, rng: Random, number: int, day: date, phase: Phase) -> Sale:
    currency = rng.choice(profile.currencies)
    cancelled = profile.cancels_from is not None and day >= profile.cancels_from
    return Sale(
        number=number,
        order_date=day - timedelta(days=rng.randint(25, 60)),
        invoice_date=day,
        due_date=day + timedelta(days=profile.terms_days),
        currency=currency,
        amount=_amount(rng, phase.amount_usd, currency),
        terms=profile.terms,
        is_cancelled=cancelled,
    )


def _amount(rng: Random, mean_usd: float, currency: str) -> Decimal:
    value = mean_usd * PRICE_LEVEL[currency] * rng.lognormvariate(-0.1, 0.45)
    return max(round_money(Decimal(f"{value:.4f}"), currency), Decimal(100))


def order_id(code: str, sale: Sale) -> str:
    """External id of the sale's order."""
    return f"{code}-PO{sale.number:04d}"


def invoice_id(code: str, sale: Sale) -> str:
    """External id of the sale's invoice."""
    return f"{code}-{sale.number:04d}"


def order_of(*, code: str, sale: Sale, end: date) -> DemoOrder:
    """The order row; ``invoiced`` once it has shipped, which is on the same day."""
    invoiced = "invoiced" if sale.invoice_date <= end else "open"
    return DemoOrder(
        external_id=order_id(code, sale),
        order_date=sale.order_date,
        currency=sale.currency,
        amount=sale.amount,
        terms=sale.terms,
        terms_days=(sale.due_date - sale.invoice_date).days,
        planned_ship_date=sale.invoice_date,
        status="cancelled" if sale.is_cancelled else invoiced,
    )


def invoice_of(*, code: str, sale: Sale) -> DemoInvoice:
    """The invoice row."""
    return DemoInvoice(
        external_id=invoice_id(code, sale),
        number=f"INV{sale.invoice_date:%y%m}-{code}-{sale.number:04d}",
        order_id=order_id(code, sale),
        currency=sale.currency,
        amount=sale.amount,
        invoice_date=sale.invoice_date,
        due_date=sale.due_date,
        terms=sale.terms,
    )


def shipment_of(*, profile: Profile, sale: Sale, rng: Random, end: date) -> DemoShipment:
    """The shipment row: promised with three days in hand, now and then far late, seldom refused."""
    promised = sale.invoice_date + timedelta(days=profile.transit_days + 3)
    delay = round(rng.gauss(-1.0, 1.8)) + (rng.randint(4, 21) if rng.random() < 0.09 else 0)
    delivered = promised + timedelta(days=delay)
    return DemoShipment(
        external_id=f"{profile.buyer.code}-S{sale.number:04d}",
        order_id=order_id(profile.buyer.code, sale),
        incoterm=rng.choice(INCOTERMS),
        shipped_on=sale.invoice_date,
        promised_on=promised,
        handed_over_on=sale.invoice_date,
        delivered_on=delivered if delivered <= end else None,
        delay_by_seller=delay > 3 and rng.random() < 0.25,
        is_refused=rng.random() < profile.refused_share,
        has_discrepancies=rng.random() < 0.03,
    )
