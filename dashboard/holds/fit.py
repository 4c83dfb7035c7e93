"""Which held orders would fit the rest of their limits: a suggestion, nothing is released by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.domain.rates import RateTable
from core.house import base_currency
from core.queries.rates import rate_table
from credit.domain.check_limits import USE_RULES
from credit.domain.fit import HeldOrder, suggest_fit
from credit.models import Hold
from credit.queries.exposure import get_exposures, group_exposure
from credit.queries.limits import AccountLimit, limits_in_force
from dashboard.context import PageContext
from dashboard.queries.holds import list_holds

MOST = 100


@dataclass(frozen=True, slots=True)
class FitView:
    """Held orders that fit together, smallest first, and how many holds were looked at."""

    holds: list[Hold]
    looked_at: int


def fit_of(page: PageContext) -> FitView | None:
    """Orders that only a limit stops and that fit what is left of it; None if there are none."""
    holds = [hold for hold in list_holds(scope=page.scope)[:MOST] if _is_about_limit(hold)]
    if not holds:
        return None
    rates = rate_table(base=base_currency(), as_of=page.today)
    rest, accounts = _rest(holds, page, rates)
    orders = [_held(hold, accounts) for hold in holds]
    fitting = set(suggest_fit(orders=orders, rest_base=rest).order_ids)
    found = [hold for hold in holds if hold.order_id in fitting]
    return FitView(sorted(found, key=_added), len(holds)) if found else None


def _is_about_limit(hold: Hold) -> bool:
    return bool(hold.order_id and hold.check_row and hold.reasons) and set(hold.reasons) <= set(USE_RULES)


def _added(hold: Hold) -> Decimal:
    return Decimal(hold.check_row.exposure.get("added") or 0) if hold.check_row else Decimal(0)


def _held(hold: Hold, accounts: Mapping[int, tuple[int, ...]]) -> HeldOrder:
    day = hold.order.planned_ship_date if hold.order else None
    return HeldOrder(hold.order_id or 0, _added(hold), accounts.get(hold.buyer_id, ()), day)


def _rest(
    holds: Sequence[Hold], page: PageContext, rates: RateTable
) -> tuple[dict[int, Decimal], dict[int, tuple[int, ...]]]:
    """What is left of each account's limit inside the horizon, and which accounts each buyer has to fit."""
    groups = {hold.buyer_id: hold.buyer.group_id for hold in holds}
    group_ids = sorted({group_id for group_id in groups.values() if group_id})
    limits = limits_in_force(buyer_ids=list(groups), group_ids=group_ids, as_of=page.today, rates=rates)
    exposures = get_exposures(list(groups), as_of=page.today, rates=rates)
    rest: dict[int, Decimal] = {}
    for buyer_id, exposure in exposures.items():
        _put(rest, limits.of_buyer(buyer_id), exposure.net_in_horizon)
    for group_id in group_ids:
        if limits.of_group(group_id).has_limits:
            total = group_exposure(group_id, as_of=page.today, rates=rates).total
            _put(rest, limits.of_group(group_id), total.net_in_horizon)
    accounts = {
        buyer_id: tuple(
            found.account_id
            for found in (limits.of_buyer(buyer_id), limits.of_group(group_id))
            if found.account_id is not None
        )
        for buyer_id, group_id in groups.items()
    }
    return rest, accounts


def _put(rest: dict[int, Decimal], found: AccountLimit, used: Decimal) -> None:
    if found.account_id is not None:
        rest[found.account_id] = found.limit.allowed_base - used
