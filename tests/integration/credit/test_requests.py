"""Requests for limits: the golden recommendation through the database, approval, refusals that change nothing."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pgtrigger
import pytest
from django.db import Error, transaction
from django.test import override_settings

from buyers.domain.fact_rows import StatementRow
from buyers.models import Buyer
from buyers.services.facts import record_fact
from core.access.scope import scope_of
from core.domain.roles import Role
from core.errors import Conflict, Denied, DomainError, InvalidTransition, NotFound
from core.models import AuditEvent, Job
from core.money import Money
from credit.domain.kinds import LimitKind, RequestState, Verdict
from credit.domain.limit_inputs import Assumptions
from credit.domain.standings import YES, StandingKind
from credit.models import CreditLimit, CreditReview, LimitDecision, LimitRequest
from credit.queries.request_facts import is_intact
from credit.queries.requests import get_request, list_requests, standing_of
from credit.services.requests import Asked, create_request, reject_request, withdraw_request
from invoices.domain.kinds import Terms
from tests.integration.credit.asking import approve, ask, insure, new_limit
from tests.integration.credit.builders import TODAY, account_for, make_clean_buyer, make_limit, make_user, set_standing
from tests.integration.invoices.builders import make_invoice, pay

pytestmark = pytest.mark.django_db

TOMORROW = TODAY + timedelta(days=1)
LATER = TODAY + timedelta(days=60)
GOLDEN = Assumptions(
    own_appetite=Decimal(60_000), loss_budget=Decimal(3_000), lgd=Decimal("0.6"), pd_12m=Decimal("0.025")
)


def golden_buyer() -> Buyer:
    """1.2m of sales at 60 days, paid 12 days late; net worth 4m, grade B, 200k insured at 90 %."""
    buyer = make_clean_buyer(grade="B")
    for back in (200, 150):
        issued, due, paid = (str(TODAY - timedelta(days=back - days)) for days in (0, 60, 72))
        pay(make_invoice(buyer, "600000", issued=issued, due=due), "600000", day=paid)
    record_fact(
        StatementRow(
            buyer.pk,
            "USD",
            TODAY - timedelta(days=180),
            total_assets=Decimal(9_000_000),
            current_assets=Decimal(5_000_000),
            current_liabilities=Decimal(3_000_000),
            total_liabilities=Decimal(5_000_000),
            retained_earnings=Decimal(1_000_000),
            ebit=Decimal(700_000),
        )
    )
    insure(buyer, "200000")
    return buyer


def nothing_happened() -> bool:
    changed = AuditEvent.objects.filter(action__startswith="credit.limit").exists()
    return not (CreditLimit.objects.exists() or LimitDecision.objects.exists() or changed)


def test_the_golden_recommendation_comes_out_of_the_database() -> None:
    request = ask(golden_buyer(), "260000", by=make_user(Role.ANALYST), assumptions=GOLDEN)
    found = request.recommendation
    assert {m["method"]: m["amount"] for m in found["methods"]} == {
        "need": "284055",
        "capacity": "320000",
        "appetite": "260000",
        "loss_budget": "380000",
    }
    assert (found["amount"], found["binding"]) == ("260000", "appetite")
    assert Decimal(found["uninsured"]) == 80_000
    assert Decimal(found["expected_loss"]) == 1_200
    assert (request.uninsured, request.signatures_needed) == (80_000, 1)
    need = found["methods"][0]["inputs"]
    assert (Decimal(need["annual_sales"]), need["terms_days"], need["expected_delay_days"]) == (1_200_000, 60, "12.0")


def loss_budget_inputs(request: LimitRequest) -> dict[str, Any]:
    inputs: dict[str, Any] = next(m for m in request.recommendation["methods"] if m["method"] == "loss_budget")[
        "inputs"
    ]
    return inputs


@override_settings(LIMIT_LGD=Decimal("0.5"), LIMIT_LGD_BY_TERMS={Terms.DP: Decimal("0.2")})
def test_lgd_is_that_of_the_instruments_that_the_buyer_bought_on() -> None:
    buyer = make_clean_buyer()
    for terms, amount in ((Terms.OPEN_ACCOUNT, "300"), (Terms.DP, "100"), (Terms.LC_CONFIRMED, "100")):
        make_invoice(buyer, amount, issued=str(TODAY - timedelta(days=30)), due=str(TODAY), terms=terms)
    request = ask(buyer, "1000", by=make_user(Role.ANALYST))
    assert Decimal(loss_budget_inputs(request)["lgd"]) == Decimal("0.35")  # (300 × 50 % + 100 × 20 % + 100 × 5 %) / 500
    assert request.facts["assumptions"]["lgd"] is None
    without_sales = ask(make_clean_buyer(), "1000", by=make_user(Role.ANALYST))
    assert Decimal(loss_budget_inputs(without_sales)["lgd"]) == Decimal("0.5")


def test_the_loss_of_a_temporary_limit_is_that_of_its_days() -> None:
    until, analyst = TODAY + timedelta(days=72), make_user(Role.ANALYST)
    found = ask(golden_buyer(), "260000", by=analyst, until=until, assumptions=GOLDEN).recommendation
    assert (found["days"], found["expected_loss"]) == (73, "242.44")


def test_a_request_knows_of_whom_too_little_is_known() -> None:
    known, unknown = make_clean_buyer(), make_clean_buyer()
    set_standing(unknown, StandingKind.LOW_COVERAGE, YES)
    for buyer, is_low in ((known, False), (unknown, True)):
        (facts,) = ask(buyer, "1000", by=make_user(Role.ANALYST)).facts["buyers"]
        assert facts["has_low_coverage"] is is_low


def test_facts_are_frozen_with_a_hash_that_proves_them() -> None:
    request = ask(golden_buyer(), "260000", by=make_user(Role.ANALYST), assumptions=GOLDEN)
    request.refresh_from_db()
    assert is_intact(request)
    request.facts["uninsured"]["own"] = "1"
    assert not is_intact(request)
    for change in (lambda: request.save(), lambda: request.delete()):
        with pytest.raises(Error, match=r"Cannot (update|delete)"), transaction.atomic():
            change()


def test_facts_changed_past_the_trigger_are_seen_and_nobody_can_sign_on_them() -> None:
    manager, request = make_user(), ask(golden_buyer(), "260000", by=make_user(Role.ANALYST))
    with pgtrigger.ignore("credit.LimitRequest:asked_stays"):
        LimitRequest.objects.update(recommendation={**request.recommendation, "amount": "999999"})
    with pytest.raises(Conflict) as refused:
        approve(request, by=manager)
    assert refused.value.code == "facts_altered"
    assert not get_request(request.pk, scope=scope_of(manager), as_of=TODAY).is_intact
    assert not CreditLimit.objects.exists()


def test_decision_and_limit_are_named_in_the_events_that_are_sealed() -> None:
    approve(ask(make_clean_buyer(), "1000", by=make_user(Role.ANALYST)), by=make_user())
    rows = {event.action: event.data.get("rows") for event in AuditEvent.objects.all()}
    assert rows["credit.limit_request.signed"] == {"credit_limitdecision": [LimitDecision.objects.get().pk]}
    assert rows["credit.limit_request.approved"] == {"credit_creditlimit": [CreditLimit.objects.get().pk]}


def test_the_last_signature_writes_the_limit_its_review_and_the_recheck() -> None:
    buyer = golden_buyer()
    request = ask(buyer, "260000", by=make_user(Role.ANALYST), assumptions=GOLDEN, until=LATER)
    Job.objects.all().delete()
    approved = approve(request, by=make_user(), comment="fine")
    limit = CreditLimit.objects.get()
    assert (limit.amount, limit.valid_from, limit.valid_to) == (260_000, TODAY, LATER)
    assert (limit.request_id, limit.account.buyer_id) == (request.pk, buyer.pk)
    assert (approved.state, approved.version) == (RequestState.APPROVED, 2)
    decision = LimitDecision.objects.get()
    assert (decision.facts_hash, decision.authority_version, decision.verdict) == (request.facts_hash, 0, "approve")
    assert [job.params["cause"] for job in Job.objects.filter(task="credit.recheck")] == ["limit_changed"]
    assert CreditReview.objects.get().due_on == TODAY + timedelta(days=91)
    actions = AuditEvent.objects.filter(action__startswith="credit.limit").order_by("pk")
    assert [event.action.rpartition(".")[2] for event in actions] == ["created", "signed", "approved"]


def test_nobody_approves_their_own_request() -> None:
    manager = make_user()
    request = ask(make_clean_buyer(), "1000", by=manager)
    with pytest.raises(Denied) as refused:
        approve(request, by=manager)
    assert refused.value.code == "own_request"
    assert not CreditLimit.objects.exists()
    assert not LimitDecision.objects.exists()
    request.refresh_from_db()
    assert (request.state, request.version) == (RequestState.PENDING, 1)


@pytest.mark.parametrize("role", [Role.SALES, Role.ANALYST, Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_does_not_decide_approves_and_rejects_nothing(role: Role) -> None:
    request = ask(make_clean_buyer(), "1000", by=make_user(Role.ANALYST))
    person = make_user(role)
    with pytest.raises(Denied):
        approve(request, by=person)
    with pytest.raises(Denied):
        reject_request(request.pk, version=1, actor=person, as_of=TODAY, comment="no")
    assert not LimitDecision.objects.exists()


def test_who_looks_after_the_buyer_in_sales_never_decides_on_it() -> None:
    manager = make_user()
    request = ask(make_clean_buyer(sales_owner=manager), "1000", by=make_user(Role.ANALYST))
    with pytest.raises(Denied) as refused:
        approve(request, by=manager)
    assert refused.value.code == "own_buyer"
    assert not CreditLimit.objects.exists()


def test_a_limit_above_the_approvers_authority_cannot_be_stored() -> None:
    request = ask(make_clean_buyer(grade="C"), "100001", by=make_user(Role.ANALYST))
    with pytest.raises(Denied) as refused:
        approve(request, by=make_user())
    assert refused.value.code == "authority_exceeded"
    assert not CreditLimit.objects.exists()
    assert approve(request, by=make_user(Role.DIRECTOR)).state == RequestState.APPROVED


def test_above_the_threshold_two_people_sign_and_only_the_second_writes_the_limit() -> None:
    request = ask(make_clean_buyer(), "600000", by=make_user(Role.ANALYST))
    assert request.signatures_needed == 2
    manager, director = make_user(), make_user(Role.DIRECTOR)
    half = approve(request, by=manager)
    assert (half.state, half.version) == (RequestState.PENDING, 2)
    assert not CreditLimit.objects.exists()
    with pytest.raises(Denied) as refused:
        approve(half, by=manager)
    assert refused.value.code == "already_signed"
    with pytest.raises(Denied) as refused:
        approve(half, by=make_user())  # a second manager: nobody of them has authority over 600k
    assert refused.value.code == "authority_exceeded"
    assert approve(half, by=director).state == RequestState.APPROVED
    assert CreditLimit.objects.count() == 1


def test_a_stale_version_or_a_decided_request_is_a_conflict() -> None:
    request = ask(make_clean_buyer(), "600000", by=make_user(Role.ANALYST))
    half = approve(request, by=make_user())
    with pytest.raises(Conflict) as refused:
        approve(request, by=make_user(Role.DIRECTOR))
    assert refused.value.code == "request_changed"
    rejected = reject_request(half.pk, version=2, actor=make_user(Role.DIRECTOR), as_of=TODAY, comment="too much")
    assert rejected.state == RequestState.REJECTED
    with pytest.raises(InvalidTransition):
        approve(rejected, by=make_user(Role.DIRECTOR))
    assert not CreditLimit.objects.exists()


def test_a_rejection_is_a_signed_record_with_its_reason() -> None:
    request = ask(make_clean_buyer(), "1000", by=make_user(Role.ANALYST))
    with pytest.raises(DomainError, match="reason"):
        reject_request(request.pk, version=1, actor=make_user(), as_of=TODAY, comment=" ")
    reject_request(request.pk, version=1, actor=make_user(), as_of=TODAY, comment="no accounts")
    decision = LimitDecision.objects.get()
    assert (decision.verdict, decision.comment) == (Verdict.REJECT, "no accounts")
    with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
        LimitDecision.objects.update(verdict=Verdict.APPROVE)


def test_only_who_asked_takes_a_request_back() -> None:
    analyst = make_user(Role.ANALYST)
    request = ask(make_clean_buyer(), "1000", by=analyst)
    with pytest.raises(NotFound):
        withdraw_request(request.pk, version=1, actor=make_user(Role.ANALYST))
    assert withdraw_request(request.pk, version=1, actor=analyst).state == RequestState.WITHDRAWN
    with pytest.raises(InvalidTransition):
        withdraw_request(request.pk, version=2, actor=analyst)


def test_one_request_of_a_kind_waits_at_a_time() -> None:
    buyer, analyst = make_clean_buyer(), make_user(Role.ANALYST)
    ask(buyer, "1000", by=analyst)
    with pytest.raises(Conflict) as refused:
        ask(buyer, "2000", by=analyst)
    assert refused.value.code == "request_pending"
    ask(buyer, "2000", by=analyst, kind=LimitKind.TEMPORARY, until=TOMORROW)
    assert LimitRequest.objects.count() == 2


def test_the_limit_begins_today_where_its_day_has_passed_and_not_at_all_after_its_end() -> None:
    analyst = make_user(Role.ANALYST)
    late = ask(make_clean_buyer(), "1000", by=analyst)
    approve(late, by=make_user(), as_of=TOMORROW)
    assert CreditLimit.objects.get().valid_from == TOMORROW
    over = ask(make_clean_buyer(), "1000", by=analyst, until=TODAY)
    with pytest.raises(Conflict) as refused:
        approve(over, by=make_user(), as_of=TOMORROW)
    assert refused.value.code == "request_overtaken"
    assert CreditLimit.objects.count() == 1


def test_cover_that_was_cut_since_the_request_counts_at_the_signature() -> None:
    buyer = make_clean_buyer()
    insure(buyer, "300000")
    request = ask(buyer, "300000", by=make_user(Role.ANALYST))
    assert request.uninsured == 30_000
    insure(buyer, "0", number="cut", day=TODAY)
    with pytest.raises(Denied) as refused:
        approve(request, by=make_user())
    assert refused.value.code == "authority_exceeded"
    assert approve(request, by=make_user(Role.DIRECTOR)).uninsured == 300_000


def test_a_grade_that_fell_since_the_request_counts_at_the_signature() -> None:
    buyer = make_clean_buyer()
    request = ask(buyer, "200000", by=make_user(Role.ANALYST))
    set_standing(buyer, StandingKind.GRADE, "D", as_of=TODAY)
    with pytest.raises(Denied):
        approve(request, by=make_user())


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ADMINISTRATOR])
def test_who_may_not_ask_stores_nothing(role: Role) -> None:
    with pytest.raises(Denied):
        ask(make_clean_buyer(), "1000", by=make_user(role))
    assert not LimitRequest.objects.exists()
    assert nothing_happened()


def test_sales_ask_for_their_own_buyers_and_see_nothing_of_the_cover() -> None:
    seller = make_user(Role.SALES)
    mine, other = make_clean_buyer(sales_owner=seller), make_clean_buyer()
    insure(mine, "200000")
    with pytest.raises(NotFound):
        ask(other, "1000", by=seller)
    request = ask(mine, "260000", by=seller)
    ask(other, "1000", by=make_user(Role.ANALYST))
    (seen,) = list_requests(scope=scope_of(seller))
    detail = get_request(request.pk, scope=scope_of(seller), as_of=TODAY)
    for row in (seen, detail.request):
        assert (row.facts, row.recommendation, row.uninsured, row.signatures_needed) == ({}, {}, 0, 0)
    assert (detail.progress, detail.decisions) == (None, ())
    assert len(list_requests(scope=scope_of(make_user()))) == 2


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"new": new_limit("-5")}, "amount"),
        ({"new": new_limit("5", currency="XXQ")}, "currency"),
        ({"new": new_limit("5", since=TODAY - timedelta(days=1))}, "valid_from"),
        ({"new": new_limit("5"), "reason": ""}, "reason"),
        ({"new": new_limit("5"), "reason": "x" * 501}, "reason"),
        ({"new": new_limit("5"), "buyer_id": None}, "buyer"),
        ({"new": new_limit("5"), "buyer_id": 0}, "buyer"),
        ({"new": new_limit("5"), "buyer_id": None, "group_id": 0}, "group"),
        ({"new": new_limit("5", currency="XAF")}, "currency"),
        (
            {"new": new_limit("5"), "assumptions": Assumptions(Decimal(-1), Decimal(1), Decimal("0.6"))},
            "own_appetite",
        ),
        (
            {"new": new_limit("5"), "assumptions": Assumptions(Decimal(1), Decimal(1), Decimal(60))},
            "lgd",
        ),
    ],
)
def test_an_impossible_request_is_refused_and_nothing_is_stored(asked: dict[str, object], field: str) -> None:
    buyer = make_clean_buyer()
    with pytest.raises(DomainError) as refused:
        create_request(
            Asked(**{"reason": "x", "buyer_id": buyer.pk} | asked), actor=make_user(Role.ANALYST), as_of=TODAY
        )
    assert refused.value.params["field"] == field
    assert not LimitRequest.objects.exists()
    assert nothing_happened()


def test_the_page_knows_who_may_sign() -> None:
    manager, analyst = make_user(), make_user(Role.ANALYST)
    request = ask(make_clean_buyer(grade="D"), "30000", by=analyst)
    answers = {
        person.role: standing_of(request, user=person, as_of=TODAY)[0]
        for person in (manager, analyst, make_user(Role.DIRECTOR))
    }
    assert answers[Role.DIRECTOR].may_approve
    assert answers[Role.MANAGER].code == "authority_exceeded"
    assert answers[Role.ANALYST].code == "role_may_not_decide"
    detail = get_request(request.pk, scope=scope_of(manager), as_of=TODAY)
    assert detail.progress is not None
    assert detail.progress.roles == (Role.DIRECTOR,)


def test_a_request_of_the_limit_in_force_keeps_it_until_it_is_decided() -> None:
    buyer = make_clean_buyer()
    make_limit(buyer, "500")
    request = ask(buyer, "900", by=make_user(Role.ANALYST))
    assert request.facts["limit_in_force"]["amount"] == "500.0000"
    assert account_for(buyer).limits.count() == 1
    assert Money(request.amount, request.currency) == Money(Decimal(900), "USD")
