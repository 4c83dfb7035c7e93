"""Which limits the demo's buyers have had, own and insured: plain rows, told by seed and code alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from core.dates import months_back
from pipeline.demo.profile import Profile, rng_for
from pipeline.demo.stories import CORVANDEL, PARENT, VELMORA

INSURER = "Meridian Trade Credit"
BASE = "USD"


class DemoLimit(NamedTuple):
    """A version of a limit of a buyer, or of a group (``is_group``), by code."""

    owner: str
    amount: Decimal
    valid_from: date
    valid_to: date | None = None
    kind: str = "own"
    reason: str = ""
    is_group: bool = False


class DemoInsured(NamedTuple):
    """An insurer's decision on a buyer."""

    buyer: str
    number: str
    amount: Decimal
    percent: Decimal
    valid_from: date
    valid_to: date | None = None
    conditions: str = ""


def list_limits(*, profiles: list[Profile], seed: int, end: date) -> list[DemoLimit]:
    """The stories' limits, and those of most ordinary buyers; some have none, some have expired."""
    stories = {PARENT, VELMORA, *(code for code, *_ in _AFFILIATES)}
    rows = list(_stories(end))
    for profile in profiles:
        if profile.buyer.code not in stories:
            rows += _ordinary(profile, rng_for(seed, "limit", profile.buyer.code), end)
    return rows


def list_insured(*, profiles: list[Profile], seed: int, end: date) -> list[DemoInsured]:
    """The insurer's limits on about a third of the buyers; on the stories cut and withdrawn."""
    rows = list(_insured_stories(end))
    told = {row.buyer for row in rows}
    for profile in profiles:
        rng = rng_for(seed, "insured", profile.buyer.code)
        if profile.buyer.code not in told and rng.random() < 0.35 and profile.terms_days:
            rows.append(_insured(profile, rng, end))
    return rows


# Of the Corvandel group: what each company was allowed in the good years.
_AFFILIATES = (("C20002", 1_200_000), ("C20003", 1_000_000), ("C20004", 1_500_000), ("C20005", 800_000))


def _stories(end: date) -> Iterator[DemoLimit]:
    """Corvandel: raised for years, cut after the insurer. Velmora: raised with its growth, taken away too late."""
    group, at_first = CORVANDEL.code, months_back(end, 48)
    yield DemoLimit(group, Decimal(2_500_000), at_first, reason="A group of related companies", is_group=True)
    yield DemoLimit(group, Decimal(6_000_000), months_back(end, 26), reason="Growth of the affiliates", is_group=True)
    cut = end - timedelta(days=66)
    yield DemoLimit(group, Decimal(3_000_000), cut, reason="The insurer has cut its limit", is_group=True)
    yield DemoLimit(PARENT, Decimal(1_800_000), at_first, reason="Customer of many years")
    yield DemoLimit(PARENT, Decimal(800_000), cut, reason="Pays three months late")
    for code, amount in _AFFILIATES:
        yield DemoLimit(code, Decimal(amount), months_back(end, 24), reason="Share of the group's limit")
    yield DemoLimit(VELMORA, Decimal(60_000), months_back(end, 23), reason="New customer")
    yield DemoLimit(VELMORA, Decimal(700_000), months_back(end, 14), reason="Pays early")
    yield DemoLimit(VELMORA, Decimal(2_400_000), months_back(end, 7), reason="Grows fast")
    ends = end - timedelta(days=35)
    yield DemoLimit(VELMORA, Decimal(3_600_000), months_back(end, 4), ends, "temporary", "Season")
    yield DemoLimit(VELMORA, Decimal(0), end - timedelta(days=28), reason="Stopped paying")


def _ordinary(profile: Profile, rng: Random, end: date) -> Iterator[DemoLimit]:
    """Sized by what the buyer takes; of a hundred twelve have none, five have expired, eight end within a month."""
    code, fate = profile.buyer.code, rng.random()
    amount, began = _sized(profile), profile.phases[0].start
    if fate < 0.12:
        return
    yield DemoLimit(code, rounded(amount * Decimal("0.6")), began, reason="First limit")
    last = max(began + timedelta(days=1), months_back(end, rng.randint(2, 11)))
    if fate < 0.17:
        yield DemoLimit(code, amount, last, max(last, end - timedelta(days=rng.randint(1, 40))), reason="Yearly review")
    elif fate < 0.25:
        yield DemoLimit(code, amount, last, end + timedelta(days=rng.randint(3, 30)), reason="Yearly review")
    else:
        yield DemoLimit(code, amount, last, reason="Yearly review")
    if fate > 0.95:
        more, until = rounded(amount * Decimal("1.4")), end + timedelta(days=rng.randint(10, 50))
        yield DemoLimit(code, more, max(last, end - timedelta(days=20)), until, "temporary", "One large project")


def _sized(profile: Profile) -> Decimal:
    """A month and a half more than what is on average owed and ordered (two months ahead), in USD."""
    phase = profile.phases[-1]
    months = (profile.terms_days + max(0.0, phase.late_days)) / 30 + 3.5
    return rounded(Decimal(max(20_000.0, phase.monthly * phase.amount_usd * months)))


def rounded(amount: Decimal) -> Decimal:
    """To 5,000, never 0."""
    return max(Decimal(5_000), (amount / 5_000).quantize(Decimal(1)) * 5_000)


def _insured(profile: Profile, rng: Random, end: date) -> DemoInsured:
    began = max(profile.phases[0].start, months_back(end, rng.randint(3, 20)))
    amount = rounded(_sized(profile) * Decimal(rng.choice(("0.5", "0.8", "1.0"))))
    number = f"MT{rng.randint(100_000, 999_999)}"
    percent = Decimal(rng.choice((85, 90, 90, 95)))
    return DemoInsured(profile.buyer.code, number, amount, percent, began, conditions="Payment within 120 days")


def _insured_stories(end: date) -> Iterator[DemoInsured]:
    yield DemoInsured(PARENT, "MT200001", Decimal(1_500_000), Decimal(90), months_back(end, 40))
    cut = end - timedelta(days=70)
    yield DemoInsured(PARENT, "MT200001", Decimal(400_000), Decimal(90), cut, conditions="Cut: slow payment")
    yield DemoInsured("C20002", "MT200002", Decimal(500_000), Decimal(90), months_back(end, 20))
    yield DemoInsured(VELMORA, "MT300001", Decimal(250_000), Decimal(85), months_back(end, 13))
    yield DemoInsured(VELMORA, "MT300001", Decimal(0), Decimal(0), end - timedelta(days=30), conditions="Withdrawn")
