"""Checks at the same time, on real connections: never more passes together than would one after the other."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection, transaction

from buyers.models import Buyer
from buyers.services.memberships import set_group_membership
from core.errors import DomainError
from credit.domain.kinds import ReservationState
from credit.models import CreditAccount, OrderCheck, Reservation
from credit.services.accounts import lock_account
from credit.services.checks import CheckRequest, check_order
from credit.services.gate import cancel_order
from credit.services.recheck import recheck_buyer
from invoices.models import Order
from invoices.services.orders import put_order
from tests.integration.credit.builders import (
    EARLIER,
    TODAY,
    account_for,
    approved_order,
    ask,
    gate_state,
    make_clean_buyer,
    make_group,
    make_limit,
    make_order,
    order_record,
    reserved,
    ship,
)
from tests.integration.invoices.builders import make_invoice, make_receipt
from tests.waiting import PATIENCE_S

pytestmark = pytest.mark.django_db(transaction=True)

TOGETHER = 10


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run all from one starting line, each on a connection of its own; what they gave, or the code of the refusal."""
    barrier = Barrier(len(works))

    def one(work: Callable[[], object]) -> object:
        barrier.wait(timeout=PATIENCE_S)
        try:
            return work()
        except DomainError as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def asking(order: Order) -> Callable[[], object]:
    return lambda: str(ask(order).gate_state)


def test_ten_orders_of_80_on_a_limit_of_500_take_six_places() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "500")
    orders = [make_order(buyer, "80") for _ in range(TOGETHER)]
    gates = at_once(*map(asking, orders))
    assert Counter(gates) == {"approved": 6, "held": 4}
    assert reserved(buyer) == 480
    assert_no_approval_above(Decimal(500), buyer)


def test_two_buyers_of_a_group_share_its_limit_at_the_same_time() -> None:
    one, other = make_clean_buyer(), make_clean_buyer()
    group = make_group(one, other)
    for owner in (one, other, group):
        make_limit(owner, "500")
    orders = [make_order(buyer, "80") for _ in range(TOGETHER // 2) for buyer in (one, other)]
    gates = at_once(*map(asking, orders))
    assert Counter(gates) == {"approved": 6, "held": 4}
    assert reserved(one, other) == 480


def test_a_limit_that_is_cut_in_the_middle_is_never_exceeded_by_a_later_approval() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "500")
    orders = [make_order(buyer, "80") for _ in range(TOGETHER)]

    def cut() -> None:
        with transaction.atomic():
            lock_account(account_for(buyer).pk)
            make_limit(buyer, "200", since=EARLIER + timedelta(days=1))

    at_once(*map(asking, orders[:5]), cut, *map(asking, orders[5:]))
    for check in OrderCheck.objects.exclude(outcome="stop"):
        use, limit = used(check), Decimal(check.exposure["buyer"]["limit"]["amount_base"])
        assert use <= limit
    recheck_buyer(buyer.pk, cause="limit_changed", as_of=TODAY)
    assert reserved(buyer) <= 200


def used(check: OrderCheck) -> Decimal:
    return Decimal(check.exposure["buyer"]["net_in_horizon"]) + Decimal(check.exposure["added"])


def assert_no_approval_above(limit: Decimal, *buyers: Buyer) -> None:
    """From the records alone: what was reserved at each moment, in the order of the moments."""
    rows = Reservation.objects.filter(buyer__in=buyers)
    moments = sorted({row.created_at for row in rows})
    for moment in moments:
        live = [r for r in rows if r.created_at <= moment and (r.ended_at is None or r.ended_at > moment)]
        assert sum(r.amount for r in live) <= limit


def test_the_same_new_order_sent_ten_times_is_one_order_with_one_reservation() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "500")
    record = order_record(buyer, "80")

    def send() -> object:
        return str(check_order(CheckRequest(order=record), as_of=TODAY, actor_label="api:erp").gate_state)

    assert at_once(*[send] * TOGETHER) == ["approved"] * TOGETHER
    assert (Order.objects.count(), reserved(buyer)) == (1, 80)


def test_of_ten_edits_from_one_version_one_counts() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "500")
    order = approved_order(buyer, "80")
    record = order_record(buyer, "80", external_id=order.external_id)

    def edit(amount: int) -> Callable[[], object]:
        request = CheckRequest(order=replace(record, amount=Decimal(amount)), expected_version=order.version)
        return lambda: str(check_order(request, as_of=TODAY, actor_label="api:erp").gate_state)

    answers = at_once(*[edit(100 + n) for n in range(TOGETHER)])
    assert Counter(answers) == {"approved": 1, "order_changed": TOGETHER - 1}
    order.refresh_from_db()
    assert (order.version, reserved(buyer)) == (2, order.amount)


def test_accounts_are_made_once_by_whoever_comes_first() -> None:
    buyer = make_clean_buyer()
    make_group(buyer)
    orders = [make_order(buyer, "80") for _ in range(TOGETHER)]
    assert at_once(*map(asking, orders)) == ["held"] * TOGETHER
    assert CreditAccount.objects.count() == 2


def test_checks_cancels_shipments_edits_postings_and_moves_never_lock_each_other_out() -> None:
    """No deadlock reaches anybody, whatever happens together in one group."""
    buyers = [make_clean_buyer() for _ in range(3)]
    group, other_group = make_group(*buyers[:2]), make_group(buyers[2])
    for owner in (*buyers, group, other_group):
        make_limit(owner, "1000")
    orders = [approved_order(buyer, "50") for buyer in buyers for _ in range(4)]
    fresh = [make_order(buyer, "30") for buyer in buyers]
    record = order_record(orders[3].buyer, "60", external_id=orders[3].external_id)
    works: list[Callable[[], object]] = [
        *map(asking, fresh),
        lambda: cancel_order(orders[0].pk, as_of=TODAY, actor_label="api:erp").state,
        lambda: cancel_order(orders[5].pk, as_of=TODAY, actor_label="api:erp").state,
        lambda: ship(orders[1], "20").pk,
        lambda: ship(orders[6], "50").pk,
        lambda: put_order(record, today=TODAY, expected_version=1).version,
        lambda: make_invoice(buyers[0], "20", order_id=orders[1].pk).pk,
        lambda: make_receipt(buyers[1], "20", day=str(TODAY)).pk,
        lambda: set_group_membership(buyers[1].pk, group=other_group, valid_from=TODAY).pk,
        lambda: set_group_membership(buyers[2].pk, group=group, valid_from=TODAY).pk,
        *[lambda buyer=buyer: recheck_buyer(buyer.pk, cause="limit_changed", as_of=TODAY) for buyer in buyers],
    ]
    answers = at_once(*works)
    assert not {"not_approved", "order_changed"} & {answer for answer in answers if isinstance(answer, str)}
    active = Reservation.objects.filter(state=ReservationState.ACTIVE)
    assert active.count() == len(set(active.values_list("order_id", flat=True)))
    assert [gate_state(orders[0]), gate_state(orders[5])] == ["cancelled", "cancelled"]


def test_a_buyer_that_moves_into_a_group_is_never_approved_beside_its_limit() -> None:
    """Five times: an order of the group and one of the buyer that is just joining it, 80 each on a shared 100."""
    for _ in range(5):
        member, joining = make_clean_buyer(), make_clean_buyer()
        group = make_group(member)
        for owner in (member, joining, group):
            make_limit(owner, "100")
        orders = [make_order(member, "80"), make_order(joining, "80")]

        def join(buyer: Buyer = joining, into=group) -> object:  # type: ignore[no-untyped-def]
            return set_group_membership(buyer.pk, group=into, valid_from=TODAY).pk

        at_once(asking(orders[0]), join, asking(orders[1]))
        late = [c for c in OrderCheck.objects.filter(order__in=orders) if c.exposure["group"] and c.outcome != "stop"]
        for check in late:
            assert Decimal(check.exposure["group"]["net_in_horizon"]) + Decimal(check.exposure["added"]) <= 100
        recheck_buyer(joining.pk, cause="group_changed", as_of=TODAY)
        assert reserved(member, joining) == 80
