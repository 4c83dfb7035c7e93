"""Exposure, component by component: what counts, what does not, and each quantity of an order in one stage only."""

from datetime import date
from decimal import Decimal

import pytest

from buyers.models import Buyer
from credit.domain.exposure import Part
from credit.queries.exposure import get_exposures
from invoices.domain.orders import OrderStatus
from invoices.services.posting.allocations import Incoming, bounce_receipt, post_credit_note
from invoices.services.posting.reversals import reverse_entry
from tests.integration.credit.stock import (
    LATE,
    TODAY,
    accept,
    bill_order,
    deposit,
    end,
    exposure_of,
    parts,
    put_order,
    rates_of,
    reserve,
    secure,
    sell,
    ship,
)
from tests.integration.invoices.builders import allocate, make_buyer, make_invoice, make_receipt, pay

pytestmark = pytest.mark.django_db

AFTER = date(2026, 7, 1)


@pytest.fixture
def buyer() -> Buyer:
    return make_buyer()


def test_the_golden_buyer_has_660_less_its_new_order(buyer: Buyer) -> None:
    make_invoice(buyer, "310000")
    ship(put_order(buyer, "60000"))
    reserve(put_order(buyer, "90000"))
    reserve(put_order(buyer, "120000", ship=LATE))
    exposure = exposure_of(buyer)
    assert (exposure.net, exposure.net_in_horizon) == (580_000, 460_000)
    assert parts(buyer) == {
        "receivables": 310_000,
        "delivered_not_invoiced": 60_000,
        "orders": 90_000,
        "orders_later": 120_000,
    }


def test_a_buyer_without_anything_has_no_exposure(buyer: Buyer) -> None:
    assert exposure_of(buyer).components == ()


class TestOrders:
    def test_an_order_without_a_reservation_counts_nothing(self, buyer: Buyer) -> None:
        put_order(buyer)
        assert parts(buyer) == {}

    def test_a_part_that_left_is_delivered_and_the_rest_is_ordered(self, buyer: Buyer) -> None:
        order = put_order(buyer)
        reserve(order)
        ship(order, "30")
        assert parts(buyer) == {"orders": 70, "delivered_not_invoiced": 30}

    def test_an_invoice_takes_its_part_out_of_what_was_delivered(self, buyer: Buyer) -> None:
        order = put_order(buyer)
        reserve(order)
        ship(order, "30")
        bill_order(order, "20")
        assert parts(buyer) == {"orders": 70, "delivered_not_invoiced": 10, "receivables": 20}

    def test_an_invoice_before_its_shipment_counts_once(self, buyer: Buyer) -> None:
        order = put_order(buyer)
        reserve(order)
        bill_order(order, "100")
        assert parts(buyer) == {"receivables": 100}
        ship(order)
        assert parts(buyer) == {"receivables": 100}

    def test_an_issue_taken_back_is_delivered_again(self, buyer: Buyer) -> None:
        order = put_order(buyer)
        ship(order)
        issue = bill_order(order, "100").entries.get()
        reverse_entry(issue.pk, effective_date=TODAY, reason="wrong price")
        assert parts(buyer) == {"delivered_not_invoiced": 100}

    def test_a_shipment_without_amount_is_the_whole_order_and_not_more(self, buyer: Buyer) -> None:
        order = put_order(buyer)
        ship(order)
        ship(order, "40")
        assert parts(buyer) == {"delivered_not_invoiced": 100}

    def test_what_an_unapproved_order_delivered_counts(self, buyer: Buyer) -> None:
        ship(put_order(buyer), "40")
        assert parts(buyer) == {"delivered_not_invoiced": 40}

    def test_the_last_version_of_a_shipment_counts(self, buyer: Buyer) -> None:
        order = put_order(buyer)
        ship(order, "40", key="SH-1")
        ship(order, "60", key="SH-1")
        assert parts(buyer) == {"delivered_not_invoiced": 60}
        ship(order, "60", key="SH-1", is_cancelled=True)
        assert parts(buyer) == {}

    def test_goods_that_were_refused_or_have_not_left_do_not_count(self, buyer: Buyer) -> None:
        order = put_order(buyer)
        ship(order, "40", is_refused=True)
        ship(order, "30", shipped_on=None)
        ship(order, "20", shipped_on=AFTER)
        assert parts(buyer) == {}

    @pytest.mark.parametrize("milestone", ["handed_over_on", "bill_of_lading_on", "delivered_on"])
    def test_every_milestone_says_that_goods_left(self, buyer: Buyer, milestone: str) -> None:
        ship(put_order(buyer), "40", shipped_on=None, **{milestone: TODAY})
        assert parts(buyer) == {"delivered_not_invoiced": 40}

    @pytest.mark.parametrize("status", [OrderStatus.CLOSED, OrderStatus.CANCELLED])
    def test_an_order_at_its_end_counts_only_what_it_invoiced(self, buyer: Buyer, status: str) -> None:
        order = put_order(buyer)
        reserve(order)
        ship(order, "40")
        bill_order(order, "10")
        order.status = status
        order.save()
        assert parts(buyer) == {"receivables": 10}

    def test_a_reservation_that_ended_counts_nothing(self, buyer: Buyer) -> None:
        end(reserve(put_order(buyer)), day=TODAY)
        assert parts(buyer) == {}

    def test_more_delivered_than_reserved_is_delivered(self, buyer: Buyer) -> None:
        order = put_order(buyer)
        reserve(order)
        ship(order, "130")
        assert parts(buyer) == {"delivered_not_invoiced": 130}

    def test_the_horizon_ends_on_its_last_day(self, buyer: Buyer) -> None:
        reserve(put_order(buyer, "1", ship=date(2026, 8, 29)))
        reserve(put_order(buyer, "2", ship=date(2026, 8, 30)))
        reserve(put_order(buyer, "4", ship=None))
        assert parts(buyer) == {"orders": 5, "orders_later": 2}
        assert parts(buyer, horizon_days=61) == {"orders": 7}


class TestPaper:
    def test_a_bill_counts_when_its_invoice_was_closed_by_it(self, buyer: Buyer) -> None:
        invoice = make_invoice(buyer, "100")
        accept(invoice, "100")
        assert parts(buyer) == {"receivables": 100}
        note = credit(buyer, "100")
        allocate_credit(note, invoice)
        assert parts(buyer) == {"bills": 100}

    @pytest.mark.parametrize(
        ("fields", "counts"),
        [
            ({"accepted_on": AFTER}, False),
            ({"matures_on": TODAY}, True),
            ({"matures_on": date(2026, 6, 29)}, False),
            ({"ended_on": TODAY}, False),
            ({"ended_on": AFTER}, True),
        ],
    )
    def test_a_bill_counts_from_acceptance_to_maturity(self, buyer: Buyer, fields: dict, counts: bool) -> None:
        accept(paid_invoice(buyer), "100", **fields)
        assert parts(buyer) == ({"bills": 100} if counts else {})

    def test_recourse_counts_when_the_invoice_left_the_ledger(self, buyer: Buyer) -> None:
        invoice = make_invoice(buyer, "100")
        sell(invoice, "100")
        sell(paid_invoice(buyer), "50")
        assert parts(buyer) == {"receivables": 100, "recourse": 50}

    def test_what_was_sold_without_recourse_is_no_exposure(self, buyer: Buyer) -> None:
        sell(paid_invoice(buyer), "100", recourse=False)
        sell(paid_invoice(buyer), "100", ended_on=TODAY)
        sell(paid_invoice(buyer), "100", sold_on=AFTER)
        assert parts(buyer) == {}

    def test_a_bill_that_was_sold_with_recourse_counts_once(self, buyer: Buyer) -> None:
        invoice = paid_invoice(buyer)
        accept(invoice, "80")
        sell(invoice, "100")
        assert parts(buyer) == {"bills": 80, "recourse": 20}


class TestDeductions:
    def test_deposits_and_other_cash_are_told_apart(self, buyer: Buyer) -> None:
        deposit(put_order(buyer), "30")
        deposit(put_order(buyer, ship=LATE), "15")
        make_receipt(buyer, "7", day="2026-06-01")
        assert parts(buyer) == {"deposits": 30, "deposits_later": 15, "unapplied_cash": 7}

    def test_a_deposit_that_was_used_or_taken_back_is_none(self, buyer: Buyer) -> None:
        order = put_order(buyer)
        used, bounced = deposit(order, "30"), deposit(order, "20")
        invoice = make_invoice(buyer, "50")
        allocate(used, invoice, "25", day="2026-06-30")
        bounce_receipt(bounced.pk, day=TODAY, reason="no cover")
        assert parts(buyer) == {"receivables": 25, "deposits": 5}

    def test_a_deposit_of_an_order_at_its_end_is_unapplied_cash(self, buyer: Buyer) -> None:
        order = put_order(buyer, status=OrderStatus.CANCELLED)
        deposit(order, "30")
        assert parts(buyer) == {"unapplied_cash": 30}

    def test_unapplied_credit_is_a_line_of_its_own(self, buyer: Buyer) -> None:
        credit(buyer, "12")
        assert parts(buyer) == {"unapplied_credit": 12}

    def test_a_security_counts_while_it_is_in_force(self, buyer: Buyer) -> None:
        secure(buyer, "1", valid_to=TODAY)
        secure(buyer, "2", valid_to=date(2026, 6, 29))
        secure(buyer, "4", valid_from=AFTER)
        secure(buyer, "8", key="LC-8")
        secure(buyer, "16", key="LC-8")
        assert parts(buyer) == {"secured": 17}

    def test_a_security_of_an_order_counts_at_most_what_the_order_is(self, buyer: Buyer) -> None:
        order = put_order(buyer)
        secure(buyer, "500", order=order)
        assert parts(buyer) == {}
        reserve(order)
        ship(order, "40")
        bill_order(order, "25")
        assert parts(buyer) == {"orders": 60, "delivered_not_invoiced": 15, "receivables": 25, "secured": 100}

    def test_two_securities_of_an_order_count_one_after_the_other(self, buyer: Buyer) -> None:
        order = put_order(buyer)
        reserve(order)
        secure(buyer, "70", order=order)
        secure(buyer, "70", order=order)
        assert parts(buyer)["secured"] == 100

    def test_a_security_pays_what_left_before_what_ships_later(self, buyer: Buyer) -> None:
        order = put_order(buyer, ship=LATE)
        reserve(order)
        ship(order, "40")
        secure(buyer, "70", order=order)
        assert parts(buyer) == {
            "orders_later": 60,
            "delivered_not_invoiced": 40,
            "secured": 40,
            "secured_later": 30,
        }

    def test_a_security_of_a_closed_order_still_pays_its_open_invoices(self, buyer: Buyer) -> None:
        order = put_order(buyer, status=OrderStatus.CLOSED)
        secure(buyer, "100", order=order)
        bill_order(order, "60")
        assert parts(buyer) == {"receivables": 60, "secured": 60}

    def test_net_exposure_is_never_below_zero(self, buyer: Buyer) -> None:
        make_receipt(buyer, "7", day="2026-06-01")
        exposure = exposure_of(buyer)
        assert (exposure.balance, exposure.net) == (-7, 0)


class TestCurrencies:
    def test_each_row_is_rounded_once(self, buyer: Buyer) -> None:
        for _ in range(3):
            make_invoice(buyer, "0.10", currency="EUR")
        (component,) = exposure_of(buyer, rates=rates_of(EUR="1.14")).components
        assert (component.amount, component.amount_base, component.rows) == (Decimal("0.30"), Decimal("0.33"), 3)

    def test_a_currency_without_rate_is_named_and_never_counts_as_one(self, buyer: Buyer) -> None:
        make_invoice(buyer, "100", currency="RUB")
        reserve(put_order(buyer, "80", currency="EUR"))
        exposure = exposure_of(buyer, rates=rates_of(EUR="1.1"))
        assert (exposure.missing_rates, exposure.net) == (("RUB",), 88)

    def test_an_invoice_in_another_currency_is_set_against_the_order_at_the_rates_of_the_question(
        self, buyer: Buyer
    ) -> None:
        order = put_order(buyer, "110")
        ship(order)
        bill_order(order, "50", currency="EUR")
        assert parts(buyer, rates=rates_of(EUR="1.1")) == {"receivables": 55, "delivered_not_invoiced": 55}
        assert parts(buyer) == {"delivered_not_invoiced": 110}

    def test_a_security_in_another_currency_pays_what_it_is_worth(self, buyer: Buyer) -> None:
        order = put_order(buyer, "110")
        reserve(order)
        secure(buyer, "200", order=order, currency="EUR")
        secured = [c for c in exposure_of(buyer, rates=rates_of(EUR="1.1")).components if c.part is Part.SECURED]
        assert [(c.currency, c.amount, c.amount_base) for c in secured] == [("EUR", 100, 110)]


def test_many_buyers_cost_as_many_statements_as_one(buyer: Buyer, django_assert_num_queries) -> None:
    buyers = [buyer, *(make_buyer() for _ in range(20))]
    for one in buyers:
        reserve(put_order(one))
        make_invoice(one, "50")
    with django_assert_num_queries(4):
        found = get_exposures([one.pk for one in buyers], as_of=TODAY, rates=rates_of())
    assert {exposure.net for exposure in found.values()} == {150}


def paid_invoice(buyer: Buyer):
    invoice = make_invoice(buyer, "100")
    pay(invoice, "100", day="2026-06-01")
    return invoice


def credit(buyer: Buyer, amount: str):
    return post_credit_note(
        Incoming(
            buyer_id=buyer.pk,
            source="t",
            external_id=f"CN{amount}",
            currency="USD",
            amount=Decimal(amount),
            day=date(2026, 6, 1),
        )
    )


def allocate_credit(note, invoice) -> None:
    from invoices.services.posting.allocations import Allocation, allocate_credit_note

    allocate_credit_note(
        Allocation(source_id=note.pk, invoice_id=invoice.pk, amount=note.amount, effective_date=date(2026, 6, 1))
    )
