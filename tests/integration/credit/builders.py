"""Small worlds for tests of the credit floor, made through the services where there is one.

``TODAY`` is the business date now, because jobs ask the clock; amounts are in USD, the base currency.
"""

from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.conf import settings
from django.utils import timezone

from buyers.domain.fact_rows import KycRow, ScreeningRow
from buyers.domain.facts import KycStatus, ScreeningResult
from buyers.models import Buyer, BuyerGroup
from buyers.services.facts import record_facts
from buyers.services.memberships import set_group_membership
from core.dates import business_date
from core.domain.roles import Role
from core.models import User
from credit.domain.kinds import LimitKind
from credit.domain.standings import NO, StandingKind
from credit.models import BuyerStanding, CreditAccount, CreditLimit
from credit.services.accounts import account_of_buyer, account_of_group
from invoices.models import Order, Receipt, Shipment
from invoices.services.orders import OrderRecord, put_order
from invoices.services.posting.allocations import Incoming, post_receipt
from invoices.services.shipments import ShipmentRecord, put_shipment
from tests.integration.invoices.builders import make_buyer

TODAY = business_date(timezone.now(), settings.TIME_ZONE)
EARLIER = TODAY - timedelta(days=200)

_numbers = count(1)


def make_user(role: Role = Role.MANAGER, name: str = "") -> User:
    return User.objects.create_user(username=name or f"{role}{next(_numbers)}", role=role)


def make_clean_buyer(code: str = "", *, grade: str = "A", today: date = TODAY, **fields: Any) -> Buyer:
    """Identified, screened today and graded: only what a test adds can stop its orders."""
    buyer = make_buyer(code, **fields)
    record_facts(
        [
            KycRow(buyer.pk, KycStatus.COMPLETE, EARLIER),
            ScreeningRow(buyer.pk, ScreeningResult.CLEAR, today),
        ]
    )
    set_standing(buyer, StandingKind.GRADE, grade, as_of=today)
    set_standing(buyer, StandingKind.LOW_COVERAGE, NO, as_of=today)
    return buyer


def set_standing(buyer: Buyer, kind: StandingKind, value: str, *, as_of: date = TODAY) -> BuyerStanding:
    return BuyerStanding.objects.create(buyer=buyer, kind=kind, value=value, as_of=as_of)


def make_group(*members: Buyer, code: str = "") -> BuyerGroup:
    number = next(_numbers)
    group = BuyerGroup.objects.create(code=code or f"G{number:03d}", name=f"Group {number}")
    for buyer in members:
        set_group_membership(buyer.pk, group=group, valid_from=EARLIER)
        buyer.refresh_from_db()
    return group


def make_limit(
    owner: Buyer | BuyerGroup,
    amount: str,
    *,
    kind: LimitKind = LimitKind.OWN,
    currency: str = "USD",
    since: date = EARLIER,
    until: date | None = None,
) -> CreditLimit:
    """A limit as the last signature would write it."""
    return CreditLimit.objects.create(
        account=account_for(owner),
        kind=kind,
        currency=currency,
        amount=Decimal(amount),
        valid_from=since,
        valid_to=until,
        reason="test",
    )


def account_for(owner: Buyer | BuyerGroup) -> CreditAccount:
    return account_of_buyer(owner.pk) if isinstance(owner, Buyer) else account_of_group(owner.pk)


def order_record(buyer: Buyer, amount: str = "80", **fields: Any) -> OrderRecord:
    known: dict[str, Any] = {
        "buyer_id": buyer.pk,
        "source": "erp",
        "external_id": f"SO-{next(_numbers):05d}",
        "order_date": TODAY,
        "currency": "USD",
        "amount": Decimal(amount),
        "terms_days": 60,
        "planned_ship_date": TODAY + timedelta(days=20),
    }
    return OrderRecord(**(known | fields))


def make_order(buyer: Buyer, amount: str = "80", **fields: Any) -> Order:
    """An order on record that nobody asked credit about yet."""
    return put_order(order_record(buyer, amount, **fields), today=TODAY)


def ship(order: Order, amount: str | None = None, *, day: date = TODAY, key: str = "", **fields: Any) -> Shipment:
    """Goods that left: ``amount`` of the order, or all of it."""
    return put_shipment(
        ShipmentRecord(
            order_id=order.pk,
            source="erp",
            external_id=key or f"SH-{next(_numbers):05d}",
            promised_on=day,
            amount=None if amount is None else Decimal(amount),
            shipped_on=day,
            **fields,
        )
    )


def make_deposit(order: Order, amount: str, *, day: date = TODAY) -> Receipt:
    """Money that arrived for the order."""
    return post_receipt(
        Incoming(
            buyer_id=order.buyer_id,
            source="bank",
            external_id=f"DEP-{next(_numbers):05d}",
            currency=order.currency,
            amount=Decimal(amount),
            day=day,
            order_id=order.pk,
        )
    )
