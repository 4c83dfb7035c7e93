"""What people may do about held orders: release within bounds, reject, cancel, check again, forward."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from core.domain.roles import Role
from core.models import AuditEvent
from core.queries.rates import rate_table
from credit.domain.exposure import Part
from credit.domain.kinds import GateState, HoldState
from credit.models import Hold, Release, Reservation
from credit.queries.exposure import get_exposures
from credit.services.checks import CheckRequest, check_order
from credit.services.gate import cancel_order, forward_hold, recheck_order, reject_order, release_order
from credit.services.recheck import recheck_buyer
from invoices.domain.orders import OrderStatus
from invoices.models import Order
from invoices.services.orders import put_order, set_status
from tests.integration.credit.builders import (
    EARLIER,
    TODAY,
    approved_order,
    ask,
    code_of,
    gate_state,
    held_order,
    make_clean_buyer,
    make_limit,
    make_order,
    make_user,
    order_record,
    refusal_of,
    release_terms,
    reserved,
    run_jobs,
    ship,
)
from tests.integration.invoices.builders import make_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def order() -> Order:
    """80 on a limit of 50: over by 30."""
    buyer = make_clean_buyer()
    make_limit(buyer, "50")
    return held_order(buyer, "80")


def released(order: Order, amount: str = "80", **fields: object) -> None:
    release_order(order.pk, release_terms(amount, **fields), as_of=TODAY, actor=make_user())


class TestRelease:
    def test_a_release_lets_the_order_go_and_it_holds_its_part(self, order: Order) -> None:
        manager = make_user(Role.MANAGER)
        gate = release_order(order.pk, release_terms("80"), as_of=TODAY, actor=manager)
        hold, release, part = Hold.objects.get(), Release.objects.get(), Reservation.objects.get()
        assert (gate.state, hold.state, hold.closed_at) == (GateState.APPROVED, HoldState.RELEASED, release.released_at)
        assert (part.amount, part.release, release.released_by) == (80, release, manager)
        assert list(hold.events.order_by("pk").values_list("action", "actor")) == [
            ("opened", None),
            ("released", manager.pk),
        ]
        assert AuditEvent.objects.filter(action="credit.order.released", actor=manager).exists()

    @pytest.mark.parametrize("role", [Role.SALES, Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR])
    def test_others_than_managers_and_directors_may_not(self, order: Order, role: Role) -> None:
        actor = make_user(role)
        code = code_of(release_order, order.pk, release_terms(), as_of=TODAY, actor=actor)
        assert code in ("permission_denied", "order_not_found")
        assert (gate_state(order), Release.objects.count(), reserved(order.buyer)) == ("held", 0, 0)

    def test_a_superuser_gets_nothing_extra(self, order: Order) -> None:
        actor = make_user(Role.ADMINISTRATOR)
        actor.is_superuser = True
        actor.save()
        assert code_of(release_order, order.pk, release_terms(), as_of=TODAY, actor=actor) == "permission_denied"

    def test_nobody_releases_an_order_that_they_asked_for(self) -> None:
        manager = make_user()
        order = make_order(make_clean_buyer())
        ask(order, actor=manager)
        assert code_of(release_order, order.pk, release_terms(), as_of=TODAY, actor=manager) == "own_order"

    def test_nobody_releases_orders_of_a_buyer_that_they_sell_to(self) -> None:
        manager = make_user()
        order = held_order(make_clean_buyer(sales_owner=manager))
        assert code_of(release_order, order.pk, release_terms(), as_of=TODAY, actor=manager) == "own_buyer"

    def test_a_release_decided_on_another_state_is_refused(self, order: Order) -> None:
        version = order.gate.version
        recheck_order(order.pk, as_of=TODAY)
        call = (release_order, order.pk, release_terms())
        assert code_of(*call, as_of=TODAY, actor=make_user(), expected_version=version) == "gate_changed"

    def test_only_held_orders_are_released(self) -> None:
        buyer = make_clean_buyer()
        make_limit(buyer, "500")
        order = approved_order(buyer)
        assert code_of(release_order, order.pk, release_terms(), as_of=TODAY, actor=make_user()) == "invalid_transition"

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"amount": "0"}, "release_invalid"),
            ({"tolerance_percent": Decimal("20.01")}, "release_invalid"),
            ({"valid_until": TODAY - timedelta(days=1)}, "release_invalid"),
            ({"review_on": TODAY - timedelta(days=1)}, "release_invalid"),
            ({"reason": "  "}, "release_invalid"),
            ({"amount": "79.99"}, "release_too_small"),
        ],
    )
    def test_bounds_are_checked_and_nothing_changes(self, order: Order, fields: dict[str, object], code: str) -> None:
        terms = release_terms(**fields)  # type: ignore[arg-type]
        assert code_of(release_order, order.pk, terms, as_of=TODAY, actor=make_user()) == code
        assert (gate_state(order), Release.objects.count()) == ("held", 0)

    def test_a_release_of_less_that_its_tolerance_makes_up_for_is_enough(self, order: Order) -> None:
        released(order, "73", tolerance_percent=Decimal(10))
        assert gate_state(order) == GateState.APPROVED

    def test_it_survives_an_edit_to_the_edge_of_its_tolerance_and_not_beyond(self, order: Order) -> None:
        released(order, "80", tolerance_percent=Decimal(10))
        edit(order, "88.00")
        assert (gate_state(order), reserved(order.buyer)) == ("approved", 88)
        edit(order, "88.01")
        assert (gate_state(order), reserved(order.buyer)) == ("held", 0)
        assert Release.objects.get().end_reason == "outside"

    def test_worse_terms_are_outside(self, order: Order) -> None:
        released(order, "80", tolerance_percent=Decimal(10))
        edit(order, "80", terms_days=61)
        assert gate_state(order) == GateState.HELD

    def test_another_currency_is_outside(self, order: Order) -> None:
        released(order, "80", tolerance_percent=Decimal(20))
        edit(order, "80", currency="EUR")
        assert gate_state(order) == GateState.HELD

    def test_a_reason_that_it_was_not_given_for_holds_the_order_again(self, order: Order) -> None:
        released(order)
        late = TODAY - timedelta(days=40)
        make_invoice(order.buyer, "1000", issued=str(late), due=str(late))
        run_jobs()
        assert gate_state(order) == GateState.HELD
        assert "oldest_overdue" in Hold.objects.get(state=HoldState.OPEN).reasons
        assert Release.objects.get().ended_at is None

    def test_its_last_day_is_included_and_then_the_order_is_held_again(self, order: Order) -> None:
        released(order, valid_until=TODAY + timedelta(days=1))
        recheck_buyer(order.buyer_id, cause="posted", as_of=TODAY + timedelta(days=1))
        assert gate_state(order) == GateState.APPROVED
        recheck_buyer(order.buyer_id, cause="expired", as_of=TODAY + timedelta(days=2))
        assert (gate_state(order), Release.objects.get().end_reason) == ("held", "expired")

    def test_delivery_uses_it_up(self, order: Order) -> None:
        released(order)
        ship(order, "79")
        run_jobs()
        assert Release.objects.get().ended_at is None
        ship(order, "1")
        run_jobs()
        assert (Release.objects.get().end_reason, reserved(order.buyer)) == ("used", 0)

    def test_goods_that_left_unapproved_are_taken_on_by_a_release(self) -> None:
        order = held_order(make_clean_buyer(), "80")
        ship(order)
        run_jobs()
        assert Hold.objects.get().reasons[0] == "shipped_unapproved"
        released(order)
        assert (gate_state(order), reserved(order.buyer)) == ("approved", 0)
        run_jobs()
        assert gate_state(order) == GateState.APPROVED


def edit(order: Order, amount: str, **fields: object) -> None:
    """As the ERP edits: recorded, and checked again by the job."""
    order.refresh_from_db()
    record = order_record(order.buyer, amount, external_id=order.external_id, **fields)
    put_order(record, today=TODAY, expected_version=order.version)
    run_jobs()


class TestRejectAndCancel:
    def test_a_rejected_order_is_left_alone_by_the_machine(self, order: Order) -> None:
        manager = make_user()
        assert reject_order(order.pk, reason="no more", as_of=TODAY, actor=manager).state == GateState.REJECTED
        make_limit(order.buyer, "5000", since=EARLIER + timedelta(days=1))
        recheck_buyer(order.buyer_id, cause="limit_changed", as_of=TODAY)
        assert (gate_state(order), Hold.objects.get().state) == ("rejected", "rejected")

    def test_it_may_be_asked_about_again_once_it_was_edited(self, order: Order) -> None:
        reject_order(order.pk, reason="no more", as_of=TODAY, actor=make_user())
        assert code_of(ask, order) == "order_rejected"
        record = order_record(order.buyer, "40", external_id=order.external_id)
        result = check_order(CheckRequest(order=record, expected_version=1), as_of=TODAY, actor_label="api:erp")
        assert result.gate_state == GateState.APPROVED

    def test_rejecting_needs_the_right_to_decide(self, order: Order) -> None:
        analyst = make_user(Role.ANALYST)
        assert code_of(reject_order, order.pk, reason="no", as_of=TODAY, actor=analyst) == "permission_denied"
        assert gate_state(order) == GateState.HELD

    def test_a_cancelled_order_gives_its_part_to_the_one_that_waits_longest(self) -> None:
        buyer = make_clean_buyer()
        make_limit(buyer, "100")
        first = approved_order(buyer, "80")
        waiting = [held_order(buyer, "90"), held_order(buyer, "60"), held_order(buyer, "40")]
        assert cancel_order(first.pk, as_of=TODAY, actor_label="api:erp").state == GateState.CANCELLED
        run_jobs()
        assert [gate_state(order) for order in waiting] == ["approved", "held", "held"]
        assert reserved(buyer) == 90

    def test_what_is_asked_of_a_stale_version_is_not_cancelled(self, order: Order) -> None:
        call = (cancel_order, order.pk)
        assert code_of(*call, as_of=TODAY, actor_label="api:erp", expected_version=7) == "order_changed"
        assert gate_state(order) == GateState.HELD

    def test_a_cancelled_order_that_is_opened_again_is_checked_again(self) -> None:
        buyer = make_clean_buyer()
        make_limit(buyer, "100")
        order = approved_order(buyer, "80")
        cancel_order(order.pk, as_of=TODAY, actor_label="api:erp")
        run_jobs()
        set_status(order.pk, OrderStatus.OPEN)
        run_jobs()
        assert (gate_state(order), reserved(buyer)) == ("approved", 80)


class TestGoodsOfARejectedOrder:
    """They left all the same: a person deals with that, and the order stays refused."""

    @pytest.fixture
    def left(self, order: Order) -> Order:
        reject_order(order.pk, reason="no more", as_of=TODAY, actor=make_user())
        ship(order, "30", key="S1")
        run_jobs()
        return order

    def test_they_are_put_before_a_person_and_count_in_the_exposure(self, left: Order) -> None:
        hold = Hold.objects.get(state=HoldState.OPEN)
        assert (hold.reasons, gate_state(left)) == (["shipped_unapproved"], "rejected")
        assert (delivered(left), reserved(left.buyer)) == (30, 0)

    def test_rejecting_again_ends_the_hold_and_changes_nothing_else(self, left: Order) -> None:
        manager = make_user()
        assert reject_order(left.pk, reason="seen; the rest stays", as_of=TODAY, actor=manager).state == "rejected"
        hold = Hold.objects.latest("pk")
        event = hold.events.latest("pk")
        assert (hold.state, hold.closed_at is not None) == (HoldState.REJECTED, True)
        assert (event.action, event.actor, event.note) == ("rejected", manager, "seen; the rest stays")
        told = AuditEvent.objects.filter(action="credit.order.rejected").latest("pk")
        assert (told.actor, told.data) == (manager, {"reason": "seen; the rest stays"})
        assert (delivered(left), reserved(left.buyer), gate_state(left)) == (30, 0, "rejected")

    def test_what_left_stays_billable_and_the_rest_refused(self, left: Order) -> None:
        reject_order(left.pk, reason="seen", as_of=TODAY, actor=make_user())
        assert make_invoice(left.buyer, "30", order_id=left.pk).open_amount == 30
        assert code_of(ask, left) == "order_rejected"

    def test_the_machine_opens_it_anew_for_another_shipment_only(self, left: Order) -> None:
        reject_order(left.pk, reason="seen", as_of=TODAY, actor=make_user())
        ship(left, "30", key="S1", delivered_on=TODAY)
        run_jobs()
        assert not Hold.objects.filter(state=HoldState.OPEN).exists()
        ship(left, "20", key="S2")
        run_jobs()
        assert Hold.objects.get(state=HoldState.OPEN).reasons == ["shipped_unapproved"]

    def test_it_cannot_be_released_by_way_of_its_goods(self, left: Order) -> None:
        call = (release_order, left.pk, release_terms("80"))
        assert code_of(*call, as_of=TODAY, actor=make_user()) == "invalid_transition"
        assert (gate_state(left), Release.objects.count()) == ("rejected", 0)

    def test_it_is_dealt_with_once_and_by_who_may(self, left: Order) -> None:
        call = (reject_order, left.pk)
        assert code_of(*call, reason="no", as_of=TODAY, actor=make_user(Role.ANALYST)) == "permission_denied"
        assert code_of(*call, reason="no", as_of=TODAY, actor=make_user(), expected_version=1) == "gate_changed"
        assert Hold.objects.filter(state=HoldState.OPEN).exists()
        reject_order(left.pk, reason="seen", as_of=TODAY, actor=make_user())
        assert code_of(*call, reason="again", as_of=TODAY, actor=make_user()) == "invalid_transition"


def test_goods_of_an_order_that_nobody_asked_about_can_be_refused_but_not_released() -> None:
    order = make_order(make_clean_buyer(), "80")
    ship(order)
    run_jobs()
    refused = refusal_of(release_order, order.pk, release_terms("80"), as_of=TODAY, actor=make_user())
    assert (refused.code, refused.params["current"]) == ("invalid_transition", "unchecked")
    assert reject_order(order.pk, reason="seen", as_of=TODAY, actor=make_user()).state == GateState.REJECTED
    assert Hold.objects.get().state == HoldState.REJECTED


def delivered(order: Order) -> Decimal:
    """What left of the buyer's orders and is not invoiced, in the exposure."""
    rates = rate_table(base="USD", as_of=TODAY)
    return get_exposures([order.buyer_id], as_of=TODAY, rates=rates)[order.buyer_id].by_part[
        Part.DELIVERED_NOT_INVOICED
    ]


class TestScope:
    def test_sales_ask_about_their_own_buyers_only(self) -> None:
        sales = make_user(Role.SALES)
        own, other = make_clean_buyer(sales_owner=sales), make_clean_buyer()
        assert ask(make_order(own), actor=sales).gate_state == GateState.HELD
        foreign = make_order(other)
        assert code_of(ask, foreign, actor=sales) == "order_not_found"
        assert code_of(recheck_order, foreign.pk, as_of=TODAY, actor=sales) == "order_not_found"
        assert code_of(cancel_order, foreign.pk, as_of=TODAY, actor=sales) == "order_not_found"
        foreign.refresh_from_db()
        assert (foreign.status, foreign.checks.count()) == ("open", 0)

    def test_an_auditor_reads_and_asks_nothing(self) -> None:
        order = make_order(make_clean_buyer())
        assert code_of(ask, order, actor=make_user(Role.AUDITOR)) == "permission_denied"
        assert order.checks.count() == 0


class TestForward:
    def test_a_hold_goes_to_somebody_who_works_on_holds(self, order: Order) -> None:
        analyst, director = make_user(Role.ANALYST), make_user(Role.DIRECTOR)
        hold = forward_hold(order.holds.get().pk, to=director, note="above me", actor=analyst)
        assert (hold.assignee, hold.version) == (director, 2)
        assert hold.events.get(action="forwarded").note == "above me"

    def test_not_to_sales_and_not_a_hold_that_is_over(self, order: Order) -> None:
        analyst, hold = make_user(Role.ANALYST), order.holds.get()
        sales = make_user(Role.SALES)
        assert code_of(forward_hold, hold.pk, to=sales, note="", actor=analyst) == "assignee_may_not"
        released(order)
        manager = make_user()
        assert code_of(forward_hold, hold.pk, to=manager, note="", actor=analyst) == "invalid_transition"


def test_asking_again_renews_what_the_order_holds() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "100")
    order = approved_order(buyer, "80")
    Reservation.objects.update(expires_on=TODAY)
    ask(order)
    assert Reservation.objects.get(state="active").expires_on > TODAY
    assert reserved(buyer) == 80


def test_what_a_held_order_gives_back_goes_to_the_next() -> None:
    """An approved order of 80 is edited to 300 on a limit of 100: it loses its part, and another one fits."""
    buyer = make_clean_buyer()
    make_limit(buyer, "100")
    order, other = approved_order(buyer, "80"), held_order(buyer, "60")
    record = replace(order_record(buyer, "300"), external_id=order.external_id)
    result = check_order(CheckRequest(order=record, expected_version=1), as_of=TODAY, actor_label="api:erp")
    assert result.gate_state == GateState.HELD
    run_jobs()
    assert (gate_state(other), reserved(buyer)) == ("approved", 60)
