"""Two invented customers that the demo is about. Every name and figure is fiction.

*Corvandel*: a customer group of many years. The parent pays a little later each year; from the third year on new
business is moved to related companies, which pay later still; by now most of it is long overdue.

*Velmora*: a new customer two years ago. Pays early, grows eightfold, then stops paying from one week
to the next; what is on order is cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.dates import months_back
from pipeline.demo.profile import Phase, Profile
from pipeline.demo.records import DemoBuyer, DemoGroup, Member
from pipeline.demo.world import BY_CODE

CORVANDEL = DemoGroup("CORVANDEL", "Corvandel Group", "科凡德尔集团")
PARENT = "C20001"
VELMORA = "C30001"


@dataclass(frozen=True, slots=True)
class Affiliate:
    """A company of the Corvandel group: what it bought and how late it paid, year by year, oldest year first.

    ``monthly``, ``amount_usd`` and ``late_days`` hold one figure for each of the last six years; no invoices = 0.
    """

    code: str
    name: str
    name_zh: str
    country: str
    founded: date
    monthly: tuple[float, ...]
    amount_usd: tuple[float, ...]
    late_days: tuple[float, ...]
    share: int | None
    stopped_days_ago: int


AFFILIATES = (
    Affiliate(
        PARENT,
        "Corvandel Handels GmbH",
        "科凡德尔贸易(德国)公司",
        "DE",
        date(2003, 4, 11),
        (4.0, 4.0, 3.2, 2.0, 1.2, 0.6),
        (64e3, 70e3, 74e3, 70e3, 66e3, 60e3),
        (2, 6, 14, 29, 52, 88),
        None,
        60,
    ),
    Affiliate(
        "C20002",
        "Corvandel Iberia S.L.",
        "科凡德尔伊比利亚公司",
        "ES",
        date(2012, 9, 3),
        (0, 0.6, 1.4, 2.2, 2.0, 1.0),
        (0, 56e3, 64e3, 76e3, 84e3, 80e3),
        (0, 8, 21, 40, 74, 120),
        100,
        110,
    ),
    Affiliate(
        "C20003",
        "Corvandel Polska Sp. z o.o.",
        "科凡德尔波兰公司",
        "PL",
        date(2015, 2, 20),
        (0, 0, 0.9, 2.0, 2.2, 1.2),
        (0, 0, 58e3, 72e3, 88e3, 86e3),
        (0, 0, 19, 44, 83, 140),
        80,
        160,
    ),
    Affiliate(
        "C20004",
        "Corvandel Gulf FZE",
        "科凡德尔海湾公司",
        "AE",
        date(2019, 6, 1),
        (0, 0, 0, 1.0, 2.4, 1.7),
        (0, 0, 0, 74e3, 104e3, 112e3),
        (0, 0, 0, 48, 96, 170),
        60,
        195,
    ),
    Affiliate(
        "C20005",
        "CVD Logistik Service AB",
        "科凡德尔物流(瑞典)公司",
        "SE",
        date(2021, 11, 15),
        (0, 0, 0, 0, 1.4, 1.1),
        (0, 0, 0, 0, 88e3, 100e3),
        (0, 0, 0, 0, 90, 180),
        51,
        230,
    ),
)


def corvandel(*, end: date) -> tuple[list[Profile], list[Member]]:
    """The five companies of the group and who holds them."""
    profiles = [_affiliate(item, end) for item in AFFILIATES]
    members = [
        Member(CORVANDEL.code, item.code, PARENT if item.share else None, _share(item), _joined(item, end))
        for item in AFFILIATES
    ]
    return profiles, members


def _share(item: Affiliate) -> Decimal | None:
    return Decimal(item.share) if item.share else None


def _joined(item: Affiliate, end: date) -> date:
    """The first day of the first year with invoices; the ownership of the newest was learned only last spring."""
    first = next(year for year, rate in enumerate(item.monthly) if rate)
    return months_back(end, 8) if first == 4 else months_back(end, 12 * (6 - first))


def _affiliate(item: Affiliate, end: date) -> Profile:
    country = BY_CODE[item.country]
    return Profile(
        buyer=DemoBuyer(item.code, item.name, item.name_zh, item.country, country.currency, item.founded, "sales"),
        phases=tuple(_years(item, end)),
        currencies=("EUR", "USD") if item.country in {"DE", "ES", "PL"} else ("USD",),
        terms="open_account",
        terms_days=90,
        pay_weekday=3,
        transit_days=country.transit_days,
        slow_months=country.slow_months,
        partial_share=0.15,
        dispute_share=0.03,
        credit_share=0.01,
        unpaid_share=0.0,
        stops_paying_on=end - timedelta(days=item.stopped_days_ago),
        cancels_from=end - timedelta(days=55),
        quality=0.16,
        quality_before=0.55,
        events=(("insurer_cut", 70), ("litigation", 120)) if item.code == PARENT else (),
    )


def _years(item: Affiliate, end: date) -> list[Phase]:
    starts = [months_back(end, 12 * (6 - year)) for year in range(6)]
    stops = [*(start - timedelta(days=1) for start in starts[1:]), end]
    rows = zip(starts, stops, item.monthly, item.amount_usd, item.late_days, strict=True)
    return [
        Phase(start, stop, rate, max(amount, 1.0), late, 4 + late * 0.12)
        for start, stop, rate, amount, late in rows
        if rate
    ]


# months ago, invoices a month, mean in US dollars, days late
VELMORA_STEPS = (
    (24, 2.0, 22e3, -8.0),
    (18, 3.2, 48e3, -7.0),
    (12, 4.0, 95e3, -7.0),
    (8, 5.2, 195e3, -6.0),
    (5, 4.4, 225e3, -5.0),
)


def velmora(*, end: date) -> Profile:
    """Two years in five steps, each larger than the last, and the day after which nothing was paid."""
    ends = [months_back(end, months) - timedelta(days=1) for months, *_ in VELMORA_STEPS[1:]]
    phases = tuple(
        Phase(months_back(end, months), stop, rate, amount, late, 1.5)
        for (months, rate, amount, late), stop in zip(VELMORA_STEPS, [*ends, end], strict=True)
    )
    return Profile(
        buyer=DemoBuyer(
            VELMORA,
            "Velmora Home Brands Inc.",
            "维尔莫拉家居品牌公司",
            "US",
            "USD",
            date(end.year - 3, 5, 6),
            "sales2",
            website="velmora-home.example",
        ),
        phases=phases,
        currencies=("USD",),
        terms="open_account",
        terms_days=60,
        pay_weekday=1,
        transit_days=26,
        partial_share=0.0,
        dispute_share=0.01,
        credit_share=0.02,
        unpaid_share=0.0,
        refused_share=0.02,
        stops_paying_on=end - timedelta(days=152),
        cancels_from=end - timedelta(days=62),
        quality=0.22,
        quality_before=0.72,
        events=(("key_manager_left", 96), ("insurer_cut", 24)),
    )
