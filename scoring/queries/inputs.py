"""Everything the scorecard reads about some buyers, loaded with a fixed number of queries, and a record of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from buyers.queries import facts as buyer_facts
from buyers.queries.accounts import Accounts, Moment, get_accounts
from core import house
from core.queries.rates import rate_table
from scoring.domain.v1 import facts as v1
from scoring.domain.v1.arrays import Ints
from scoring.queries import columns
from scoring.queries.currencies import fetch_positions, home_currency
from scoring.queries.ledger import fetch_open_items, fetch_payments
from scoring.queries.related import RelatedDefault, related_defaults
from scoring.queries.shipments import fetch_shipments


@dataclass(frozen=True, slots=True)
class Frames:
    """What was read, as read: the card's arrays and the stored record are two views of it."""

    master: pd.DataFrame
    ratings: pd.DataFrame
    statements: pd.DataFrame
    countries: pd.DataFrame
    events: pd.DataFrame
    related: dict[int, RelatedDefault]
    payments: pd.DataFrame
    unconverted: pd.DataFrame
    overdue: pd.DataFrame
    positions: pd.DataFrame
    shipments: pd.DataFrame
    kyc: pd.DataFrame
    screenings: pd.DataFrame
    contracts: pd.DataFrame
    certificates: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Inputs:
    """Inputs of the buyers in ``accounts`` (merged duplicates are left out), as of and as known at ``moment``."""

    accounts: Accounts
    moment: Moment
    base_currency: str
    frames: Frames
    facts: v1.Facts


def load_inputs(
    *, buyer_ids: Sequence[int], as_of: date, known_at: datetime | None = None, base_currency: str | None = None
) -> Inputs:
    """Read the inputs of some buyers (a shard of 1,000–5,000 is a good size) with about twenty queries."""
    moment = Moment(as_of, known_at)
    base = house.base_currency(base_currency)
    accounts = get_accounts(buyer_ids, known_at)
    frames = _read(accounts, moment, base)
    return Inputs(accounts, moment, base, frames, _facts(len(accounts.buyer_ids), as_of, frames))


def _read(accounts: Accounts, moment: Moment, base: str) -> Frames:
    rates = rate_table(base=base, as_of=moment.as_of, known_at=moment.known_at)
    open_items = fetch_open_items(accounts, moment, rates)
    master = _master(accounts, moment)
    payments = fetch_payments(accounts, moment, rates)
    return Frames(
        master=master,
        ratings=buyer_facts.latest_ratings(accounts, moment),
        statements=buyer_facts.latest_statements(accounts, moment),
        countries=buyer_facts.list_country_risks(moment),
        events=buyer_facts.list_events(accounts, moment),
        related=related_defaults(accounts, moment, rates),
        payments=payments[payments["amount"].notna()],
        unconverted=payments[payments["amount"].isna()],
        overdue=open_items[open_items["days_past_due"] > 0],
        positions=fetch_positions(accounts, moment, rates, open_items, master["home"].tolist()),
        shipments=fetch_shipments(accounts, moment),
        kyc=buyer_facts.latest_kyc(accounts, moment),
        screenings=buyer_facts.latest_screenings(accounts, moment),
        contracts=buyer_facts.latest_contracts(accounts, moment),
        certificates=buyer_facts.latest_certificates(accounts, moment),
    )


def _master(accounts: Accounts, moment: Moment) -> pd.DataFrame:
    """One row a buyer, in place; a buyer that was not known yet has empty fields."""
    found = buyer_facts.master_data(accounts, moment).set_index("position")
    master = found.reindex(range(len(accounts.buyer_ids)))
    master[["country", "currency"]] = master[["country", "currency"]].fillna("")
    homes = [
        home_currency(currency, country, moment.as_of)
        for currency, country in zip(master["currency"].tolist(), master["country"].tolist(), strict=True)
    ]
    return master.assign(home=homes)


def _facts(buyers: int, as_of: date, frames: Frames) -> v1.Facts:
    return v1.Facts(
        as_of=np.datetime64(as_of, "D"),
        buyers=buyers,
        standing=_standing(buyers, frames),
        statements=_statements(buyers, frames),
        events=_events(as_of, frames),
        payments=_payments(frames),
        fx=_positions(frames.positions),
        shipments=_shipments(frames.shipments),
        gates=_gates(buyers, frames),
        certificates=_certificates(frames.certificates),
        oldest_overdue=_oldest_overdue(buyers, frames.overdue),
        broken_promises=np.zeros(buyers, dtype=np.int64),
    )


def _standing(buyers: int, frames: Frames) -> v1.Standing:
    listed = frames.master[["country"]].merge(frames.countries, on="country", how="left")
    return v1.Standing(
        rating_points=columns.numbers(frames.ratings, "points", buyers),
        rating_date=columns.days(frames.ratings, "valid_from", buyers),
        country_class=listed["risk_class"].to_numpy(dtype=np.float64),
        is_high_income=(listed["is_high_income"] == True).to_numpy(dtype=np.bool_),  # noqa: E712  NaN is False
        country_list_date=listed["valid_from"].to_numpy().astype("datetime64[D]"),
        founded_on=frames.master["founded_on"].to_numpy().astype("datetime64[D]"),
    )


def _statements(buyers: int, frames: Frames) -> v1.Statements:
    figures = {name: columns.numbers(frames.statements, name, buyers) for name in buyer_facts.STATEMENT_FIGURES}
    return v1.Statements(balance_date=columns.days(frames.statements, "valid_from", buyers), **figures)


def _events(as_of: date, frames: Frames) -> v1.Events:
    """Recorded events, then the defaults of related parties that follow from the ledger."""
    day = np.datetime64(as_of, "D")
    recorded = frames.events
    began, ended = (recorded[name].to_numpy().astype("datetime64[D]") for name in ("valid_from", "ended_on"))
    derived = list(frames.related.values())
    zeros = np.zeros(len(derived), dtype=np.int64)
    default = v1.EVENT_KINDS.index("related_party_default")
    return v1.Events(
        owner=np.concatenate([columns.ints(recorded["position"]), np.array(list(frames.related), dtype=np.int64)]),
        kind=np.concatenate([columns.codes(recorded["kind"], v1.EVENT_KINDS), zeros + default]),
        in_force=np.concatenate([np.isnat(ended), np.array([d.is_on for d in derived], dtype=np.bool_)]),
        days_since_start=np.concatenate([columns.age(day, began), zeros]),
        days_since_end=np.concatenate(
            [columns.age(day, ended), np.array([d.days_since_end for d in derived], dtype=np.int64)]
        ),
        is_derived=np.concatenate([np.zeros(len(recorded), dtype=np.bool_), np.ones(len(derived), dtype=np.bool_)]),
    )


def late_parts(overdue: pd.DataFrame) -> pd.DataFrame:
    """Open overdue parts that count in payment history."""
    return overdue[overdue["counts_as_late"].to_numpy(dtype=np.bool_)]


def _payments(frames: Frames) -> v1.PaymentItems:
    paid, late = frames.payments, late_parts(frames.overdue)
    kind = np.where(paid["is_written_off"].to_numpy(dtype=np.bool_), v1.WRITTEN_OFF, v1.RECEIVED)
    owner = np.concatenate([columns.ints(paid["position"]), columns.ints(late["position"])])
    order = np.argsort(owner, kind="stable")
    zeros = np.zeros(len(late), dtype=np.int64)

    def both(first: Any, second: Any) -> Any:
        return np.concatenate([np.asarray(first), np.asarray(second)])[order]

    return v1.PaymentItems(
        owner=owner[order],
        kind=both(kind, zeros + v1.OVERDUE),
        amount=both(paid["amount"], late["score_part"]),
        days_late=both(paid["days_late"], late["days_past_due"]),
        age_days=both(paid["age_days"], zeros),
        days_since_due=both(paid["days_since_due"], late["days_past_due"]),
    )


def _positions(held: pd.DataFrame) -> v1.FxPositions:
    return v1.FxPositions(
        owner=columns.ints(held["position"]),
        weight=held["weight"].to_numpy(dtype=np.float64),
        status=columns.ints(held["status"]),
        terms_days=held["terms_days"].to_numpy(dtype=np.float64),
        volatility=held["volatility"].to_numpy(dtype=np.float64),
        loss=held["loss"].to_numpy(dtype=np.float64),
    )


def _shipments(found: pd.DataFrame) -> v1.Shipments:
    return v1.Shipments(
        owner=columns.ints(found["position"]),
        has_delay=found["has_delay"].to_numpy(dtype=np.bool_),
        delay_days=columns.ints(found["delay_days"]),
        age_days=columns.ints(found["age_days"]),
        is_refused=found["is_refused"].to_numpy(dtype=np.bool_),
        has_discrepancies=found["has_discrepancies"].to_numpy(dtype=np.bool_),
    )


KYC_STATES = ("incomplete", "complete")
SCREENING_RESULTS = ("clear", "potential", "confirmed")


def _gates(buyers: int, frames: Frames) -> v1.Gates:
    signed = frames.contracts.assign(state=frames.contracts["is_signed"].astype("int64"))
    return v1.Gates(
        kyc=columns.states(frames.kyc, columns.codes(frames.kyc["status"], KYC_STATES), buyers),
        kyc_expires=columns.days(frames.kyc, "expires_on", buyers),
        screening=columns.states(
            frames.screenings, columns.codes(frames.screenings["result"], SCREENING_RESULTS), buyers
        ),
        screened_on=columns.days(frames.screenings, "valid_from", buyers),
        contract=columns.states(frames.contracts, columns.ints(signed["state"]), buyers),
        contract_expires=columns.days(frames.contracts, "expires_on", buyers),
    )


def _certificates(found: pd.DataFrame) -> v1.Certificates:
    return v1.Certificates(
        owner=columns.ints(found["position"]),
        is_required=found["is_required"].to_numpy(dtype=np.bool_),
        has_number=(found["number"] != "").to_numpy(dtype=np.bool_),
        expires_on=found["expires_on"].to_numpy().astype("datetime64[D]"),
    )


def _oldest_overdue(buyers: int, overdue: pd.DataFrame) -> Ints:
    material = overdue[overdue["is_material"].to_numpy(dtype=np.bool_)]
    oldest = np.zeros(buyers, dtype=np.int64)
    np.maximum.at(oldest, columns.ints(material["position"]), columns.ints(material["days_past_due"]))
    return oldest
