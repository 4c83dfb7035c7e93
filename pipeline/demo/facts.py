"""What is known about an invented buyer beside its trade: ratings, statements, events, identity, papers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from core.dates import months_back
from pipeline.demo.profile import Profile, rng_for
from pipeline.demo.records import (
    DemoCertificate,
    DemoContract,
    DemoEvent,
    DemoKyc,
    DemoRating,
    DemoRegistration,
    DemoScreening,
    DemoStatement,
)
from pipeline.demo.registrations import registration

AGENCIES = ("S&P", "Moody's", "Fitch")
CERTIFICATES = ("import licence", "tax residence certificate", "product safety registration")
COMMON_EVENTS = ("litigation", "litigation", "key_manager_left", "bank_line_cut")
EVENT_NOTES = {
    "litigation": "Sued by a supplier for unpaid goods.",
    "key_manager_left": "The finance director left.",
    "bank_line_cut": "The house bank reduced its line.",
    "insurer_cut": "The credit insurer withdrew its limit.",
}


@dataclass(frozen=True, slots=True)
class FactFile:
    """All dated facts of one buyer."""

    code: str
    ratings: list[DemoRating]
    statements: list[DemoStatement]
    events: list[DemoEvent]
    kyc: list[DemoKyc]
    screenings: list[DemoScreening]
    certificates: list[DemoCertificate]
    contracts: list[DemoContract]
    registrations: list[DemoRegistration]


def facts_of(*, profile: Profile, seed: int, end: date) -> FactFile:
    """The buyer's file at the end date. Some papers are missing, stale or about to expire: that is the point."""
    rng = rng_for(seed, "facts", profile.buyer.code)
    return FactFile(
        code=profile.buyer.code,
        ratings=list(_ratings(profile, rng, end)),
        statements=list(_statements(profile, rng, end)),
        events=list(_events(profile, rng, end)),
        kyc=list(_kyc(rng, end)),
        screenings=list(_screenings(rng, end)),
        certificates=list(_certificates(profile, rng, end)),
        contracts=list(_contracts(profile, rng, end)),
        registrations=list(registration(rng=rng, country=profile.buyer.country)),
    )


def _quality(profile: Profile, day: date, end: date) -> float:
    """From the quality of two years ago to today's in a straight line."""
    passed = 1 - min(max((end - day).days / 730, 0.0), 1.0)
    return profile.quality_before + (profile.quality - profile.quality_before) * passed


def _ratings(profile: Profile, rng: Random, end: date) -> Iterator[DemoRating]:
    """One agency follows the buyer, every five months; a quarter of the buyers has none."""
    if rng.random() < 0.25:
        return
    agency, day = rng.choice(AGENCIES), end - timedelta(days=rng.randint(5, 140))
    for _ in range(6):
        points = 100 * _quality(profile, day, end) + rng.gauss(0, 4)
        yield DemoRating(agency, round(min(max(points, 2), 98)), day)
        day -= timedelta(days=rng.randint(140, 160))


def _statements(profile: Profile, rng: Random, end: date) -> Iterator[DemoStatement]:
    """Up to three year-ends; published five months later; a third of the buyers sends none."""
    if rng.random() < 0.33:
        return
    assets = sum(phase.monthly * phase.amount_usd for phase in profile.phases[-1:]) * rng.uniform(25, 70)
    last = end.year - 1 if end.month > 5 else end.year - 2
    for year in range(last - 2, last + 1):
        yield _statement(rng, _quality(profile, date(year, 12, 31), end), assets, date(year, 12, 31))


def _statement(rng: Random, quality: float, assets: float, day: date) -> DemoStatement:
    owed = assets * (0.92 - 0.55 * quality + rng.uniform(-0.04, 0.04))
    short = owed * rng.uniform(0.55, 0.75)
    figures = (
        assets,
        short * (0.75 + 1.35 * quality),
        short,
        owed,
        assets * (0.40 * quality - 0.06),
        assets * (0.19 * quality - 0.05),
        assets * rng.uniform(1.1, 1.9),
    )
    return DemoStatement(day, "USD", *(Decimal(round(value, -2)).quantize(Decimal("0.01")) for value in figures))


def _events(profile: Profile, rng: Random, end: date) -> Iterator[DemoEvent]:
    for kind, days_ago in profile.events:
        yield DemoEvent(kind, end - timedelta(days=days_ago), EVENT_NOTES[kind])
    if not profile.events and rng.random() < 0.16 * (1.2 - profile.quality):
        kind, began = rng.choice(COMMON_EVENTS), end - timedelta(days=rng.randint(20, 500))
        ended = began + timedelta(days=rng.randint(60, 240))
        yield DemoEvent(kind, began, EVENT_NOTES[kind], ended if ended <= end else None)


def _kyc(rng: Random, end: date) -> Iterator[DemoKyc]:
    fate = rng.random()
    if fate < 0.03:
        return
    checked = end - timedelta(days=rng.randint(30, 800))
    status = "incomplete" if fate < 0.06 else "complete"
    # two years' validity: some have run out, some are about to
    yield DemoKyc(status, checked, checked + timedelta(days=730) if status == "complete" else None)


def _screenings(rng: Random, end: date) -> Iterator[DemoScreening]:
    """Screened about every four weeks for nine months; a few were forgotten lately, a few never done."""
    fate = rng.random()
    if fate < 0.015:
        return
    day = end - timedelta(days=rng.randint(34, 70) if fate < 0.05 else rng.randint(0, 27))
    while day > months_back(end, 9):
        potential = fate > 0.985 and (end - day).days > 60
        yield DemoScreening("potential" if potential else "clear", day)
        day -= timedelta(days=28)


def _certificates(profile: Profile, rng: Random, end: date) -> Iterator[DemoCertificate]:
    for kind in CERTIFICATES:
        fate = rng.random()
        if fate < 0.45:
            continue
        issued = end - timedelta(days=rng.randint(10, 380))
        number = "" if fate > 0.985 else f"{profile.buyer.country}{rng.randint(100000, 999999)}"
        yield DemoCertificate(kind, number, issued, issued + timedelta(days=395) if number else None)


def _contracts(profile: Profile, rng: Random, end: date) -> Iterator[DemoContract]:
    fate = rng.random()
    if fate < 0.06:
        return
    signed = fate > 0.14
    number = f"FC-{profile.buyer.code}" if signed else ""
    start = max(months_back(end, rng.randint(9, 34)), profile.phases[0].start)
    yield DemoContract(signed, number, start, months_back(end, -rng.randint(1, 24)) if signed else None)
