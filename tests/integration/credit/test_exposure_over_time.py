"""Exposure as of past dates, of merged buyers and of groups; its rows, its reconciliation and its scope."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from buyers.models import Buyer, BuyerGroup
from buyers.services.memberships import set_group_membership
from core.access.scope import Scope
from core.domain.roles import Role
from core.models import User
from credit.domain.exposure import Part
from credit.queries.exposure import get_exposures, group_exposure
from credit.queries.exposure_rows import list_component_rows, reconcile
from invoices.domain.orders import OrderStatus
from invoices.models import Order
from tests.integration.credit.stock import (
    LATE,
    TODAY,
    accept,
    bill_order,
    deposit,
    end,
    exposure_of,
    parts,
    parts_of,
    put_order,
    rates_of,
    reserve,
    secure,
    sell,
    ship,
)
from tests.integration.invoices.builders import allocate, make_buyer, make_invoice, make_receipt, pay

pytestmark = pytest.mark.django_db

FIRST = date(2026, 6, 1)


@pytest.fixture
def buyer() -> Buyer:
    return make_buyer()


class Diary:
    """Days on which things happen; what live said at the end of each is kept."""

    def __init__(self, buyer: Buyer) -> None:
        self.buyer, self.said, self.known = buyer, {}, {}
        self.before = Order.history.rel.related_model.objects.count()

    def day(self, day: date, happens: Callable[[date], None]) -> None:
        noon = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        with time_machine.travel(noon, tick=True):
            seen = set(self._events().values_list("pk", flat=True))
            happens(day)
            # the database's own clock writes an order's history: put it where the travel is
            self._events().exclude(pk__in=seen).update(pgh_created_at=noon)
        self.said[day] = exposure_of(self.buyer, as_of=day, rates=rates_of(EUR="1.1", as_of=day))
        self.known[day] = noon + timedelta(hours=1)

    @staticmethod
    def _events():
        return Order.history.rel.related_model.objects


def test_every_past_day_reads_as_it_did_on_that_day(buyer: Buyer) -> None:
    diary, made = Diary(buyer), {}

    def put(name: str, row: object) -> None:
        made[name] = row

    def close(order: Order, status: str = OrderStatus.CLOSED) -> None:
        order.status = status
        order.save()

    story: list[Callable[[date], None]] = [
        lambda day: put("inv", make_invoice(buyer, "310", issued=day.isoformat(), due=day.isoformat())),
        lambda day: put("order", put_order(buyer, "100", order_date=day)),
        lambda day: put("held", reserve(made["order"], day=day)),
        lambda day: put("cash", deposit(made["order"], "30", day=day)),
        lambda day: ship(made["order"], "40", day=day),
        lambda day: put("billed", bill_order(made["order"], "25", day=day)),
        lambda day: allocate(made["cash"], made["billed"], "20", day=day.isoformat()),
        lambda day: put("lc", secure(buyer, "50", order=made["order"], valid_from=day)),
        lambda day: put("later", reserve(put_order(buyer, "70", ship=LATE, currency="EUR"), day=day)),
        lambda day: pay(made["inv"], "310", day=day.isoformat()),
        lambda day: accept(made["inv"], "310", accepted_on=day, matures_on=day + timedelta(days=4)),
        lambda day: sell(made["inv"], "310", sold_on=day),
        lambda day: end(made["later"], day=day, state="expired"),
        lambda day: make_receipt(buyer, "11", day=day.isoformat()),
        lambda day: ship(made["order"], day=day),
        lambda day: (end(made["held"], day=day), close(made["order"])),
        lambda day: close(made["order"], OrderStatus.OPEN),
        lambda day: close(made["order"]),
    ]
    days = [FIRST + timedelta(days=n) for n in range(len(story))]
    for day, happens in zip(days, story, strict=True):
        diary.day(day, happens)
    assert len({str(parts_of(said)) for said in diary.said.values()}) > 14
    for day in days:
        rates = rates_of(EUR="1.1", as_of=day)
        assert parts_of(exposure_of(buyer, as_of=day, rates=rates)) == parts_of(diary.said[day]), day
        as_known = exposure_of(buyer, as_of=day, rates=rates, known_at=diary.known[day])
        assert parts_of(as_known) == parts_of(diary.said[day]), f"as known on {day}"


def test_what_was_learned_later_counts_only_from_then_on(buyer: Buyer) -> None:
    order = put_order(buyer)
    reserve(order)
    before = datetime.now(UTC)
    ship(order, "40", day=FIRST)
    bill_order(order, "10", day=FIRST)
    assert parts(buyer) == {"orders": 60, "delivered_not_invoiced": 30, "receivables": 10}
    assert parts(buyer, known_at=before) == {"orders": 100}


@pytest.fixture
def merged(buyer: Buyer) -> Iterator[Buyer]:
    from buyers.models import BuyerMerge

    duplicate = make_buyer()
    BuyerMerge.objects.create(
        duplicate=duplicate, survivor=buyer, reason="same", state="merged", merged_at=datetime.now(UTC)
    )
    return duplicate


class TestMergedBuyers:
    def test_what_stands_under_the_duplicate_counts_for_the_survivor(self, buyer: Buyer, merged: Buyer) -> None:
        make_invoice(merged, "40")
        reserve(put_order(merged, "60"))
        deposit(put_order(merged), "5")
        secure(merged, "7")
        assert parts(buyer) == {"receivables": 40, "orders": 60, "deposits": 5, "secured": 7}

    def test_the_duplicate_itself_is_read_as_its_survivor(self, buyer: Buyer, merged: Buyer) -> None:
        make_invoice(buyer, "40")
        found = get_exposures([buyer.pk, merged.pk], as_of=TODAY, rates=rates_of())
        assert [found[pk].net for pk in (buyer.pk, merged.pk)] == [40, 40]

    def test_a_group_counts_a_merged_member_once(self, buyer: Buyer, merged: Buyer) -> None:
        group = BuyerGroup.objects.create(code="G", name="G")
        Buyer.objects.filter(pk__in=[buyer.pk, merged.pk]).update(group=group)
        make_invoice(merged, "40")
        assert group_exposure(group.pk, as_of=TODAY, rates=rates_of()).total.net == 40


class TestGroups:
    @pytest.fixture
    def group(self, buyer: Buyer) -> BuyerGroup:
        group = BuyerGroup.objects.create(code="G", name="G")
        set_group_membership(buyer.pk, group=group, valid_from=FIRST)
        return group

    def test_a_group_is_the_sum_of_its_members(self, buyer: Buyer, group: BuyerGroup) -> None:
        sister = make_buyer(group=group)
        make_invoice(buyer, "40")
        make_invoice(sister, "2")
        found = group_exposure(group.pk, as_of=TODAY, rates=rates_of())
        assert (found.total.net, found.members[sister.pk].net, found.hidden) == (42, 2, 0)

    def test_money_of_one_member_does_not_pay_the_debts_of_another(self, buyer: Buyer, group: BuyerGroup) -> None:
        make_invoice(buyer, "100")
        make_receipt(make_buyer(group=group), "30", day="2026-06-01")
        assert group_exposure(group.pk, as_of=TODAY, rates=rates_of()).total.net == 100

    def test_membership_is_that_of_the_date(self, buyer: Buyer, group: BuyerGroup) -> None:
        make_invoice(buyer, "40")
        set_group_membership(buyer.pk, group=None, valid_from=date(2026, 6, 15))
        assert group_exposure(group.pk, as_of=date(2026, 6, 14), rates=rates_of()).total.net == 40
        assert group_exposure(group.pk, as_of=date(2026, 6, 15), rates=rates_of()).total.net == 0
        assert group_exposure(group.pk, as_of=date(2026, 5, 31), rates=rates_of()).total.net == 0

    def test_sales_see_their_own_members_and_the_rest_as_one_sum(self, buyer: Buyer, group: BuyerGroup) -> None:
        owner = User.objects.create_user(username="s", role=Role.SALES)
        mine = make_buyer(group=group, sales_owner=owner)
        for one, amount in ((buyer, "40"), (mine, "2"), (make_buyer(group=group), "300")):
            make_invoice(one, amount)
        scope = Scope(label="s", sales_owner_id=owner.pk)
        found = group_exposure(group.pk, as_of=TODAY, rates=rates_of(), scope=scope)
        assert (list(found.members), found.others.net, found.hidden, found.total.net) == ([mine.pk], 340, 2, 342)


class TestRows:
    @pytest.fixture
    def full(self, buyer: Buyer) -> Buyer:
        order = put_order(buyer, "100")
        reserve(order)
        ship(order, "40")
        bill_order(order, "25")
        reserve(put_order(buyer, "70", ship=LATE, currency="EUR"))
        deposit(order, "30")
        make_receipt(buyer, "11", day="2026-06-01")
        secure(buyer, "50", order=order)
        for _ in range(3):
            make_invoice(buyer, "0.10", currency="EUR")
        paid = make_invoice(buyer, "33")
        pay(paid, "33", day="2026-06-01")
        accept(paid, "30")
        sell(paid, "33")
        return buyer

    def test_rows_add_up_to_their_component_in_every_currency(self, full: Buyer) -> None:
        rates = rates_of(EUR="1.14")
        rows = list_component_rows([full.pk], list(Part), as_of=TODAY, rates=rates)
        for component in exposure_of(full, rates=rates).components:
            own = [row for row in rows if (row.part, row.currency) == (component.part, component.currency)]
            assert sum(row.amount for row in own) == component.amount
            assert sum(row.amount_base for row in own) == component.amount_base
            assert all(row.reference and row.document_id for row in own)

    def test_a_row_names_its_document_and_its_order(self, full: Buyer) -> None:
        order = Order.objects.earliest("pk")
        (row,) = list_component_rows([full.pk], Part.DELIVERED_NOT_INVOICED, as_of=TODAY, rates=rates_of())
        assert (row.document, row.reference, row.order_reference, row.amount) == (
            "order",
            order.external_id,
            order.external_id,
            15,
        )

    def test_rows_outside_the_scope_are_left_out(self, full: Buyer) -> None:
        scope = Scope(label="s", sales_owner_id=12345)
        assert list_component_rows([full.pk], list(Part), as_of=TODAY, rates=rates_of(), scope=scope) == []

    @pytest.mark.parametrize("day", [date(2026, 5, 1), FIRST, TODAY])
    def test_receivables_cash_and_credits_agree_with_the_ledgers_balances(self, full: Buyer, day: date) -> None:
        found = reconcile([full.pk], as_of=day, rates=rates_of(as_of=day))
        assert [line.difference for line in found] == [0] * len(found)
        assert found or day < FIRST


class TestEachQuantityOnce(TestCase):
    """Deliveries and invoices in any order and size: no part of an order is lost or counted twice."""

    @given(
        steps=st.lists(st.tuples(st.sampled_from(["ship", "bill"]), st.integers(1, 60)), min_size=1, max_size=6),
        is_reserved=st.booleans(),
    )
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def test_ordered_delivered_and_invoiced_add_up(self, steps: list[tuple[str, int]], is_reserved: bool) -> None:
        buyer = make_buyer()
        order = put_order(buyer, "100")
        if is_reserved:
            reserve(order)
        done = {"ship": 0, "bill": 0}
        for kind, amount in steps:
            (ship if kind == "ship" else bill_order)(order, str(amount))
            done[kind] += amount
            found = parts(buyer)
            whole = sum(found.values(), Decimal(0))
            assert whole == max(100 if is_reserved else 0, done["ship"], done["bill"])
            assert found.get("receivables", 0) == done["bill"]
            assert found.get("delivered_not_invoiced", 0) == max(0, done["ship"] - done["bill"])
