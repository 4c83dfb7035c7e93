"""Delegation of authority as data: versions, substitutes with dates, no splitting, group totals, one of many."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from core.domain.roles import Role
from core.errors import Conflict, Denied, DomainError
from core.models import AuditEvent, User
from credit.domain.kinds import LimitKind, RequestState
from credit.domain.terms import GRADES
from credit.models import AuthorityVersion, CreditLimit, LimitDecision, LimitRequest, Substitute
from credit.queries.authority import current_authority, list_authority_versions, list_substitutes
from credit.queries.requests import standing_of
from credit.services.authority import BandRow, change_authority, end_substitute, name_substitute
from credit.services.requests import reject_request, withdraw_request
from tests.integration.credit.asking import approve, ask, insure
from tests.integration.credit.builders import TODAY, make_clean_buyer, make_group, make_limit, make_user

pytestmark = pytest.mark.django_db

WEEK = TODAY + timedelta(days=7)
DIRECTORS = BandRow(Role.DIRECTOR, GRADES, None)


def change(version: int = 0, *, up_to: str = "50000", cosign: str = "100000", by: User | None = None) -> object:
    return change_authority(
        bands=[BandRow(Role.MANAGER, "ABC", Decimal(up_to)), DIRECTORS],
        currency="USD",
        cosign_above=Decimal(cosign),
        version=version,
        actor=by or make_user(Role.DIRECTOR),
        reason="new policy",
    )


def test_a_change_is_a_version_and_counts_from_the_next_signature_on() -> None:
    request = ask(make_clean_buyer(), "60000", by=make_user(Role.ANALYST))
    change()
    with pytest.raises(Denied) as refused:
        approve(request, by=make_user())
    assert refused.value.code == "authority_exceeded"
    approve(request, by=make_user(Role.DIRECTOR))
    assert LimitDecision.objects.get().authority_version == 1
    assert [row.version for row in list_authority_versions()] == [1]
    assert AuditEvent.objects.filter(action="credit.authority.changed").count() == 1


def test_two_people_who_change_the_same_version_do_not_overwrite_each_other() -> None:
    change()
    with pytest.raises(Conflict) as refused:
        change(0, up_to="1")
    assert refused.value.code == "authority_changed"
    change(1, up_to="70000")
    assert current_authority().bands[0].up_to == 70_000
    assert AuthorityVersion.objects.count() == 2


@pytest.mark.parametrize("role", [Role.SALES, Role.ANALYST, Role.MANAGER, Role.AUDITOR, Role.ADMINISTRATOR])
def test_only_a_director_changes_the_delegation_or_names_substitutes(role: Role) -> None:
    person, manager = make_user(role), make_user()
    with pytest.raises(Denied):
        change(by=person)
    with pytest.raises(Denied):
        name_substitute(
            user_id=manager.pk, deputy_id=make_user().pk, starts_on=TODAY, ends_on=WEEK, actor=person, as_of=TODAY
        )
    assert not AuthorityVersion.objects.exists()
    assert not Substitute.objects.exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("bands", "cosign", "field"),
    [
        ([BandRow(Role.MANAGER, "AB", Decimal(5))], "1", "bands"),
        ([BandRow(Role.SALES, "AB", Decimal(5)), DIRECTORS], "1", "bands[0].role"),
        ([BandRow(Role.MANAGER, "AX", Decimal(5)), DIRECTORS], "1", "bands[0].grades"),
        ([BandRow(Role.MANAGER, "A", Decimal(-5)), DIRECTORS], "1", "bands[0].up_to"),
        ([DIRECTORS], "-1", "cosign_above"),
    ],
)
def test_an_impossible_delegation_is_refused(bands: list[BandRow], cosign: str, field: str) -> None:
    with pytest.raises(DomainError) as refused:
        change_authority(
            bands=bands,
            currency="USD",
            cosign_above=Decimal(cosign),
            version=0,
            actor=make_user(Role.DIRECTOR),
            reason="x",
        )
    assert refused.value.params["field"] == field
    assert not AuthorityVersion.objects.exists()


def substitute(user: User, deputy: User, *, starts: object = TODAY, ends: object = WEEK) -> Substitute:
    return Substitute.objects.create(user=user, deputy=deputy, starts_on=starts, ends_on=ends)


def test_a_substitute_decides_with_the_authority_of_whom_they_stand_in_for() -> None:
    manager, director = make_user(), make_user(Role.DIRECTOR)
    substitute(director, manager)
    request = ask(make_clean_buyer(grade="E"), "40000", by=make_user(Role.ANALYST))
    with pytest.raises(Denied):
        approve(request, by=manager)
    assert [answer.may_approve for answer in standing_of(request, user=manager, as_of=TODAY)] == [False, True]
    approve(request, by=manager, acting_for_id=director.pk)
    decision = LimitDecision.objects.get()
    assert (decision.actor, decision.acting_for) == (manager, director)


@pytest.mark.parametrize(("starts", "ends"), [(-9, -1), (1, 9)])
def test_a_substitute_out_of_their_dates_decides_nothing(starts: int, ends: int) -> None:
    manager, director = make_user(), make_user(Role.DIRECTOR)
    substitute(director, manager, starts=TODAY + timedelta(days=starts), ends=TODAY + timedelta(days=ends))
    request = ask(make_clean_buyer(grade="E"), "40000", by=make_user(Role.ANALYST))
    with pytest.raises(Denied) as refused:
        approve(request, by=manager, acting_for_id=director.pk)
    assert refused.value.code == "substitute_not_in_force"
    assert not LimitDecision.objects.exists()


def test_nobody_stands_in_without_a_record_or_for_their_own_request() -> None:
    manager, director = make_user(), make_user(Role.DIRECTOR)
    request = ask(make_clean_buyer(), "1000", by=director)
    with pytest.raises(Denied) as refused:
        approve(request, by=manager, acting_for_id=director.pk)
    assert refused.value.code == "substitute_not_in_force"
    substitute(director, manager)
    with pytest.raises(Denied) as refused:
        approve(request, by=manager, acting_for_id=director.pk)
    assert refused.value.code == "own_request"
    assert not CreditLimit.objects.exists()


def test_a_person_and_their_substitute_are_not_two_signatures() -> None:
    manager, director = make_user(), make_user(Role.DIRECTOR)
    substitute(director, manager)
    request = ask(make_clean_buyer(), "600000", by=make_user(Role.ANALYST))
    half = approve(request, by=manager, acting_for_id=director.pk)
    for person in (director, manager):
        with pytest.raises(Denied) as refused:
            approve(half, by=person)
        assert refused.value.code == "already_signed"
    assert not CreditLimit.objects.exists()


def test_naming_and_ending_a_substitute() -> None:
    director, manager, deputy = make_user(Role.DIRECTOR), make_user(), make_user()
    row = name_substitute(
        user_id=manager.pk, deputy_id=deputy.pk, starts_on=TODAY, ends_on=WEEK, actor=director, as_of=TODAY
    )
    assert list_substitutes(as_of=WEEK) == [row]
    end_substitute(row.pk, ends_on=TODAY, actor=director, as_of=TODAY)
    assert list_substitutes(as_of=WEEK) == []
    with pytest.raises(DomainError):
        end_substitute(row.pk, ends_on=WEEK, actor=director, as_of=TODAY)
    ahead = name_substitute(
        user_id=manager.pk, deputy_id=deputy.pk, starts_on=WEEK, ends_on=WEEK, actor=director, as_of=TODAY
    )
    end_substitute(ahead.pk, ends_on=TODAY, actor=director, as_of=TODAY)
    assert list(Substitute.objects.all()) == [row]


def test_an_impossible_substitute_is_refused() -> None:
    director, manager, analyst = make_user(Role.DIRECTOR), make_user(), make_user(Role.ANALYST)
    for user, deputy, starts, ends in (
        (manager.pk, manager.pk, TODAY, WEEK),
        (manager.pk, analyst.pk, TODAY, WEEK),
        (analyst.pk, manager.pk, TODAY, WEEK),
        (manager.pk, director.pk, WEEK, TODAY),
        (manager.pk, director.pk, TODAY - timedelta(days=1), WEEK),
    ):
        with pytest.raises(DomainError):
            name_substitute(user_id=user, deputy_id=deputy, starts_on=starts, ends_on=ends, actor=director, as_of=TODAY)
    assert not Substitute.objects.exists()


def test_a_limit_cut_into_two_requests_counts_as_one() -> None:
    buyer, analyst = make_clean_buyer(), make_user(Role.ANALYST)
    approve(ask(buyer, "200000", by=analyst), by=make_user())
    second = ask(buyer, "200000", by=analyst, kind=LimitKind.TEMPORARY, until=WEEK)
    assert second.uninsured == 400_000
    with pytest.raises(Denied) as refused:
        approve(second, by=make_user())
    assert refused.value.code == "authority_exceeded"
    assert CreditLimit.objects.count() == 1


def test_a_waiting_request_counts_and_a_rejected_one_does_not() -> None:
    buyer, analyst = make_clean_buyer(), make_user(Role.ANALYST)
    first = ask(buyer, "200000", by=analyst)
    second = ask(buyer, "100000", by=analyst, kind=LimitKind.TEMPORARY, until=WEEK)
    assert (first.uninsured, second.uninsured) == (200_000, 300_000)
    reject_request(first.pk, version=1, actor=make_user(), as_of=TODAY, comment="no")
    assert ask(buyer, "150000", by=analyst).uninsured == 250_000


@pytest.mark.usefixtures("noon")
def test_what_was_approved_more_than_90_days_ago_is_not_added() -> None:
    buyer, analyst = make_clean_buyer(), make_user(Role.ANALYST)
    approve(ask(buyer, "200000", by=analyst), by=make_user())
    inside, outside = TODAY + timedelta(days=90), TODAY + timedelta(days=91)
    probe = ask(buyer, "10000", by=analyst, as_of=inside)
    assert probe.uninsured == 210_000
    withdraw_request(probe.pk, version=1, actor=analyst)
    assert ask(buyer, "10000", by=analyst, as_of=outside).uninsured == 10_000


def test_limits_of_the_group_are_added_whether_in_force_or_asked_for() -> None:
    one, two, three = make_clean_buyer(), make_clean_buyer(), make_clean_buyer()
    make_group(one, two, three)
    make_limit(two, "150000")
    insure(two, "100000", "90")
    analyst = make_user(Role.ANALYST)
    ask(three, "80000", by=analyst)
    request = ask(one, "100000", by=analyst)
    assert request.facts["uninsured"]["group_others"] == "140000.00"
    assert request.uninsured == 100_000 + 60_000 + 80_000
    with pytest.raises(Denied):
        approve(ask(two, "200000", by=analyst), by=make_user())


def test_a_sibling_limit_without_a_rate_is_no_limit_of_nothing() -> None:
    one, two = make_clean_buyer(), make_clean_buyer()
    make_group(one, two)
    make_limit(two, "150000", currency="XAF")
    with pytest.raises(DomainError) as refused:
        ask(one, "1000", by=make_user(Role.ANALYST))
    assert refused.value.code == "rate_missing"
    assert not LimitRequest.objects.exists()


def test_a_group_limit_counts_by_its_least_insured_member_and_its_worst_grade() -> None:
    one, two = make_clean_buyer(grade="A"), make_clean_buyer(grade="D")
    insure(one, "500000")
    group = make_group(one, two)
    request = ask(group, "60000", by=make_user(Role.ANALYST))
    assert (request.uninsured, request.facts["grade"]) == (60_000, "D")
    with pytest.raises(Denied):
        approve(request, by=make_user())
    approve(request, by=make_user(Role.DIRECTOR))
    assert CreditLimit.objects.get().account.group_id == group.pk


@pytest.mark.django_db(transaction=True)
def test_parallel_approvals_never_both_count() -> None:
    request = ask(make_clean_buyer(), "1000", by=make_user(Role.ANALYST))
    managers = [make_user() for _ in range(6)]
    outcomes, barrier = [], threading.Barrier(len(managers))

    def run(manager: User) -> None:
        barrier.wait()
        try:
            outcomes.append(approve(request, by=manager).state)
        except Conflict as refused:
            outcomes.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(manager,)) for manager in managers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes).count(RequestState.APPROVED) == 1
    assert set(outcomes) <= {RequestState.APPROVED, "invalid_transition", "request_changed"}
    assert CreditLimit.objects.count() == LimitDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_parallel_requests_see_each_other() -> None:
    buyer, analysts = make_clean_buyer(), [make_user(Role.ANALYST) for _ in range(2)]
    barrier = threading.Barrier(2)
    kinds = [{"kind": LimitKind.OWN}, {"kind": LimitKind.TEMPORARY, "until": WEEK}]

    def run(place: int) -> None:
        barrier.wait()
        try:
            ask(buyer, "200000", by=analysts[place], **kinds[place])
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(LimitRequest.objects.values_list("uninsured", flat=True)) == [200_000, 400_000]
