"""An order from quotation to its end: recorded once, edited by version, shipped in parts, always billable."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.errors import InvalidTransition
from core.models import AuditEvent, Job
from core.queries.rates import rate_table
from credit.models import OrderGate
from credit.queries.exposure import get_exposures
from credit.services.closing import close_settled_orders
from credit.services.recheck import recheck_buyer
from invoices.domain.orders import OrderStatus
from invoices.models import Order, Shipment
from invoices.queries.orders import get_progress
from invoices.services.orders import put_order, set_status
from invoices.services.posting.allocations import bounce_receipt
from invoices.services.posting.reversals import reverse_entry
from tests.integration.credit.builders import (
    TODAY,
    approved_order,
    ask,
    gate_state,
    held_order,
    make_clean_buyer,
    make_deposit,
    make_limit,
    make_order,
    order_record,
    refusal_of,
    reserved,
    run_jobs,
    ship,
)
from tests.integration.invoices.builders import allocate, make_buyer, make_invoice, make_receipt

pytestmark = pytest.mark.django_db


class TestPutting:
    def test_the_same_order_again_changes_nothing(self) -> None:
        record = order_record(make_buyer(), "80")
        first, second = put_order(record, today=TODAY), put_order(record, today=TODAY)
        assert (second.pk, second.version) == (first.pk, 1)
        assert AuditEvent.objects.filter(action="invoices.order.put").count() == 1

    def test_another_content_under_the_number_needs_the_version_that_it_changes(self) -> None:
        record = order_record(make_buyer(), "80")
        put_order(record, today=TODAY)
        error = refusal_of(put_order, replace(record, amount=Decimal(90)), today=TODAY)
        assert (error.code, error.status, error.params["field"]) == ("order_differs", 409, "amount")
        assert Order.objects.get().amount == 80

    def test_an_edit_by_version_counts_and_the_second_one_from_the_same_version_does_not(self) -> None:
        record = order_record(make_buyer(), "80")
        put_order(record, today=TODAY)
        edited = put_order(replace(record, amount=Decimal(90)), today=TODAY, expected_version=1)
        assert (edited.amount, edited.version) == (90, 2)
        error = refusal_of(put_order, replace(record, amount=Decimal(70)), today=TODAY, expected_version=1)
        assert (error.code, Order.objects.get().amount) == ("order_changed", 90)

    def test_an_order_never_moves_to_another_buyer(self) -> None:
        record = order_record(make_buyer(), "80")
        put_order(record, today=TODAY)
        other = replace(record, buyer_id=make_buyer().pk)
        assert refusal_of(put_order, other, today=TODAY, expected_version=1).code == "order_of_another_buyer"

    @pytest.mark.parametrize(
        ("change", "code", "field"),
        [
            ({"amount": Decimal(0)}, "amount_invalid", "amount"),
            ({"amount": Decimal(-5)}, "amount_invalid", "amount"),
            ({"amount": Decimal("NaN")}, "amount_invalid", "amount"),
            ({"amount": Decimal("1000000000000")}, "amount_absurd", "amount"),
            ({"amount": Decimal("1.005")}, "amount_invalid", "amount"),
            ({"currency": "XXY"}, "currency_unknown", "currency"),
            ({"planned_ship_date": TODAY - timedelta(days=1)}, "ship_date_past", "planned_ship_date"),
            ({"terms": "promise"}, "terms_unknown", "terms"),
            ({"terms_days": 366}, "terms_days_invalid", "terms_days"),
            ({"deposit_percent": Decimal(101)}, "deposit_invalid", "deposit_percent"),
            ({"buyer_id": 0}, "buyer_not_found", "buyer"),
        ],
    )
    def test_bad_input_is_refused_by_field_and_nothing_is_recorded(self, change, code, field) -> None:  # type: ignore[no-untyped-def]
        error = refusal_of(put_order, replace(order_record(make_buyer(), "80"), **change), today=TODAY)
        assert (error.code, error.params["field"]) == (code, field)
        assert not Order.objects.exists()

    def test_an_order_whose_ship_date_has_passed_may_still_be_edited(self) -> None:
        record = order_record(make_buyer(), "80", planned_ship_date=TODAY)
        put_order(record, today=TODAY)
        later = put_order(replace(record, amount=Decimal(90)), today=TODAY + timedelta(days=3), expected_version=1)
        assert later.amount == 90

    def test_an_order_cannot_shrink_below_what_has_left(self) -> None:
        buyer = make_buyer()
        record = order_record(buyer, "80")
        ship(put_order(record, today=TODAY), "50")
        error = refusal_of(put_order, replace(record, amount=Decimal(49)), today=TODAY, expected_version=1)
        assert error.code == "amount_below_delivered"
        assert put_order(replace(record, amount=Decimal(50)), today=TODAY, expected_version=1).amount == 50


class TestStatus:
    def test_the_life_of_an_order_from_quotation_to_its_end(self) -> None:
        order = make_order(make_buyer(), status=OrderStatus.QUOTATION)
        for status in (OrderStatus.OPEN, OrderStatus.IN_PRODUCTION):
            order = set_status(order.pk, status)
        ship(order)
        make_invoice(order.buyer, "80", order_id=order.pk)
        order.refresh_from_db()
        assert order.status == OrderStatus.INVOICED
        assert set_status(order.pk, OrderStatus.CLOSED).version == 6

    def test_goods_that_left_are_not_cancelled_but_the_rest_may_be_taken_off(self) -> None:
        order = make_order(make_buyer(), "80")
        ship(order, "30")
        assert refusal_of(set_status, order.pk, OrderStatus.CANCELLED).code == "goods_have_left"

    def test_an_order_is_not_closed_before_all_that_left_was_invoiced(self) -> None:
        order = make_order(make_buyer(), "80")
        ship(order)
        assert refusal_of(set_status, order.pk, OrderStatus.CLOSED).code == "goods_not_invoiced"
        make_invoice(order.buyer, "80", order_id=order.pk)
        assert set_status(order.pk, OrderStatus.CLOSED).status == OrderStatus.CLOSED

    def test_a_shipped_order_is_never_cancelled(self) -> None:
        order = make_order(make_buyer(), "80")
        ship(order)
        with pytest.raises(InvalidTransition):
            set_status(order.pk, OrderStatus.CANCELLED)

    def test_an_ended_order_is_edited_only_after_it_is_open_again(self) -> None:
        record = order_record(make_buyer(), "80")
        order = put_order(record, today=TODAY)
        set_status(order.pk, OrderStatus.CANCELLED)
        change = replace(record, amount=Decimal(90))
        assert refusal_of(put_order, change, today=TODAY, expected_version=2).code == "order_ended"
        set_status(order.pk, OrderStatus.OPEN)
        assert put_order(change, today=TODAY, expected_version=3).amount == 90


class TestShipments:
    def test_parts_add_up_and_a_later_version_replaces_the_earlier_one(self) -> None:
        order = make_order(make_buyer(), "80")
        ship(order, "30", key="S1")
        ship(order, "20", key="S2")
        ship(order, "25", key="S1", bill_of_lading_on=TODAY)
        assert get_progress([order.pk])[order.pk].delivered == 45
        assert Shipment.objects.count() == 3

    def test_the_same_report_again_appends_nothing(self) -> None:
        order = make_order(make_buyer(), "80")
        first, second = ship(order, "30", key="S1"), ship(order, "30", key="S1")
        assert first.pk == second.pk

    def test_all_of_it_shipped_moves_the_order_on(self) -> None:
        order = make_order(make_buyer(), "80")
        ship(order, "30")
        ship(order, "50", customs_cleared_on=TODAY, delivered_on=TODAY)
        order.refresh_from_db()
        assert order.status == OrderStatus.SHIPPED

    def test_a_shipment_of_a_cancelled_order_is_stored_and_the_order_is_open_again(self) -> None:
        order = make_order(make_buyer(), "80")
        set_status(order.pk, OrderStatus.CANCELLED)
        ship(order, "30")
        order.refresh_from_db()
        assert order.status == OrderStatus.OPEN

    def test_a_shipment_reported_by_mistake_counts_no_more(self) -> None:
        order = make_order(make_buyer(), "80")
        ship(order, "30", key="S1")
        ship(order, "30", key="S1", is_cancelled=True)
        assert get_progress([order.pk])[order.pk].delivered == 0

    def test_a_shipment_stays_with_its_order(self) -> None:
        one, other = make_order(make_buyer()), make_order(make_buyer())
        ship(one, "30", key="S1")
        assert refusal_of(ship, other, "30", key="S1").code == "shipment_of_another_order"


class TestEachQuantityCountsOnce:
    def parts(self, order: Order) -> dict[str, Decimal]:
        rates = rate_table(base="USD", as_of=TODAY)
        found = get_exposures([order.buyer_id], as_of=TODAY, rates=rates)[order.buyer_id]
        return {part.value: amount for part, amount in found.by_part.items() if amount}

    def test_ordered_delivered_and_invoiced_in_parts_is_the_order_once(self) -> None:
        buyer = make_clean_buyer()
        make_limit(buyer, "500")
        order = approved_order(buyer, "80")
        assert self.parts(order) == {"orders": 80}
        ship(order, "50")
        assert self.parts(order) == {"orders": 30, "delivered_not_invoiced": 50}
        make_invoice(buyer, "20", order_id=order.pk)
        assert self.parts(order) == {"orders": 30, "delivered_not_invoiced": 30, "receivables": 20}
        ship(order, "30")
        make_invoice(buyer, "60", order_id=order.pk)
        assert self.parts(order) == {"receivables": 80}

    def test_invoiced_ahead_of_delivery_counts_once_too(self) -> None:
        buyer = make_clean_buyer()
        make_limit(buyer, "500")
        order = approved_order(buyer, "80")
        make_invoice(buyer, "60", order_id=order.pk)
        assert self.parts(order) == {"orders": 20, "receivables": 60}

    def test_a_cancelled_order_counts_nothing(self) -> None:
        buyer = make_clean_buyer()
        make_limit(buyer, "500")
        order = approved_order(buyer, "80")
        set_status(order.pk, OrderStatus.CANCELLED)
        assert self.parts(order) == {}
        run_jobs()
        assert (gate_state(order), reserved(buyer)) == ("cancelled", 0)


class TestDeposits:
    def test_a_deposit_names_an_order_of_the_same_buyer(self) -> None:
        order, other = make_order(make_buyer()), make_order(make_buyer())
        assert make_deposit(order, "24").order_id == order.pk
        order.buyer_id = other.buyer_id
        assert refusal_of(make_deposit, order, "24").code == "other_party"

    def test_what_a_deposit_paid_or_what_bounced_is_no_deposit_any_more(self) -> None:
        order = make_order(make_buyer(), "80")
        first, second = make_deposit(order, "24"), make_deposit(order, "16")
        invoice = make_invoice(order.buyer, "80", issued=str(TODAY), due=str(TODAY), order_id=order.pk)
        allocate(first, invoice, "20", day=str(TODAY))
        bounce_receipt(second.pk, day=TODAY, reason="no cover")
        assert [money.amount for money in get_progress([order.pk])[order.pk].deposits] == [4]


class TestGoodsThatLeftStayBillable:
    def test_an_invoice_of_a_held_order_is_posted_all_the_same(self) -> None:
        order = held_order(make_clean_buyer(), "80")
        ship(order)
        invoice = make_invoice(order.buyer, "80", order_id=order.pk)
        assert invoice.open_amount == 80

    def test_goods_that_left_unapproved_are_stored_and_put_before_a_person(self) -> None:
        order = make_order(make_clean_buyer(), "80")
        ship(order, "30", key="S1")
        run_jobs()
        hold = order.holds.get()
        assert (gate_state(order), hold.reasons) == ("held", ["shipped_unapproved"])
        assert AuditEvent.objects.get(action="credit.order.shipped_unapproved").data["shipments"] == ["S1"]
        ship(order, "30", key="S1", delivered_on=TODAY)
        run_jobs()
        assert hold.events.filter(action="shipped_unapproved").count() == 1

    def test_history_that_was_loaded_in_bulk_was_never_anybodys_to_approve(self) -> None:
        buyer = make_clean_buyer()
        make_limit(buyer, "500")
        order = make_order(buyer, "80")
        Shipment.objects.create(
            order=order, buyer=buyer, source="erp", external_id="S1", amount=30, promised_on=TODAY, shipped_on=TODAY
        )
        assert str(ask(order).gate_state) == "approved"
        assert recheck_buyer(buyer.pk, cause="shipped", as_of=TODAY) == {"followed": 1}
        assert (gate_state(order), order.holds.count()) == ("approved", 0)

    def test_goods_of_an_approved_order_use_its_reservation_up(self) -> None:
        buyer = make_clean_buyer()
        make_limit(buyer, "500")
        order = approved_order(buyer, "80")
        ship(order, "30")
        run_jobs()
        assert reserved(buyer) == 80
        ship(order, "50")
        run_jobs()
        assert reserved(buyer) == 0
        assert list(order.reservations.values_list("state", flat=True)) == ["used"]
        assert not order.holds.exists()


def test_every_edit_asks_for_a_re_check_by_a_job_row() -> None:
    record = order_record(make_buyer(), "80")
    put_order(record, today=TODAY)
    assert not Job.objects.exists()
    put_order(replace(record, amount=Decimal(90)), today=TODAY, expected_version=1)
    put_order(replace(record, amount=Decimal(95)), today=TODAY, expected_version=2)
    put_order(replace(record, currency="EUR"), today=TODAY, expected_version=3)
    assert list(Job.objects.order_by("pk").values_list("params__cause", flat=True)) == ["edited", "currency_changed"]
    assert OrderGate.objects.count() == 0


class TestClosing:
    """What was delivered, invoiced and paid as a whole is over; nothing else closes by itself."""

    def settled_order(self, *, shipped: str = "80", billed: str = "80", paid: str = "80") -> Order:
        buyer = make_clean_buyer()
        make_limit(buyer, "500")
        order = approved_order(buyer, "80")
        ship(order, shipped)
        invoice = make_invoice(buyer, billed, issued=str(TODAY), due=str(TODAY), order_id=order.pk)
        allocate(make_receipt(buyer, "200", day=str(TODAY)), invoice, paid, day=str(TODAY))
        run_jobs()
        return order

    def test_an_order_that_is_over_is_closed_once_and_the_trail_says_so(self) -> None:
        order = self.settled_order()
        assert (close_settled_orders(), close_settled_orders()) == (1, 0)
        before = order.version
        order.refresh_from_db()
        assert (order.status, order.version > before) == ("closed", True)
        told = AuditEvent.objects.filter(action="invoices.order.moved", subject_id=str(order.pk)).last()
        assert told.data == {"status": ["invoiced", "closed"], "why": "settled"}
        assert order.history.order_by("pgh_id").last().status == "closed"

    @pytest.mark.parametrize("short", [{"shipped": "79.99"}, {"billed": "79.99", "paid": "79.99"}, {"paid": "79.99"}])
    def test_an_order_of_which_anything_is_left_stays_open(self, short: dict[str, str]) -> None:
        order = self.settled_order(**short)
        assert close_settled_orders() == 0
        order.refresh_from_db()
        assert order.status != "closed"

    def test_an_invoice_that_was_taken_back_bills_nothing(self) -> None:
        order = make_order(make_buyer(), "80")
        ship(order)
        invoice = make_invoice(order.buyer, "80", issued=str(TODAY), due=str(TODAY), order_id=order.pk)
        reverse_entry(invoice.entries.get().pk, effective_date=TODAY, reason="wrong price")
        assert get_progress([order.pk])[order.pk].invoiced == 0
        assert close_settled_orders() == 0

    def test_goods_that_left_unapproved_are_looked_at_before_their_order_closes(self) -> None:
        order = make_order(make_clean_buyer(), "80")
        ship(order)
        invoice = make_invoice(order.buyer, "80", issued=str(TODAY), due=str(TODAY), order_id=order.pk)
        allocate(make_receipt(order.buyer, "80", day=str(TODAY)), invoice, "80", day=str(TODAY))
        run_jobs()
        assert order.holds.get().reasons == ["shipped_unapproved"]
        assert close_settled_orders() == 0
