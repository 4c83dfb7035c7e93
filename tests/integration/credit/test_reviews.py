"""The review diary: quarterly, sooner by grade and exposure; done with a note, moved with a reason."""

from datetime import date, timedelta

import pytest

from core.access.scope import scope_of
from core.domain.roles import Role
from core.errors import Denied, DomainError, InvalidTransition, NotFound
from core.models import AuditEvent
from credit.domain.kinds import ReviewState
from credit.domain.standings import StandingKind
from credit.models import CreditReview
from credit.queries.reviews import list_reviews
from credit.services.reviews import complete_review, move_review, plan_review, refresh_reviews
from tests.integration.credit.builders import (
    TODAY,
    account_for,
    make_clean_buyer,
    make_group,
    make_limit,
    make_user,
    set_standing,
)
from tests.integration.invoices.builders import make_invoice

pytestmark = pytest.mark.django_db


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def test_the_night_puts_every_account_with_a_limit_into_the_diary() -> None:
    make_clean_buyer()  # without a limit
    due = {}
    for grade in "ABCD":
        buyer = make_clean_buyer(grade=grade)
        make_limit(buyer, "1000")
        due[buyer.pk] = {"A": 91, "B": 91, "C": 60, "D": 30}[grade]
    assert refresh_reviews(as_of=TODAY) == 4
    assert refresh_reviews(as_of=TODAY) == 0
    found = {review.account.buyer_id: (review.due_on - TODAY).days for review in CreditReview.objects.all()}
    assert found == due


def test_a_large_exposure_is_looked_at_sooner() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "900000")
    make_invoice(buyer, "500000", issued=str(days(-20)), due=str(days(40)))
    refresh_reviews(as_of=TODAY)
    assert CreditReview.objects.get().due_on == days(45)


def test_a_grade_that_falls_moves_the_review_up_and_one_that_rises_does_not_move_it_back() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "1000")
    refresh_reviews(as_of=TODAY)
    set_standing(buyer, StandingKind.GRADE, "D", as_of=days(1))
    assert refresh_reviews(as_of=days(1)) == 1
    assert CreditReview.objects.get().due_on == days(31)
    set_standing(buyer, StandingKind.GRADE, "A", as_of=days(2))
    assert refresh_reviews(as_of=days(2)) == 0


def test_a_group_is_reviewed_by_its_worst_member_and_its_sum() -> None:
    one, two = make_clean_buyer(), make_clean_buyer(grade="C")
    make_limit(make_group(one, two), "1000")
    refresh_reviews(as_of=TODAY)
    assert CreditReview.objects.get().due_on == days(60)


def test_done_with_a_note_the_next_one_follows() -> None:
    review = plan_review(account_for(make_clean_buyer()), as_of=TODAY)
    following = complete_review(review.pk, note="accounts seen", actor=make_user(Role.ANALYST), as_of=days(80))
    review.refresh_from_db()
    assert (review.state, review.note, following.state) == (ReviewState.DONE, "accounts seen", ReviewState.OPEN)
    assert following.due_on == days(80 + 91)
    assert AuditEvent.objects.filter(action="credit.review.done").count() == 1
    with pytest.raises(InvalidTransition):
        complete_review(review.pk, note="again", actor=make_user(Role.ANALYST), as_of=TODAY)


def test_moved_with_a_reason_but_never_beyond_the_interval() -> None:
    review = plan_review(account_for(make_clean_buyer(grade="C")), as_of=TODAY)
    manager = make_user()
    moved = move_review(review.pk, due_on=days(10), note="new accounts come", actor=manager, as_of=TODAY)
    assert (moved.due_on, moved.note) == (days(10), "new accounts come")
    for day in (days(-1), days(61)):
        with pytest.raises(DomainError) as refused:
            move_review(review.pk, due_on=day, note="later", actor=manager, as_of=TODAY)
        assert refused.value.params["field"] == "due_on"
    with pytest.raises(DomainError, match="note"):
        move_review(review.pk, due_on=days(5), note=" ", actor=manager, as_of=TODAY)
    review.refresh_from_db()
    assert review.due_on == days(10)


@pytest.mark.parametrize("role", [Role.SALES, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_review_changes_nothing(role: Role) -> None:
    review = plan_review(account_for(make_clean_buyer()), as_of=TODAY)
    person = make_user(role)
    with pytest.raises(Denied):
        complete_review(review.pk, note="x", actor=person, as_of=TODAY)
    with pytest.raises(Denied):
        move_review(review.pk, due_on=days(1), note="x", actor=person, as_of=TODAY)
    review.refresh_from_db()
    assert (review.state, review.due_on) == (ReviewState.OPEN, days(91))


def test_an_unknown_review_is_not_found() -> None:
    with pytest.raises(NotFound):
        complete_review(0, note="x", actor=make_user(Role.ANALYST), as_of=TODAY)


def test_the_diary_is_listed_by_due_date_inside_the_scope() -> None:
    seller = make_user(Role.SALES)
    late = plan_review(account_for(make_clean_buyer(sales_owner=seller)), as_of=TODAY)
    soon = plan_review(account_for(make_clean_buyer(grade="D")), as_of=TODAY)
    assert list_reviews(scope=scope_of(make_user())) == [soon, late]
    assert list_reviews(scope=scope_of(make_user()), due_until=days(30)) == [soon]
    assert list_reviews(scope=scope_of(seller)) == [late]
