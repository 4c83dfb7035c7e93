"""Currencies that buyers owe in, against the one they earn in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pandas as pd
from babel.numbers import get_territory_currencies
from django.conf import settings

from buyers.queries.accounts import Accounts, Moment
from core.domain.rates import RateTable
from core.queries.rate_history import rate_history
from scoring.domain.v1 import fx_tolerance
from scoring.domain.v1.facts import HOME_UNKNOWN, NO_RATES, RATED, SAME_CURRENCY
from scoring.queries.ledger import fetch_invoiced

HISTORY_DAYS = 400  # 250 business days and their holidays


@dataclass(frozen=True, slots=True)
class Pair:
    """History of a home currency against an invoice currency; NaN where rates are missing or too old."""

    status: int
    volatility: float = math.nan
    loss: float = math.nan


@lru_cache(maxsize=4096)
def home_currency(currency: str, country: str, as_of: date) -> str:
    """The currency a buyer earns in: its own entry, else its country's on the day (CLDR); empty if unknown."""
    if currency or not country:
        return currency
    found = get_territory_currencies(country, as_of, as_of)
    return str(found[0]) if found else ""


def fetch_positions(
    accounts: Accounts, moment: Moment, rates: RateTable, open_items: pd.DataFrame, homes: list[str]
) -> pd.DataFrame:
    """One row for each buyer and invoice currency, in that order: weight, credit days, status, volatility, loss.

    What is open weighs by its amount; who owes nothing, by the invoices of the last 12 months. An item without a
    rate weighs as the mean of the buyer's others (never as 1:1).
    """
    held = _held(open_items)
    idle = sorted(set(range(len(accounts.buyer_ids))) - set(held["position"]))
    if idle:
        held = pd.concat([held, _invoiced(accounts, moment, rates, idle)], ignore_index=True)
    held = held.sort_values(["position", "currency"], ignore_index=True)
    held["weight"] = _weights(held)
    return _with_pairs(held, homes, moment)


def _held(open_items: pd.DataFrame) -> pd.DataFrame:
    """Open items by buyer and currency. Credit days are weighted by amount, or alike where none has a rate."""
    items = open_items.assign(
        amount=open_items["base_open"],
        known=open_items["base_open"].notna(),
        owed_days=open_items["base_open"] * open_items["terms_days"],
    )
    by = items.groupby(["position", "currency"], sort=True)
    found = by.agg(
        amount=("amount", "sum"),
        items=("amount", "size"),
        known=("known", "sum"),
        owed_days=("owed_days", "sum"),
        plain_days=("terms_days", "mean"),
    ).reset_index()
    mean = found["owed_days"] / found["amount"].where(found["amount"] > 0)
    found["terms_days"] = mean.fillna(found["plain_days"])
    found["amount"] = found["amount"].where(found["known"] > 0)
    return found[["position", "currency", "amount", "items", "terms_days"]]


def _invoiced(accounts: Accounts, moment: Moment, rates: RateTable, idle: list[int]) -> pd.DataFrame:
    """The same of buyers that owe nothing."""
    wanted = set(idle)
    kept = [(member, at) for member, at in zip(accounts.members, accounts.positions, strict=True) if at in wanted]
    some = Accounts(accounts.buyer_ids, tuple(member for member, _ in kept), tuple(at for _, at in kept))
    found = fetch_invoiced(some, moment, rates)
    return found[["position", "currency", "amount", "items", "terms_days"]]


def _weights(held: pd.DataFrame) -> pd.Series:
    """Base amounts; where there is none, the number of items × the buyer's mean item (1 where it has none at all)."""
    known = held["amount"].notna()
    sums = held.assign(known_items=held["items"].where(known, 0)).groupby("position")[["amount", "known_items"]].sum()
    mean = (sums["amount"] / sums["known_items"].where(sums["known_items"] > 0)).fillna(1.0)
    return held["amount"].fillna(held["items"] * held["position"].map(mean))


def _with_pairs(held: pd.DataFrame, homes: list[str], moment: Moment) -> pd.DataFrame:
    home = [homes[position] for position in held["position"].tolist()]
    wanted = sorted(set(zip(home, held["currency"].tolist(), strict=True)))
    pairs = _pairs(wanted, moment)
    found = [pairs[key] for key in zip(home, held["currency"].tolist(), strict=True)]
    return held.assign(
        home=home,
        status=np.array([pair.status for pair in found], dtype=np.int64),
        volatility=np.array([pair.volatility for pair in found], dtype=np.float64),
        loss=np.array([pair.loss for pair in found], dtype=np.float64),
    )


def _pairs(wanted: list[tuple[str, str]], moment: Moment) -> dict[tuple[str, str], Pair]:
    foreign = [(home, owed) for home, owed in wanted if home and home != owed]
    table = _rates({currency for pair in foreign for currency in pair}, moment)
    return {(home, owed): _pair(home, owed, table, moment.as_of) for home, owed in wanted}


def _rates(currencies: set[str], moment: Moment) -> pd.DataFrame:
    if not currencies:
        return pd.DataFrame()
    start = moment.as_of - timedelta(days=HISTORY_DAYS)
    return rate_history(sorted(currencies), start, moment.as_of, known_at=moment.known_at)


def _pair(home: str, owed: str, table: pd.DataFrame, as_of: date) -> Pair:
    """S = home units for one invoice unit, on the days that have both."""
    if not home:
        return Pair(HOME_UNKNOWN)
    if home == owed:
        return Pair(SAME_CURRENCY)
    cross = (table[home] / table[owed]).dropna()
    now, then = _rate_on(cross, as_of), _rate_on(cross, as_of - timedelta(days=fx_tolerance.LOSS_LOOKBACK_DAYS))
    volatility = fx_tolerance.annual_volatility(cross.tolist())
    if now is None or then is None or math.isnan(volatility):
        return Pair(NO_RATES)
    return Pair(RATED, volatility, fx_tolerance.home_loss(rate_then=then, rate_now=now))


def _rate_on(cross: pd.Series, day: date) -> float | None:
    """The latest rate on or before the day, unless it is too old to be used."""
    days = [found for found in cross.index if found <= day]
    if not days or (day - days[-1]).days > settings.RATE_MAX_AGE_DAYS:
        return None
    return float(cross[days[-1]])
