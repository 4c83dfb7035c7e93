"""Which held orders fit the rest of a limit: a suggestion, nothing is released by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class HeldOrder:
    """An order that only the limit stops: what it adds, and the accounts (buyer's, group's) that it must fit."""

    order_id: int
    added_base: Decimal
    accounts: tuple[int, ...]
    ship_date: date | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """Orders that fit together, and what is then left of each account's limit."""

    order_ids: tuple[int, ...]
    rest_base: Mapping[int, Decimal]


def suggest_fit(*, orders: Iterable[HeldOrder], rest_base: Mapping[int, Decimal]) -> Fit:
    """Greedy, small orders first (then the earliest ship date, then the id): as many orders as fit.

    ``rest_base``: limit − exposure of each account, below 0 if it is exceeded; an account that is not named has no
    limit and holds nothing back. Taking the smallest first gives the greatest number of orders for one account.
    Example: 100 left, orders of 70, 50, 40: 40 and 50 fit, 10 stay.
    """
    rest, chosen = dict(rest_base), list[int]()
    for order in sorted(orders, key=lambda o: (o.added_base, o.ship_date or date.max, o.order_id)):
        limits = [account for account in order.accounts if account in rest]
        if all(order.added_base <= rest[account] for account in limits):
            chosen.append(order.order_id)
            for account in limits:
                rest[account] -= order.added_base
    return Fit(tuple(chosen), rest)
