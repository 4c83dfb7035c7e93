"""The ordinary buyers of the demo: who they are, what they buy, how they pay."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from core.dates import months_back
from pipeline.demo.names import CompanyName, Stem, compose
from pipeline.demo.profile import Phase, Profile, rng_for
from pipeline.demo.records import DemoBuyer, DemoGroup, Member
from pipeline.demo.world import BY_CODE, COUNTRIES, Country

OWNERS = ("sales", "sales2")
HISTORY_MONTHS = 36


class PayerType(NamedTuple):
    """A habit of paying: share of buyers, days late on top of the country's, and what goes wrong how often."""

    name: str
    weight: int
    late_days: float
    spread_days: float
    partial_share: float
    dispute_share: float
    unpaid_share: float
    quality: float


PAYERS = (
    PayerType("prompt", 36, -6.0, 3.0, 0.01, 0.01, 0.0, 0.84),
    PayerType("habitual", 38, 0.0, 5.0, 0.03, 0.02, 0.001, 0.7),
    PayerType("slow", 18, 11.0, 8.0, 0.08, 0.03, 0.003, 0.52),
    PayerType("erratic", 6, 14.0, 16.0, 0.12, 0.07, 0.012, 0.42),
    PayerType("troubled", 2, 34.0, 20.0, 0.25, 0.10, 0.07, 0.2),
)
# Instruments by weight; most of this trade is open account.
TERMS = (
    ("open_account", 80),
    ("dp", 5),
    ("da", 4),
    ("lc_sight", 5),
    ("lc_usance", 2),
    ("cash_in_advance", 4),
)
TERMS_DAYS = (30, 45, 60, 60, 60, 90, 90)


class Roster(NamedTuple):
    """Buyers with the groups some of them form."""

    profiles: list[Profile]
    groups: list[DemoGroup]
    members: list[Member]


def ordinary_roster(*, seed: int, count: int, end: date, monthly: float) -> Roster:
    """``count`` buyers spread over all countries by weight, each country at least once from about 100 buyers on."""
    places = [BY_CODE[code] for code in _places(count)]
    names = _names(seed, places)
    profiles = [
        _profile(seed, index, country, name, end, monthly)
        for index, (country, name) in enumerate(zip(places, names, strict=True))
    ]
    heads = sorted({parent for index in range(count) if (parent := parent_of(index)) is not None})
    codes = {head: f"G{number:03d}" for number, head in enumerate(heads, start=1)}
    groups = [_group(codes[head], names[head].stem) for head in heads]
    return Roster(profiles, groups, list(_members(seed, profiles, codes, end)))


def _names(seed: int, places: list[Country]) -> list[CompanyName]:
    names: list[CompanyName] = []
    for index, country in enumerate(places):
        parent = parent_of(index)
        stem = None if parent is None else names[parent].stem
        names.append(_fresh_name(rng_for(seed, "name", index), country, stem, {name.name for name in names}))
    return names


def _fresh_name(rng: Random, country: Country, stem: Stem | None, taken: set[str]) -> CompanyName:
    """A name nobody has yet; companies of a group take the stem of its parent."""
    while True:
        name = compose(rng=rng, tongue=country.tongue, country=country.code, stem=stem)
        if name.name not in taken:
            return name


def parent_of(index: int) -> int | None:
    """Every twelfth buyer heads a group: the next one or two belong to it. None for everybody else."""
    first, place = index - index % 12, index % 12
    size = 3 if (first // 12) % 2 == 0 else 2
    return first if 0 < place < size else None


def _places(count: int) -> list[str]:
    """Country codes in proportion to the weights: largest remainders, the first round gives each country one."""
    total = sum(country.weight for country in COUNTRIES)
    quota = {country.code: country.weight * count / total for country in COUNTRIES}
    placed: list[str] = []
    while len(placed) < count:
        code = max(quota, key=lambda item: (quota[item] - placed.count(item), item not in placed))
        placed.append(code)
    return placed


def _profile(seed: int, index: int, country: Country, name: CompanyName, end: date, monthly: float) -> Profile:
    rng = rng_for(seed, "buyer", index)
    buyer = _buyer(rng, index, country, name, end)
    payer = rng.choices(PAYERS, [item.weight for item in PAYERS])[0]
    terms = rng.choices([name for name, _ in TERMS], [weight for _, weight in TERMS])[0]
    return Profile(
        buyer=buyer,
        phases=_phases(rng, payer, country, end, monthly),
        currencies=country.invoiced,
        terms=terms,
        terms_days=0 if terms in {"cash_in_advance", "lc_sight"} else rng.choice(TERMS_DAYS),
        pay_weekday=rng.randint(0, 4),
        transit_days=country.transit_days,
        slow_months=country.slow_months,
        partial_share=payer.partial_share,
        dispute_share=payer.dispute_share,
        unpaid_share=payer.unpaid_share,
        quality=_clip(payer.quality + rng.gauss(0, 0.08)),
        quality_before=_clip(payer.quality + rng.gauss(0.02, 0.1)),
    )


def _clip(share: float) -> float:
    return min(max(share, 0.05), 0.97)


def _buyer(rng: Random, index: int, country: Country, name: CompanyName, end: date) -> DemoBuyer:
    founded = date(end.year - rng.randint(4, 45), rng.randint(1, 12), rng.randint(1, 28))
    return DemoBuyer(
        code=f"C{10001 + 7 * index}",
        name=name.name,
        name_zh=name.name_zh,
        country=country.code,
        currency=country.currency,
        founded_on=founded if rng.random() < 0.92 else None,
        owner=OWNERS[index % len(OWNERS)],
    )


def _phases(rng: Random, payer: PayerType, country: Country, end: date, monthly: float) -> tuple[Phase, ...]:
    """The whole history in one phase; some buyers came later, some improve or get worse a year ago."""
    months = HISTORY_MONTHS if rng.random() < 0.8 else rng.randint(8, 30)
    start, turn = months_back(end, months), months_back(end, 10)
    rate = monthly * rng.lognormvariate(-0.15, 0.55)
    amount = 9_000 * rng.lognormvariate(-0.2, 0.7)
    late = payer.late_days + country.late_days
    drift = rng.choice((0.0, 0.0, 0.0, 0.0, -4.0, 3.0, 7.0))
    if start >= turn:
        return (Phase(start, end, rate, amount, late, payer.spread_days),)
    before = Phase(start, turn - timedelta(days=1), rate, amount, late, payer.spread_days)
    return before, Phase(turn, end, rate * 1.08, amount * 1.05, late + drift, payer.spread_days)


def _group(code: str, stem: Stem) -> DemoGroup:
    return DemoGroup(code, f"{stem.text.strip()} Group", f"{stem.reading}集团")


def _members(seed: int, profiles: list[Profile], codes: dict[int, str], end: date) -> Iterator[Member]:
    since = months_back(end, HISTORY_MONTHS + 4)
    for head, code in codes.items():
        yield Member(code, profiles[head].buyer.code, None, None, since)
    for index, profile in enumerate(profiles):
        parent = parent_of(index)
        if parent is not None:
            share = Decimal(rng_for(seed, "share", index).choice((51, 60, 75, 80, 100)))
            yield Member(codes[parent], profile.buyer.code, profiles[parent].buyer.code, share, since)
