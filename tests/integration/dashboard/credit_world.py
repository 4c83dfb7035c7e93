"""The handbook's example as the pages see it: limit 500, owed 310, delivered 60, orders 90 and 120, a new one of 80."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from buyers.models import Buyer, BuyerGroup
from core.domain.roles import Role
from core.models import ExchangeRate, User
from core.money import Money
from cover.domain.instruments import SecurityRecord
from cover.models import Security
from cover.services.instruments import record_security
from credit.models import Hold, LimitRequest
from credit.services.checks import CheckRequest, check_order
from invoices.models import Order
from tests.integration.credit.asking import ask, insure
from tests.integration.credit.builders import (
    TODAY,
    make_clean_buyer,
    make_group,
    make_limit,
    make_order,
    make_user,
    ship,
)
from tests.integration.invoices.builders import make_invoice


@dataclass(frozen=True)
class CreditWorld:
    """Who and what the tests ask about."""

    ana: User
    ben: User
    acme: Buyer
    other: Buyer
    group: BuyerGroup
    inside: Order
    later: Order
    new: Order
    hold: Hold
    request: LimitRequest


def make_credit_world() -> CreditWorld:
    """ana sells to ACME, ben to OTHER; both belong to one group that shares a limit of 900."""
    rate_day = TODAY - timedelta(days=1)
    ExchangeRate.objects.create(currency="USD", rate_date=rate_day, per_eur=Decimal("1.25"), source="test")
    ana, ben = (User.objects.create(username=name, role="sales") for name in ("ana", "ben"))
    acme = make_clean_buyer("ACME", sales_owner=ana)
    other = make_clean_buyer("OTHER", sales_owner=ben)
    group = make_group(acme, other, code="G1")
    make_limit(group, "900000")
    make_limit(acme, "2000000")
    inside, later = _approved(acme)
    make_limit(acme, "500000")
    insure(acme, "200000")
    hold = _held(acme)
    assert hold.order is not None
    request = ask(acme, "540000", by=make_user(Role.ANALYST, "asker"))
    return CreditWorld(ana, ben, acme, other, group, inside, later, hold.order, hold, request)


def _approved(acme: Buyer) -> tuple[Order, Order]:
    due = TODAY + timedelta(days=30)
    make_invoice(acme, "310000", issued=(TODAY - timedelta(days=5)).isoformat(), due=due.isoformat())
    gone = make_order(acme, "60000", external_id="SO-GONE")
    _check(gone)
    ship(gone)
    inside = make_order(acme, "90000", external_id="SO-INSIDE")
    later = make_order(acme, "120000", external_id="SO-LATER", planned_ship_date=TODAY + timedelta(days=100))
    for order in (inside, later):
        _check(order)
    return inside, later


def _held(acme: Buyer) -> Hold:
    _check(make_order(acme, "80000", external_id="SO-NEW"))
    return Hold.objects.get(order__external_id="SO-NEW")


def _check(order: Order, **given: Any) -> None:
    check_order(CheckRequest(order_id=order.pk), as_of=TODAY, actor_label="api:ERP", **given)


def add_security(world: CreditWorld) -> Security:
    """A letter of credit for ACME."""
    record = SecurityRecord(
        buyer_id=world.acme.pk,
        source="manual",
        external_id="LC-1",
        kind="lc_confirmed",
        amount=Money(Decimal(1000), "USD"),
        valid_from=TODAY,
    )
    return record_security(record, actor=make_user(Role.ANALYST)).row
