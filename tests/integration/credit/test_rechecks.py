"""Orders are checked again by real job rows when something of their limits moves."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone

from buyers.domain.fact_rows import ScreeningRow
from buyers.domain.facts import ScreeningResult
from buyers.models import Buyer
from buyers.services.facts import record_fact
from buyers.services.memberships import set_group_membership
from core.dates import business_date
from core.models import AuditEvent, ExchangeRate, Job
from credit.domain.kinds import GateState, ReservationState
from credit.models import Hold, OrderCheck, OrderGate, Release, Reservation
from credit.queries.candidates import list_standing, list_waiting
from credit.services.following import Moment
from credit.services.gate import cancel_order, release_order
from credit.services.looking import Look
from credit.services.recheck import FEW, enqueue, enqueue_group, enqueue_moved, recheck_buyer
from credit.services.records import stops_of
from credit.tasks import expire
from invoices.models import Order
from invoices.services.bulk import InvoiceRow, ReceiptRow, post_bulk
from invoices.services.posting.allocations import bounce_receipt
from tests.integration.credit.builders import (
    EARLIER,
    TODAY,
    approved_order,
    ask,
    gate_state,
    held_order,
    make_clean_buyer,
    make_deposit,
    make_group,
    make_limit,
    make_order,
    make_user,
    release_terms,
    reserved,
    run_jobs,
    ship,
)
from tests.integration.invoices.builders import allocate, make_invoice, make_receipt

pytestmark = pytest.mark.django_db

LATE = TODAY - timedelta(days=40)


@pytest.fixture
def buyer() -> Buyer:
    """A clean buyer with a limit of 100."""
    buyer = make_clean_buyer()
    make_limit(buyer, "100")
    run_jobs()
    return buyer


def cut(buyer: Buyer, amount: str) -> None:
    """A later version of the limit, and the re-check that follows it."""
    make_limit(buyer, amount, since=EARLIER + timedelta(days=1))
    enqueue(buyer_id=buyer.pk, cause="limit_changed")


def states(*orders: Order) -> list[str]:
    return [gate_state(order) for order in orders]


class TestMoney:
    def test_a_receipt_turns_the_order_green_by_itself(self, buyer: Buyer) -> None:
        make_invoice(buyer, "60", issued=str(TODAY), due=str(TODAY + timedelta(days=30)))
        order = held_order(buyer, "80")
        run_jobs()
        make_receipt(buyer, "40", day=str(TODAY))
        assert run_jobs() == ["receipt"]
        assert (gate_state(order), reserved(buyer)) == ("approved", 80)
        assert order.checks.order_by("-pk").first().cause == "receipt"
        assert Hold.objects.get().state == "cleared"

    def test_an_overdue_item_that_is_paid_releases_the_order(self, buyer: Buyer) -> None:
        invoice = make_invoice(buyer, "1000", issued=str(LATE), due=str(LATE))
        make_limit(buyer, "5000", since=EARLIER + timedelta(days=1))
        order = held_order(buyer, "20")
        receipt = make_receipt(buyer, "1000", day=str(TODAY))
        run_jobs()
        assert gate_state(order) == GateState.HELD
        allocate(receipt, invoice, "1000", day=str(TODAY))
        run_jobs()
        assert gate_state(order) == GateState.APPROVED

    def test_a_deposit_of_the_whole_amount_releases_an_order_without_a_limit(self) -> None:
        order = held_order(make_clean_buyer(), "80")
        make_deposit(order, "79.99")
        run_jobs()
        assert gate_state(order) == GateState.HELD
        make_deposit(order, "0.01")
        run_jobs()
        check = order.checks.order_by("-pk").first()
        assert (gate_state(order), check.outcome) == ("approved", "pass")
        waived = {rule["rule"] for rule in check.rules if rule["waived"] == "prepaid"}
        assert "limit_missing" in waived

    def test_prepaid_orders_are_stopped_by_sanctions(self) -> None:
        order = held_order(make_clean_buyer(), "80")
        record_fact(ScreeningRow(order.buyer_id, ScreeningResult.CONFIRMED, TODAY, source="list"))
        make_deposit(order, "80")
        run_jobs()
        check = order.checks.order_by("-pk").first()
        assert (gate_state(order), check.decided_by) == ("held", "sanctions")

    def test_a_deposit_that_bounces_holds_the_order_again(self) -> None:
        order = held_order(make_clean_buyer(), "80")
        deposit = make_deposit(order, "80")
        run_jobs()
        bounce_receipt(deposit.pk, day=TODAY, reason="no cover")
        run_jobs()
        assert (gate_state(order), reserved(order.buyer)) == ("held", 0)

    def test_an_invoice_that_takes_the_exposure_above_the_limit_lets_a_hold_follow(self, buyer: Buyer) -> None:
        order = approved_order(buyer, "80")
        invoice = make_invoice(buyer, "30", issued=str(TODAY), due=str(TODAY + timedelta(days=30)))
        assert invoice.open_amount == 30
        run_jobs()
        assert (gate_state(order), Hold.objects.get().over_by) == ("held", 10)

    def test_a_bulk_posting_asks_once_and_finds_the_buyers_itself(self, buyer: Buyer) -> None:
        held, idle = held_order(buyer, "180"), make_clean_buyer()
        Job.objects.all().delete()
        receipts = [ReceiptRow(b.pk, "bank", f"R{b.pk}", "USD", 100, TODAY) for b in (buyer, idle)]
        post_bulk(receipts=receipts)
        assert run_jobs() == ["credit.recheck_moved", "facts_changed"]
        assert gate_state(held) == GateState.APPROVED

    def test_a_bulk_posting_holds_approved_orders_too(self, buyer: Buyer) -> None:
        order = approved_order(buyer, "80")
        post_bulk(invoices=[InvoiceRow(buyer.pk, "erp", "I1", "I1", "USD", 30, TODAY, TODAY)])
        run_jobs()
        assert gate_state(order) == GateState.HELD


class TestLimits:
    def test_a_cut_takes_the_newest_reservation_first(self, buyer: Buyer) -> None:
        oldest, middle, newest = (approved_order(buyer, amount) for amount in ("40", "30", "30"))
        cut(buyer, "75")
        run_jobs()
        assert states(oldest, middle, newest) == ["approved", "approved", "held"]
        assert (reserved(buyer), Hold.objects.get().over_by) == (70, 25)

    def test_a_cut_to_nothing_takes_all(self, buyer: Buyer) -> None:
        orders = [approved_order(buyer, "40"), approved_order(buyer, "30")]
        cut(buyer, "0")
        run_jobs()
        assert (states(*orders), reserved(buyer)) == (["held", "held"], 0)

    def test_a_raise_goes_to_the_order_that_is_held_longest(self, buyer: Buyer) -> None:
        first, second, third = (held_order(buyer, amount) for amount in ("150", "140", "160"))
        cut(buyer, "155")
        run_jobs()
        assert states(first, second, third) == ["approved", "held", "held"]

    def test_a_shared_limit_counts_for_all_members(self) -> None:
        one, other = make_clean_buyer(), make_clean_buyer()
        group = make_group(one, other)
        for owner in (one, other, group):
            make_limit(owner, "100")
        run_jobs()
        taken, waits = approved_order(one, "80"), held_order(other, "60")
        check = waits.checks.get()
        assert (check.decided_by, check.exposure["group"]["net"]) == ("group_limit", "80.00")
        make_limit(group, "140", since=EARLIER + timedelta(days=1))
        enqueue_group(group_id=group.pk, cause="limit_changed")
        run_jobs()
        assert states(taken, waits) == ["approved", "approved"]

    def test_money_of_one_member_makes_room_for_another(self) -> None:
        one, other = make_clean_buyer(), make_clean_buyer()
        group = make_group(one, other)
        for owner in (one, other, group):
            make_limit(owner, "100")
        make_invoice(one, "80", issued=str(TODAY), due=str(TODAY + timedelta(days=30)))
        waits = held_order(other, "60")
        make_receipt(one, "50", day=str(TODAY))
        run_jobs()
        assert gate_state(waits) == GateState.APPROVED

    def test_who_joins_a_group_shares_its_limit_from_then_on(self) -> None:
        one, other = make_clean_buyer(), make_clean_buyer()
        group = make_group(one)
        for owner in (one, other, group):
            make_limit(owner, "100")
        first, second = approved_order(one, "80"), approved_order(other, "80")
        set_group_membership(other.pk, group=group, valid_from=TODAY)
        run_jobs()
        assert sorted(states(first, second)) == ["approved", "held"]
        assert gate_state(first) == GateState.APPROVED


class TestFacts:
    def test_a_hit_found_later_holds_an_approved_order(self, buyer: Buyer) -> None:
        order = approved_order(buyer, "80")
        record_fact(ScreeningRow(buyer.pk, ScreeningResult.CONFIRMED, TODAY, source="list"))
        run_jobs()
        assert (gate_state(order), Hold.objects.get().reasons[0]) == ("held", "sanctions")


class TestExpiry:
    def test_what_is_not_shipped_in_time_goes_back(self, buyer: Buyer) -> None:
        order, waits = approved_order(buyer, "80"), held_order(buyer, "60")
        Reservation.objects.update(expires_on=TODAY - timedelta(days=1))
        expire()
        assert run_jobs() == ["expired"]
        assert states(order, waits) == ["check_needed", "approved"]
        assert (reserved(buyer), AuditEvent.objects.filter(action="credit.reservation.expired").count()) == (60, 1)

    def test_the_last_day_still_holds(self, buyer: Buyer) -> None:
        order = approved_order(buyer, "80")
        Reservation.objects.update(expires_on=business_date(timezone.now(), settings.TIME_ZONE))
        expire()
        assert run_jobs() == []
        assert gate_state(order) == GateState.APPROVED

    def test_expired_orders_wait_to_be_asked_about(self, buyer: Buyer) -> None:
        order = approved_order(buyer, "80")
        Reservation.objects.update(expires_on=TODAY - timedelta(days=1))
        expire()
        make_receipt(buyer, "10", day=str(TODAY))
        run_jobs()
        assert gate_state(order) == GateState.CHECK_NEEDED
        assert ask(order).gate_state == GateState.APPROVED

    def test_the_rest_of_a_partial_delivery_expires_and_what_left_stays(self, buyer: Buyer) -> None:
        order = approved_order(buyer, "80")
        ship(order, "30")
        Reservation.objects.update(expires_on=TODAY - timedelta(days=1))
        expire()
        run_jobs()
        assert (gate_state(order), Reservation.objects.get().state) == ("check_needed", ReservationState.EXPIRED)
        assert held_order(buyer, "71").pk
        assert approved_order(buyer, "70").pk


class TestJobs:
    def test_waiting_jobs_of_one_buyer_and_cause_are_joined(self, buyer: Buyer) -> None:
        for _ in range(3):
            make_receipt(buyer, "1", day=str(TODAY))
        assert Job.objects.filter(params={"buyer": buyer.pk, "cause": "receipt"}).count() == 1

    def test_orders_that_nobody_asked_about_are_left_alone(self, buyer: Buyer) -> None:
        order = make_order(buyer, "80")
        make_receipt(buyer, "1", day=str(TODAY))
        run_jobs()
        assert (gate_state(order), OrderCheck.objects.count()) == ("unchecked", 0)

    def test_a_pass_is_safe_to_run_twice(self, buyer: Buyer) -> None:
        orders = [approved_order(buyer, "40"), approved_order(buyer, "40"), held_order(buyer, "40")]
        first = recheck_buyer(buyer.pk, cause="limit_changed", as_of=TODAY)
        kept = list(Reservation.objects.order_by("pk").values_list("pk", "state"))
        assert recheck_buyer(buyer.pk, cause="limit_changed", as_of=TODAY) == first
        assert list(Reservation.objects.order_by("pk").values_list("pk", "state")) == kept
        assert states(*orders) == ["approved", "approved", "held"]

    def test_of_many_held_orders_those_that_still_do_not_fit_get_no_new_record(self, buyer: Buyer) -> None:
        orders = [held_order(buyer, amount) for amount in ("150", "130", "140", "120", "160", "170", "180")]
        assert len(orders) > FEW
        make_receipt(buyer, "25", day=str(TODAY))
        assert run_jobs() == ["receipt"]
        assert states(*orders) == ["held", "held", "held", "approved", "held", "held", "held"]
        assert [order.checks.count() for order in orders] == [1, 1, 1, 2, 1, 1, 1]
        over = Hold.objects.filter(state="open").order_by("order_id").values_list("over_by", flat=True)
        assert list(over) == [145, 125, 135, 155, 165, 175]

    def test_few_held_orders_are_answered_anew_when_money_comes_in(self, buyer: Buyer) -> None:
        order = held_order(buyer, "150")
        make_receipt(buyer, "10", day=str(TODAY))
        run_jobs()
        assert [check.exposure["over_by"] for check in order.checks.order_by("pk")] == ["50.00", "40.00"]
        assert Hold.objects.get().over_by == 40

    def test_room_of_another_order_gives_no_new_record_to_one_that_does_not_fit(self, buyer: Buyer) -> None:
        gives, waits = approved_order(buyer, "60"), held_order(buyer, "120")
        cancel_order(gives.pk, as_of=TODAY, actor_label="erp")
        run_jobs()
        assert (gate_state(waits), waits.checks.count(), Hold.objects.get(order=waits).over_by) == ("held", 1, 20)
        told = Hold.objects.get(order=waits).events.order_by("pk").last()
        assert (told.action, told.data["over_by"]) == ("updated", "20.00")

    def test_an_order_that_still_exceeds_one_of_two_limits_gets_no_new_record(self) -> None:
        one, other = make_clean_buyer(), make_clean_buyer()
        group = make_group(one, other)
        for owner in (one, other, group):
            make_limit(owner, "100")
        run_jobs()
        gives, stays = approved_order(one, "50"), approved_order(other, "50")
        waits = held_order(one, "60")
        assert set(Hold.objects.get(order=waits).reasons) == {"horizon_use", "group_limit"}
        cancel_order(gives.pk, as_of=TODAY, actor_label="erp")
        run_jobs()
        hold = Hold.objects.get(order=waits)
        assert (hold.state, hold.reasons, hold.over_by, waits.checks.count()) == ("open", ["group_limit"], 10, 1)
        assert gate_state(stays) == "approved"

    def test_a_release_lets_a_held_order_go_once_it_covers_all_that_stops_it(self) -> None:
        one, other = make_clean_buyer(), make_clean_buyer()
        group = make_group(one, other)
        for owner, amount in ((one, "200"), (other, "200"), (group, "100")):
            make_limit(owner, amount)
        run_jobs()
        order = held_order(one, "120")
        release_order(order.pk, release_terms("120"), as_of=TODAY, actor=make_user())
        make_limit(one, "100", since=EARLIER + timedelta(days=1))
        enqueue(buyer_id=one.pk, cause="limit_changed")
        run_jobs()
        assert (gate_state(order), set(Hold.objects.get(state="open").reasons)) == (
            "held",
            {"horizon_use", "group_limit"},
        )
        make_receipt(one, "5", day=str(TODAY))
        make_limit(one, "200", since=EARLIER + timedelta(days=2))
        run_jobs()
        assert gate_state(order) == "approved"

    def test_causes_that_wait_for_one_account_are_dealt_with_at_once(self) -> None:
        one, other = make_clean_buyer(), make_clean_buyer()
        group = make_group(one, other)
        for owner in (one, other, group):
            make_limit(owner, "100")
        run_jobs()
        waits = held_order(other, "120")
        make_invoice(one, "10", issued=str(TODAY), due=str(TODAY + timedelta(days=30)))
        make_receipt(one, "30", day=str(TODAY))
        make_receipt(other, "30", day=str(TODAY))
        asked = Job.objects.filter(task="credit.recheck", state="ready")
        assert sorted((job.params["buyer"], job.params["cause"]) for job in asked) == [
            (one.pk, "posted"),
            (one.pk, "receipt"),
            (other.pk, "receipt"),
        ]
        keys = list(asked.order_by("pk").values_list("pk", flat=True))
        assert run_jobs() == ["posted"]
        first, *others = Job.objects.filter(pk__in=keys).order_by("pk")
        assert [job.result for job in others] == [{"done_by": first.pk}] * 2
        assert [asked["cause"] for asked in first.params["also"]] == ["receipt", "receipt"]
        assert (gate_state(waits), waits.checks.order_by("pk").last().cause) == ("approved", "receipt")

    def test_an_approved_order_is_not_checked_again_where_it_may_still_go(self, buyer: Buyer) -> None:
        order = approved_order(buyer, "40", currency="USD")
        make_invoice(buyer, "30", issued=str(TODAY), due=str(TODAY + timedelta(days=30)))
        record_fact(ScreeningRow(buyer.pk, ScreeningResult.CLEAR, TODAY, source="list"))
        run_jobs()
        assert (gate_state(order), order.checks.count(), reserved(buyer)) == ("approved", 1, 40)

    def test_a_released_order_is_not_checked_again_while_its_release_covers_it(self, buyer: Buyer) -> None:
        order = held_order(buyer, "150")
        release_order(order.pk, release_terms("150"), as_of=TODAY, actor=make_user())
        run_jobs()
        make_invoice(buyer, "30", issued=str(TODAY), due=str(TODAY + timedelta(days=30)))
        run_jobs()
        assert (gate_state(order), order.checks.count()) == ("approved", 1)
        Release.objects.update(valid_until=TODAY - timedelta(days=1))
        expire()
        run_jobs()
        assert (gate_state(order), order.checks.count()) == ("held", 2)

    def test_what_was_looked_at_is_not_looked_for_again(self, buyer: Buyer) -> None:
        order = approved_order(buyer, "40")
        post_bulk(invoices=[InvoiceRow(buyer.pk, "erp", "I1", "I1", "USD", 30, TODAY, TODAY)])
        assert run_jobs() == ["credit.recheck_moved", "facts_changed"]
        assert enqueue_moved() == 0
        assert order.checks.count() == 1

    def test_a_bulk_posting_of_one_member_concerns_the_others_of_its_group(self) -> None:
        one, other = make_clean_buyer(), make_clean_buyer()
        group = make_group(one, other)
        for owner in (one, other, group):
            make_limit(owner, "100")
        run_jobs()
        order = approved_order(one, "80")
        post_bulk(invoices=[InvoiceRow(other.pk, "erp", "I1", "I1", "USD", 30, TODAY, TODAY)])
        run_jobs()
        assert (gate_state(order), Hold.objects.get().reasons) == ("held", ["group_limit"])

    def test_what_was_being_posted_while_an_order_was_decided_is_not_missed(self, buyer: Buyer) -> None:
        order = approved_order(buyer, "80")
        post_bulk(invoices=[InvoiceRow(buyer.pk, "erp", "I1", "I1", "USD", 30, TODAY, TODAY)])
        later = timezone.now() + timedelta(minutes=1)  # as if it was decided while the posting was under way
        OrderGate.objects.update(changed_at=later, looked_at=later)
        assert run_jobs() == ["credit.recheck_moved", "facts_changed"]
        assert gate_state(order) == "held"


class TestForeseen:
    """What a look foresees of an order is what its own check answers, whatever the order is made of."""

    @pytest.mark.parametrize("case", ["plain", "later", "foreign", "deposit", "part_delivered", "terms", "member_owes"])
    @pytest.mark.parametrize("limit", ["20", "79.99", "80", "95", "200"])
    def test_a_look_foresees_what_the_check_answers(self, case: str, limit: str) -> None:
        order = order_of_kind(case)
        make_limit(order.buyer, limit, since=EARLIER + timedelta(days=1))
        run_jobs()
        for listed in (list_standing, list_waiting):
            for candidate in listed([order.buyer_id]):
                found = Look(Moment(as_of=TODAY, at=timezone.now())).foresee(candidate)
                check = ask(order).check
                assert list(found.stops) == stops_of(check)
                assert str(found.over_by) == check.exposure["over_by"]
                return
        pytest.fail("the order is neither approved nor held")


def order_of_kind(case: str) -> Order:
    """An approved order of 80 with another one of 10 beside it, in a group that shares 150."""
    yesterday = TODAY - timedelta(days=1)
    ExchangeRate.objects.create(currency="USD", rate_date=yesterday, per_eur=Decimal("1.17"), source="test")
    ExchangeRate.objects.create(currency="GBP", rate_date=yesterday, per_eur=Decimal("0.8571"), source="test")
    buyer, member = make_clean_buyer(), make_clean_buyer()
    group = make_group(buyer, member)
    for owner, amount in ((buyer, "300"), (member, "300"), (group, "150")):
        make_limit(owner, amount)
    make_receipt(member, "25", day=str(TODAY))
    approved_order(buyer, "10")
    fields = {
        "later": {"planned_ship_date": TODAY + timedelta(days=90)},
        "foreign": {"currency": "GBP", "amount": "58.61"},
        "terms": {"terms_days": 30},
    }.get(case, {})
    order = approved_order(buyer, fields.pop("amount", "80"), **fields)
    if case == "deposit":
        make_deposit(order, "24")
    if case == "part_delivered":
        ship(order, "30")
    if case == "member_owes":
        make_invoice(member, "20", issued=str(TODAY), due=str(TODAY + timedelta(days=30)))
    run_jobs()
    return order
