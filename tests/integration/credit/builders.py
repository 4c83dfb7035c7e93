"""Small worlds for tests of the credit floor, made through the services where there is one.

``TODAY`` is the business date now, because jobs ask the clock; amounts are in USD, the base currency.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from buyers.domain.fact_rows import KycRow, ScreeningRow
from buyers.domain.facts import KycStatus, ScreeningResult
from buyers.models import Buyer, BuyerGroup
from buyers.services.facts import record_facts
from buyers.services.memberships import set_group_membership
from core.dates import business_date
from core.domain.roles import Role
from core.errors import DomainError
from core.models import Job, User
from core.services.pokes import get_task
from credit.domain.kinds import GateState, LimitKind, ReservationState
from credit.domain.releases import ReleaseTerms
from credit.domain.standings import NO, StandingKind
from credit.models import BuyerStanding, CreditAccount, CreditLimit, OrderGate, Reservation
from credit.services.accounts import account_of_buyer, account_of_group
from credit.services.checks import CheckRequest, CheckResult, check_order
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


def ask(order: Order, *, actor: User | None = None, **fields: Any) -> CheckResult:
    """Ask credit about an order on record, as the ERP does."""
    return check_order(CheckRequest(order_id=order.pk, **fields), as_of=TODAY, actor=actor, actor_label="api:erp")


def approved_order(buyer: Buyer, amount: str = "80", **fields: Any) -> Order:
    """An order that credit has let go."""
    order = make_order(buyer, amount, **fields)
    assert gate_state(order) == "unchecked"
    assert ask(order).gate_state == GateState.APPROVED
    return order


def held_order(buyer: Buyer, amount: str = "80", **fields: Any) -> Order:
    """An order that the rules stop."""
    order = make_order(buyer, amount, **fields)
    assert ask(order).gate_state == GateState.HELD
    return order


def gate_state(order: Order) -> str:
    gate = OrderGate.objects.filter(order=order).first()
    return gate.state if gate else GateState.UNCHECKED.value


def reserved(*owners: Buyer) -> Decimal:
    """What the orders of these buyers hold of their limits."""
    active = Reservation.objects.filter(buyer__in=owners, state=ReservationState.ACTIVE)
    return sum((row.amount for row in active), Decimal(0))


def run_jobs() -> list[str]:
    """Do every job that is ready, with the tasks that workers run; the causes of re-checks in order."""
    done: list[str] = []
    while ready := Job.objects.filter(state=Job.State.READY).order_by("pk").first():
        get_task(ready.task)(job_id=ready.pk)
        ready.refresh_from_db()
        assert ready.state == Job.State.DONE, ready.error
        done.append(ready.params.get("cause", ready.task))
    return done


def release_terms(amount: str = "80", **fields: Any) -> ReleaseTerms:
    given = {"valid_until": TODAY + timedelta(days=10), "review_on": TODAY + timedelta(days=5), "reason": "old friend"}
    return ReleaseTerms(amount=Decimal(amount), **(given | fields))


def refusal_of(call: Callable[..., object], *args: object, **fields: object) -> DomainError:
    """What the call is refused with; it must be."""
    with pytest.raises(DomainError) as caught:
        call(*args, **fields)
    return caught.value


def code_of(call: Callable[..., object], *args: object, **fields: object) -> str:
    """The stable code of the refusal."""
    return refusal_of(call, *args, **fields).code
