"""Buyers as they stood on a past date, and what became of them: for backtests only.

Features stand on effective dates (imported history counts from the day it happened); what came after the date is
read for the outcome alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from buyers.models import Buyer
from buyers.queries.accounts import Accounts, Moment
from buyers.queries.facts import list_events
from core.domain.rates import RateTable
from core.queries.rates import rate_table
from scoring.domain.v1.arrays import Ints, count, ratio, total
from scoring.domain.v1.buyer_credit import is_insolvent
from scoring.domain.v1.caps import GRADES
from scoring.domain.v1.facts import OVERDUE, RECEIVED, Facts, PaymentItems
from scoring.queries import columns
from scoring.queries.inputs import load_inputs
from scoring.queries.ledger import fetch_open_items, fetch_payments
from scoring.queries.related import DEFAULT_DAYS
from scoring.queries.scorecards import current_card

SHARD = 2000
LATE_SHARE_DAYS = 365


@dataclass(frozen=True, slots=True)
class Cohort:
    """Buyers with a payment history, not in default on ``as_of``, and whether they defaulted within the horizon."""

    as_of: date
    score: NDArray[np.float64]
    grade: NDArray[np.str_]
    late_share: NDArray[np.float64]
    defaulted: NDArray[np.bool_]


def load_cohort(*, as_of: date, horizon_days: int, base_currency: str) -> Cohort:
    """All buyers of the cohort, read in shards.

    *Default* within the horizon: an invoice on credit terms becomes 90 days late, insolvency begins, or a part is
    written off (domain.md section 5). ``late_share`` is the naive rule: share of the buyer's items of the last 12
    months that were late.
    """
    ids = list(Buyer.objects.order_by("pk").values_list("pk", flat=True))
    parts = [_shard(part, as_of, horizon_days, base_currency) for part in _shards(ids)]
    joined = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return Cohort(as_of, *joined) if parts else Cohort(as_of, *_nobody())


def _nobody() -> tuple[NDArray[np.float64], NDArray[np.str_], NDArray[np.float64], NDArray[np.bool_]]:
    return np.zeros(0), np.zeros(0, dtype=np.str_), np.zeros(0), np.zeros(0, dtype=np.bool_)


def _shards(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), SHARD):
        yield ids[start : start + SHARD]


def _shard(
    ids: Sequence[int], as_of: date, horizon_days: int, base_currency: str
) -> tuple[NDArray[np.float64], NDArray[np.str_], NDArray[np.float64], NDArray[np.bool_]]:
    inputs = load_inputs(buyer_ids=ids, as_of=as_of, base_currency=base_currency)
    card = current_card().score(inputs.facts)
    kept = ~_in_default(inputs.facts) & (count(inputs.facts.payments.owner, inputs.facts.buyers) > 0)
    grades = np.array(GRADES)[card.grades.after]
    outcome = _defaults(inputs.accounts, as_of, horizon_days, base_currency)
    late = _late_share(inputs.facts.payments, inputs.facts.buyers)
    return card.score[kept] / 100.0, grades[kept], late[kept], outcome[kept]


def _in_default(facts: Facts) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (facts.oldest_overdue >= DEFAULT_DAYS) | is_insolvent(facts)
    return found


def _late_share(items: PaymentItems, buyers: int) -> NDArray[np.float64]:
    recent = ((items.kind == RECEIVED) & (items.age_days <= LATE_SHARE_DAYS)) | (items.kind == OVERDUE)
    late = recent & (items.days_late > 0)
    return ratio(total(items.owner, late, buyers), total(items.owner, recent, buyers))


def _defaults(accounts: Accounts, as_of: date, horizon_days: int, base_currency: str) -> NDArray[np.bool_]:
    """Who defaulted after ``as_of``, seen from the end of the horizon (among those not in default on the day).

    An item that reached 90 days late was either paid so late inside the horizon or is still open at its end.
    """
    end = Moment(as_of + timedelta(days=horizon_days))
    rates = rate_table(base=base_currency, as_of=end.as_of)
    defaulted = np.zeros(len(accounts.buyer_ids), dtype=np.bool_)
    for positions in (
        _open_defaults(accounts, end, rates),
        _closed_defaults(accounts, end, rates, horizon_days),
        _insolvencies(accounts, end, as_of),
    ):
        defaulted[positions] = True
    return defaulted


def _open_defaults(accounts: Accounts, end: Moment, rates: RateTable) -> Ints:
    items = fetch_open_items(accounts, end, rates)
    return columns.ints(items.loc[items["is_material"] & (items["days_past_due"] >= DEFAULT_DAYS), "position"])


def _closed_defaults(accounts: Accounts, end: Moment, rates: RateTable, horizon_days: int) -> Ints:
    items = fetch_payments(accounts, end, rates)
    grave = items["is_written_off"] | (items["days_late"] >= DEFAULT_DAYS)
    return columns.ints(items.loc[grave & (items["age_days"] < horizon_days), "position"])


def _insolvencies(accounts: Accounts, end: Moment, as_of: date) -> Ints:
    events = list_events(accounts, end)
    began = events["valid_from"].to_numpy().astype("datetime64[D]") > np.datetime64(as_of, "D")
    return columns.ints(events.loc[(events["kind"] == "insolvency").to_numpy() & began, "position"])
