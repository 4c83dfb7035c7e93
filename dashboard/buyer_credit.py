"""Limits and orders of a buyer: limit over time, open orders with what they hold, latest answers, insured limits."""

from __future__ import annotations

from typing import Any

from core.domain.roles import Permission
from credit.models import CreditAccount
from dashboard.context import PageContext
from dashboard.exposure_panel import buyer_panel
from dashboard.limits.history import history_chart, limits_table
from dashboard.limits.instrument_rows import InstrumentsTable
from dashboard.limits.insured_rows import InsuredTable, list_insured
from dashboard.orders.tables import ChecksTable, OpenOrdersTable
from dashboard.queries.accounts import Account
from dashboard.queries.instruments import Wanted, list_instruments
from dashboard.queries.orders import list_latest_checks, list_open_orders
from dashboard.tables import PagedData


def build(account: Account, page: PageContext) -> dict[str, Any]:
    """Orders and answers for everybody; exposure, limits and cover for who may read limits."""
    ids = account.buyer_ids
    shown: dict[str, Any] = {
        "orders": OpenOrdersTable(list_open_orders(buyer_ids=ids), name="orders", is_only=False),
        "checks": ChecksTable(
            list_latest_checks(scope=page.scope, buyer_ids=ids), name="checks", is_only=False, exclude=("buyer",)
        ),
        "may_check": page.may(Permission.ORDER_CHECK),
        "may_request": page.may(Permission.LIMIT_REQUEST),
    }
    return shown | (_limits(account, page) if page.may(Permission.LIMITS_READ) else {})


def _limits(account: Account, page: PageContext) -> dict[str, Any]:
    found = CreditAccount.objects.filter(buyer=account.buyer).first()
    insured = list_insured(as_of=page.as_of, buyer_ids=list(account.buyer_ids), with_past=True)
    wanted = Wanted(state="all", buyer_ids=account.buyer_ids)
    backing = list_instruments(wanted, as_of=page.as_of, rates=page.rates, scope=page.scope)
    return {
        "exposure": buyer_panel(account.buyer, page),
        "limit_chart": history_chart(found, page) if found else None,
        "limits": limits_table(found, is_only=False),
        "instruments": InstrumentsTable(
            PagedData(backing),
            name="instruments",
            is_only=False,
            exclude=("buyer", "base_amount"),
            base_currency=page.base_currency,
        ),
        "may_cover": page.may(Permission.COVER_WRITE),
        "insured": InsuredTable(insured, as_of=page.as_of, name="insured", is_only=False, exclude=("buyer",)),
    }
