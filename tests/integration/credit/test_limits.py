"""Limits are cut at once and raised only by request; days on which they begin or end are noticed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import Error, transaction

from buyers.services.merges import merge, propose
from core.domain.roles import Role
from core.errors import Conflict, Denied, DomainError, NotFound
from core.models import AuditEvent, Job
from core.money import Money
from credit.domain.kinds import GateState, LimitKind
from credit.models import CreditLimit, CreditReview
from credit.services.limit_days import note_limit_days
from credit.services.limits import NewLimit, set_limit
from tests.integration.credit.asking import approve, ask, new_limit
from tests.integration.credit.builders import (
    TODAY,
    approved_order,
    gate_state,
    held_order,
    make_clean_buyer,
    make_group,
    make_limit,
    make_user,
    reserved,
    run_jobs,
)

pytestmark = pytest.mark.django_db

TOMORROW = TODAY + timedelta(days=1)
LATER = TODAY + timedelta(days=60)


def rechecks() -> list[int]:
    jobs = Job.objects.filter(task="credit.recheck", params__cause="limit_changed")
    return [job.params["buyer"] for job in jobs]


def cut(limit: CreditLimit, new: NewLimit, role: Role = Role.MANAGER) -> CreditLimit:
    return set_limit(limit.account_id, new, actor=make_user(role), reason="worse news", as_of=TODAY)


def test_a_cut_is_a_new_version_audited_and_has_the_orders_checked_again() -> None:
    buyer = make_clean_buyer()
    limit = make_limit(buyer, "500")
    row = cut(limit, new_limit("300"))
    assert (row.amount, row.valid_from, row.account_id) == (300, TODAY, limit.account_id)
    assert CreditLimit.objects.count() == 2
    assert rechecks() == [buyer.pk]
    event = AuditEvent.objects.get(action="credit.limit.cut")
    assert (event.data["amount"], event.data["former"]) == ("300", limit.pk)
    assert CreditReview.objects.get().account_id == limit.account_id


@pytest.mark.parametrize(
    "new",
    [
        new_limit("501"),
        new_limit("500.01"),
        new_limit("600", until=LATER),
        new_limit("1", kind=LimitKind.TEMPORARY, until=LATER),
    ],
)
def test_a_higher_or_a_new_limit_needs_a_request(new: NewLimit) -> None:
    limit = make_limit(make_clean_buyer(), "500")
    for role in (Role.MANAGER, Role.DIRECTOR):
        with pytest.raises(Denied) as refused:
            cut(limit, new, role)
        assert refused.value.code == "limit_needs_request"
    assert CreditLimit.objects.count() == 1
    assert rechecks() == []


def test_a_longer_limit_needs_a_request_and_a_shorter_one_does_not() -> None:
    limit = make_limit(make_clean_buyer(), "500", until=LATER)
    for until in (None, LATER + timedelta(days=1)):
        with pytest.raises(Denied):
            cut(limit, new_limit("500", until=until))
    assert cut(limit, new_limit("500", until=TOMORROW)).valid_to == TOMORROW


def test_a_limit_that_has_ended_is_not_brought_back_by_a_lower_one() -> None:
    limit = make_limit(make_clean_buyer(), "500", until=TODAY - timedelta(days=1))
    with pytest.raises(Denied):
        cut(limit, new_limit("100", until=TODAY))


def test_zero_takes_a_limit_away_in_whatever_currency() -> None:
    limit = make_limit(make_clean_buyer(), "500", currency="XAF")
    assert cut(limit, new_limit("0")).amount == 0


def test_another_currency_is_a_cut_only_where_rates_say_so() -> None:
    limit = make_limit(make_clean_buyer(), "500", currency="XAF")
    with pytest.raises(Denied):
        cut(limit, new_limit("1"))


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (new_limit("-1"), "amount"),
        (new_limit("0.001"), "amount"),
        (NewLimit(LimitKind.OWN, Money(Decimal("NaN"), "USD"), TODAY), "amount"),
        (new_limit("1E+17"), "amount"),
        (new_limit("1", currency="XXQ"), "currency"),
        (new_limit("1", since=TODAY - timedelta(days=1)), "valid_from"),
        (new_limit("1", until=TODAY - timedelta(days=1)), "valid_to"),
        (new_limit("1", kind=LimitKind.TEMPORARY), "valid_to"),
    ],
)
def test_an_impossible_limit_is_refused_and_nothing_is_stored(new: NewLimit, field: str) -> None:
    limit = make_limit(make_clean_buyer(), "500")
    with pytest.raises(DomainError) as refused:
        cut(limit, new)
    assert refused.value.params["field"] == field
    assert CreditLimit.objects.count() == 1
    assert not AuditEvent.objects.filter(action="credit.limit.cut").exists()


def test_the_same_limit_again_or_no_reason_or_no_account_is_refused() -> None:
    limit = make_limit(make_clean_buyer(), "500")
    with pytest.raises(Conflict):
        cut(limit, new_limit("500"))
    manager = make_user()
    with pytest.raises(DomainError, match="reason"):
        set_limit(limit.account_id, new_limit("400"), actor=manager, reason=" ", as_of=TODAY)
    with pytest.raises(NotFound):
        set_limit(0, new_limit("400"), actor=manager, reason="x", as_of=TODAY)
    assert CreditLimit.objects.count() == 1


@pytest.mark.parametrize("role", [Role.SALES, Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_decide_cuts_nothing(role: Role) -> None:
    limit = make_limit(make_clean_buyer(), "500")
    with pytest.raises(Denied):
        cut(limit, new_limit("300"), role)
    assert CreditLimit.objects.count() == 1
    assert rechecks() == []


def test_a_group_limit_is_cut_for_all_members() -> None:
    group = make_group(make_clean_buyer(), make_clean_buyer())
    cut(make_limit(group, "500"), new_limit("300"))
    assert len(rechecks()) == 1  # one member's job checks the group


def test_versions_cannot_be_changed_or_removed_in_the_database() -> None:
    limit = make_limit(make_clean_buyer(), "500")
    for change in (lambda: CreditLimit.objects.update(amount=1), lambda: limit.delete()):
        with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
            change()


def test_a_limit_that_ended_is_noticed_once_with_recheck_and_review() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "500", until=TODAY)
    assert note_limit_days(as_of=TODAY) == 0
    assert note_limit_days(as_of=TOMORROW) == 1
    assert note_limit_days(as_of=TOMORROW + timedelta(days=3)) == 0
    assert rechecks() == [buyer.pk]
    assert CreditReview.objects.get().due_on == TOMORROW
    assert AuditEvent.objects.filter(action="credit.limit.ended").count() == 1


def test_an_end_that_was_replaced_before_is_no_event() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "500", until=TODAY)
    make_limit(buyer, "500", since=TODAY)
    assert note_limit_days(as_of=TOMORROW) == 0


def test_a_limit_recorded_ahead_is_noticed_on_its_first_day() -> None:
    limit = make_limit(make_clean_buyer(), "500")
    later = date(2099, 1, 1)
    set_limit(limit.account_id, new_limit("300", since=later), actor=make_user(), reason="x", as_of=TODAY)
    Job.objects.all().delete()
    assert note_limit_days(as_of=later - timedelta(days=1)) == 0
    assert note_limit_days(as_of=later) == 1
    assert rechecks() == [limit.account.buyer_id]


def test_a_merged_buyers_own_account_takes_no_more_limits() -> None:
    duplicate, survivor = make_clean_buyer(), make_clean_buyer()
    limit = make_limit(duplicate, "500")
    pair = propose(duplicate_id=duplicate.pk, survivor_id=survivor.pk, reason="the same firm")
    merge(pair.pk, now=datetime(2026, 6, 1, tzinfo=UTC))
    with pytest.raises(Conflict) as refused:
        cut(limit, new_limit("300"))
    assert refused.value.code == "account_merged"
    assert CreditLimit.objects.count() == 1


def test_a_cut_below_the_exposure_holds_the_approved_orders_by_itself() -> None:
    buyer = make_clean_buyer()
    limit = make_limit(buyer, "500")
    order = approved_order(buyer, "80")
    cut(limit, new_limit("50"))
    run_jobs()
    assert (gate_state(order), reserved(buyer)) == (GateState.HELD, 0)


def test_an_approved_higher_limit_lets_the_held_order_go_by_itself() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "50")
    order = held_order(buyer, "80")
    approve(ask(buyer, "500", by=make_user(Role.ANALYST)), by=make_user())
    run_jobs()
    assert gate_state(order) == GateState.APPROVED


def test_a_cut_group_limit_holds_orders_of_the_group() -> None:
    one, two = make_clean_buyer(), make_clean_buyer()
    group = make_group(one, two)
    for owner in (one, two, group):
        make_limit(owner, "500")
    orders = [approved_order(buyer, "80") for buyer in (one, two)]
    cut(CreditLimit.objects.get(account__group=group), new_limit("50"))
    run_jobs()
    assert [gate_state(order) for order in orders] == [GateState.HELD, GateState.HELD]


def test_a_temporary_limit_that_is_over_has_the_order_checked_the_next_day() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "50")
    make_limit(buyer, "500", kind=LimitKind.TEMPORARY, until=TODAY - timedelta(days=1))
    make_limit(buyer, "400", kind=LimitKind.TEMPORARY, since=TODAY, until=TODAY)
    approved_order(buyer, "80")
    Job.objects.all().delete()
    assert note_limit_days(as_of=TOMORROW) == 1
    assert rechecks() == [buyer.pk]
