"""Related parties in default: what happens to one company of a group says something about the others."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from buyers.queries.accounts import Accounts, Moment, get_accounts
from buyers.queries.facts import list_events, list_siblings
from core.domain.rates import RateTable
from scoring.queries.ledger import fetch_open_items, fetch_payments

DEFAULT_DAYS = 90  # an invoice so late, insolvency, or a write-off is a default (domain.md section 5)


class RelatedDefault(NamedTuple):
    """A sibling's default: still on, or over since so many days."""

    buyer_id: int
    cause: str
    is_on: bool
    days_since_end: int


def related_defaults(accounts: Accounts, moment: Moment, rates: RateTable) -> dict[int, RelatedDefault]:
    """The gravest default of a related party, by the buyer's place: one that is on, else the latest that ended.

    An overdue item is over when it was paid; a write-off on the day it was made.
    """
    siblings = list_siblings(accounts, moment)
    if siblings.empty:
        return {}
    others = get_accounts(sorted(set(siblings["buyer_id"].tolist())), moment.known_at)
    defaults = _defaults(others, moment, rates)
    found: dict[int, RelatedDefault] = {}
    for position, sibling in zip(siblings["position"].tolist(), siblings["buyer_id"].tolist(), strict=True):
        for default in defaults.get(sibling, ()):
            known = found.get(position)
            found[position] = default if known is None else min(known, default, key=_gravity)
    return found


def _gravity(default: RelatedDefault) -> tuple[bool, int, int, str]:
    return (not default.is_on, default.days_since_end, default.buyer_id, default.cause)


def _defaults(others: Accounts, moment: Moment, rates: RateTable) -> dict[int, list[RelatedDefault]]:
    found: dict[int, list[RelatedDefault]] = {}

    def note(position: int, cause: str, is_on: bool, days_since_end: int = 0) -> None:
        buyer_id = others.buyer_ids[position]
        found.setdefault(buyer_id, []).append(RelatedDefault(buyer_id, cause, is_on, days_since_end))

    for position in _insolvent(list_events(others, moment)):
        note(position, "insolvency", True)
    open_items = fetch_open_items(others, moment, rates)
    bad = open_items[open_items["is_material"] & (open_items["days_past_due"] >= DEFAULT_DAYS)]
    for position in bad["position"].tolist():
        note(position, "overdue", True)
    paid = fetch_payments(others, moment, rates)
    paid = paid[paid["is_written_off"] | (paid["days_late"] >= DEFAULT_DAYS)]
    for position, lost, age in zip(
        *(paid[c].tolist() for c in ("position", "is_written_off", "age_days")), strict=True
    ):
        note(position, "written_off" if lost else "paid_late", False, age)
    return found


def _insolvent(events: pd.DataFrame) -> list[int]:
    on = (events["kind"] == "insolvency") & events["ended_on"].isna()
    return list(events.loc[on, "position"].tolist())
