"""What a check is made from: the golden figures through the database, ages of data, budget of statements."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from buyers.domain.fact_rows import KycRow, ScreeningRow
from buyers.domain.facts import BuyerStatus, KycStatus, ScreeningResult
from buyers.models import Buyer, BuyerGroup, BuyerMerge
from buyers.services.facts import record_facts
from core.errors import NotFound
from core.money import Money
from core.queries.sql import fetch_all
from credit.domain.check import Asked, CheckFacts, LimitState, run_check
from credit.domain.kinds import Checkpoint, HoldKind, HoldState, LimitKind, Result
from credit.domain.rules import RuleCode
from credit.domain.standings import StandingKind
from credit.domain.terms import TermsKind
from credit.models import BuyerStanding, CheckRuleVersion, CreditAccount, CreditLimit, GradeTermsVersion, Hold
from credit.queries.check_facts import load_check_facts
from invoices.domain.kinds import Terms
from invoices.queries.open_items import BASE_ITEMS_SQL, OpenItems, of_stated_buyers
from tests.integration.credit.stock import (
    LATE,
    SOON,
    TODAY,
    bill_order,
    deposit,
    insure,
    put_order,
    rates_of,
    reserve,
    secure,
    ship,
)
from tests.integration.invoices.builders import allocate, make_buyer, make_invoice, make_receipt, pay

pytestmark = pytest.mark.django_db

EARLIER = date(2026, 1, 5)
DUE_LATER = "2026-09-30"


@pytest.fixture
def buyer() -> Buyer:
    return graded(make_buyer())


def graded(buyer: Buyer, grade: str = "A") -> Buyer:
    """Identified, screened today, graded: only what a test adds can stop its orders."""
    record_facts([KycRow(buyer.pk, KycStatus.COMPLETE, EARLIER), ScreeningRow(buyer.pk, ScreeningResult.CLEAR, TODAY)])
    BuyerStanding.objects.create(buyer=buyer, kind=StandingKind.GRADE, value=grade, as_of=TODAY)
    return buyer


def limit(owner: Buyer | BuyerGroup, amount: str, **fields: object) -> CreditLimit:
    key = {"buyer": owner} if isinstance(owner, Buyer) else {"group": owner}
    account = CreditAccount.objects.get_or_create(**key)[0]
    values = {"kind": LimitKind.OWN, "currency": "USD", "valid_from": EARLIER} | fields
    return CreditLimit.objects.create(account=account, amount=Decimal(amount), **values)


def asked(amount: str = "80000", **fields: object) -> Asked:
    values = {
        "checkpoint": Checkpoint.ORDER,
        "amount": Money(Decimal(amount), "USD"),
        "amount_base": Decimal(amount),
        "terms": Terms.OPEN_ACCOUNT,
        "terms_days": 60,
        "ship_date": SOON,
    }
    return Asked(**(values | fields))


def facts_of(buyer: Buyer, question: Asked | None = None, **fields: object) -> CheckFacts:
    return load_check_facts(question or asked(), buyer.pk, **({"as_of": TODAY, "rates": rates_of()} | fields))


@pytest.fixture
def golden(buyer: Buyer) -> Buyer:
    """Limit 500, receivables 310, delivered 60, orders inside the horizon 90, later 120 (thousands)."""
    limit(buyer, "500000")
    make_invoice(buyer, "310000", due=DUE_LATER)
    ship(put_order(buyer, "60000"))
    reserve(put_order(buyer, "90000"))
    reserve(put_order(buyer, "120000", ship=LATE))
    return buyer


class TestGolden:
    def test_660_and_540_against_500(self, golden: Buyer) -> None:
        measured = measures(facts_of(golden))
        assert (measured[RuleCode.STATIC_USE], measured[RuleCode.HORIZON_USE]) == (660_000, 540_000)

    def test_516_with_a_deposit_of_30_percent_received(self, golden: Buyer) -> None:
        order = put_order(golden, "80000")
        deposit(order, "24000")
        facts = facts_of(golden, asked(order_id=order.pk))
        assert facts.asked.deposit_received_base == 24_000
        assert measures(facts)[RuleCode.HORIZON_USE] == 516_000
        assert run_check(facts=facts).over_by_base == 16_000

    def test_the_orders_own_reservation_is_not_counted_beside_the_question(self, golden: Buyer) -> None:
        order = put_order(golden, "80000")
        reserve(order)
        assert measures(facts_of(golden, asked(order_id=order.pk)))[RuleCode.HORIZON_USE] == 540_000

    def test_the_group_limit_sees_every_member_once(self, golden: Buyer) -> None:
        group = BuyerGroup.objects.create(code="G", name="G")
        limit(group, "600000")
        sister = make_buyer()
        Buyer.objects.filter(pk__in=[golden.pk, sister.pk]).update(group=group)
        make_invoice(sister, "100000", due=DUE_LATER)
        facts = facts_of(golden)
        assert facts.group is not None
        assert (facts.group.exposure.net_in_horizon, facts.group.limit.allowed_base) == (560_000, 600_000)
        assert run_check(facts=facts).outcome is Result.STOP


def measures(facts: CheckFacts) -> dict[RuleCode, object]:
    return {answer.rule: answer.measured for answer in run_check(facts=facts).rules}


class TestTheOrderAskedAbout:
    def test_what_left_or_was_invoiced_is_told_apart(self, buyer: Buyer) -> None:
        order = put_order(buyer, "100")
        reserve(order)
        ship(order, "40")
        bill_order(order, "25")
        secure(buyer, "70", order=order)
        facts = facts_of(buyer, asked("100", order_id=order.pk))
        assert (facts.asked.delivered_base, facts.asked.secured_base) == (40, 30)
        found = {part.value: base for part, base in facts.buyer.exposure.by_part.items() if base}
        assert found == {"receivables": 25, "delivered_not_invoiced": 15, "secured": 40}

    def test_an_order_paid_in_full_is_prepaid(self, buyer: Buyer) -> None:
        order = put_order(buyer, "100")
        first = deposit(order, "60")
        assert not facts_of(buyer, asked("100", order_id=order.pk)).asked.is_prepaid
        deposit(order, "40")
        allocate(first, bill_order(order, "60"), "60", day="2026-06-30")
        facts = facts_of(buyer, asked("100", order_id=order.pk))
        assert (facts.asked.is_prepaid, facts.asked.deposit_received_base) == (True, 40)

    def test_a_deposit_that_is_assumed_stays(self, buyer: Buyer) -> None:
        order = put_order(buyer, "100")
        deposit(order, "10")
        facts = facts_of(buyer, asked("100", order_id=order.pk, deposit_received_base=Decimal(30)))
        assert facts.asked.deposit_received_base == 30

    def test_an_insured_buyer_is_secured_until_the_insurer_refuses(self, buyer: Buyer) -> None:
        assert not facts_of(buyer).asked.is_secured
        insure(buyer, "1000")
        assert facts_of(buyer).asked.is_secured
        insure(buyer, "0", valid_from=date(2026, 6, 1))
        assert not facts_of(buyer).asked.is_secured


class TestAccounts:
    def test_no_limit_is_missing(self, buyer: Buyer) -> None:
        facts = facts_of(buyer)
        assert (facts.buyer.limit.state, facts.group) == (LimitState.MISSING, None)

    def test_the_greater_of_own_and_temporary_is_in_force_and_zero_takes_it_away(self, buyer: Buyer) -> None:
        limit(buyer, "500")
        limit(buyer, "540", kind=LimitKind.TEMPORARY, valid_to=TODAY)
        assert facts_of(buyer).buyer.limit.allowed_base == 540
        assert facts_of(buyer, as_of=TODAY + timedelta(days=1)).buyer.limit.allowed_base == 500
        limit(buyer, "0", valid_from=TODAY)
        limit(buyer, "0", kind=LimitKind.TEMPORARY, valid_from=TODAY, valid_to=TODAY)
        assert facts_of(buyer).buyer.limit.state is LimitState.MISSING

    def test_a_limit_past_its_end_has_expired(self, buyer: Buyer) -> None:
        limit(buyer, "500", valid_to=date(2026, 6, 29))
        assert facts_of(buyer).buyer.limit.state is LimitState.EXPIRED

    def test_a_limit_without_rate_is_named_as_missing(self, buyer: Buyer) -> None:
        limit(buyer, "500", currency="RUB")
        assert facts_of(buyer).buyer.missing_rates == ("RUB",)

    def test_a_limit_as_known_before_it_was_recorded_is_missing(self, buyer: Buyer) -> None:
        before = datetime.now(UTC)
        limit(buyer, "500")
        assert facts_of(buyer, known_at=before).buyer.limit.state is LimitState.MISSING

    def test_a_merged_buyer_is_checked_as_its_survivor(self, buyer: Buyer) -> None:
        duplicate = make_buyer()
        BuyerMerge.objects.create(
            duplicate=duplicate, survivor=buyer, reason="same", state="merged", merged_at=datetime.now(UTC)
        )
        limit(buyer, "500")
        make_invoice(duplicate, "40", due=DUE_LATER)
        facts = facts_of(duplicate)
        assert (facts.buyer.limit.allowed_base, facts.buyer.exposure.net, facts.buyer.grade) == (500, 40, "A")

    def test_an_unknown_buyer_is_an_error(self) -> None:
        with pytest.raises(NotFound, match="no buyer"):
            load_check_facts(asked(), 10**9, as_of=TODAY, rates=rates_of())


class TestStanding:
    def test_material_overdue_items_speak_for_themselves(self, buyer: Buyer) -> None:
        make_invoice(buyer, "10000", issued="2026-03-01", due="2026-05-31")
        make_invoice(buyer, "50", issued="2026-01-01", due="2026-01-31")
        pay(make_invoice(buyer, "10000", issued="2026-01-01", due="2026-01-31"), "9950", day="2026-02-01")
        facts = facts_of(buyer).buyer
        assert (facts.oldest_overdue_days, facts.overdue_base) == (150, 10_050)

    def test_grade_terms_are_the_tables_or_the_handbooks(self, buyer: Buyer) -> None:
        assert facts_of(buyer).buyer.grade_terms.max_days == 90
        GradeTermsVersion.objects.create(grade="A", version=1, kind=TermsKind.OPEN_ACCOUNT, max_days=45)
        facts = facts_of(buyer).buyer
        assert (facts.grade, facts.grade_terms.max_days, facts.score_age_days) == ("A", 45, 0)

    def test_a_buyer_without_anything_on_record_says_so(self) -> None:
        facts = facts_of(make_buyer()).buyer
        found = (facts.grade, facts.grade_terms, facts.kyc_status, facts.screening_result, facts.screening_age_days)
        assert found == (None, None, None, None, None)

    def test_an_identification_past_its_end_has_expired(self, buyer: Buyer) -> None:
        record_facts([KycRow(buyer.pk, KycStatus.COMPLETE, date(2026, 2, 1), expires_on=date(2026, 6, 29))])
        assert facts_of(buyer).buyer.kyc_status == "expired"

    def test_a_hit_on_a_duplicate_outweighs_a_clear_screening_of_its_survivor(self, buyer: Buyer) -> None:
        duplicate = make_buyer()
        record_facts([ScreeningRow(duplicate.pk, ScreeningResult.CONFIRMED, date(2026, 3, 1))])
        BuyerMerge.objects.create(
            duplicate=duplicate, survivor=buyer, reason="same", state="merged", merged_at=datetime.now(UTC)
        )
        assert facts_of(buyer).buyer.screening_result == "confirmed"

    def test_a_forced_hold_of_the_buyer_or_of_the_order_counts(self, buyer: Buyer) -> None:
        order, other = put_order(buyer), put_order(buyer)
        Hold.objects.create(buyer=buyer, order=other, kind=HoldKind.FORCED)
        question = asked("100", order_id=order.pk)
        assert not facts_of(buyer, question).buyer.forced_hold
        hold = Hold.objects.create(buyer=buyer, order=order, kind=HoldKind.FORCED)
        assert facts_of(buyer, question).buyer.forced_hold
        assert not facts_of(buyer).buyer.forced_hold
        hold.state, hold.closed_at = HoldState.LIFTED, datetime.now(UTC)
        hold.save()
        assert not facts_of(buyer, question).buyer.forced_hold
        Hold.objects.create(buyer=buyer, kind=HoldKind.FORCED)
        assert facts_of(buyer).buyer.forced_hold

    def test_a_blocked_buyer_counts_as_held(self, buyer: Buyer) -> None:
        Buyer.objects.filter(pk=buyer.pk).update(status=BuyerStatus.BLOCKED)
        assert facts_of(buyer).buyer.forced_hold

    def test_receipts_age_in_working_days_and_an_empty_ledger_waits_for_nothing(self, buyer: Buyer) -> None:
        later = datetime.now(UTC).date() + timedelta(days=8)
        assert facts_of(buyer, as_of=later, rates=rates_of(as_of=later)).buyer.receipts_age_working_days == 0
        make_receipt(buyer, "1", day="2026-06-01")
        age = facts_of(buyer, as_of=later, rates=rates_of(as_of=later)).buyer.receipts_age_working_days
        assert age in (5, 6, 7)

    def test_the_rule_nearest_to_the_buyer_counts(self, buyer: Buyer) -> None:
        for level, subject, days in (("table", "", "20"), ("grade", "A", "18"), ("buyer", str(buyer.pk), "16")):
            CheckRuleVersion.objects.create(
                rule="oldest_overdue",
                level=level,
                subject=subject,
                version=1,
                effect="stop",
                numbers={"warn_days": days},
                reason="test",
            )
        rule = facts_of(buyer).rules[RuleCode.OLDEST_OVERDUE]
        assert (rule.numbers["warn_days"], rule.numbers["stop_days"], rule.level) == (16, 30, "buyer")


def test_statements_do_not_grow_with_the_group_or_with_what_was_settled(
    buyer: Buyer, django_assert_num_queries
) -> None:
    with django_assert_num_queries(5):
        facts_of(buyer)
    group = BuyerGroup.objects.create(code="G", name="G")
    limit(group, "600000")
    Buyer.objects.filter(pk=buyer.pk).update(group=group)
    for _ in range(10):
        sister = make_buyer(group=group)
        pay(make_invoice(sister, "100"), "100", day="2026-06-01")
        reserve(put_order(sister))
    with django_assert_num_queries(5):
        facts = facts_of(buyer)
    assert facts.group is not None
    assert facts.group.exposure.net == 1000


@pytest.mark.parametrize("known_at", [None, datetime(2100, 1, 1, tzinfo=UTC)])
def test_overdue_items_of_one_buyer_are_those_of_the_open_items(buyer: Buyer, known_at: datetime | None) -> None:
    for due, open_amount in (("2026-01-31", "10000"), ("2026-05-31", "700"), ("2026-09-30", "50")):
        make_invoice(buyer, open_amount, issued="2026-01-01", due=due)
    make_invoice(make_buyer(), "999", issued="2026-01-01", due="2026-01-31")
    items = OpenItems(TODAY, known_at=known_at, buyer_ids=[buyer.pk]).base_params(rates_of())
    columns = "SELECT invoice_id, days_past_due, base_open, base_disputed, is_material_overdue"
    everybody, stated = (
        fetch_all(f"{columns} FROM ({sql}) i ORDER BY 1", items)
        for sql in (BASE_ITEMS_SQL, of_stated_buyers(BASE_ITEMS_SQL))
    )
    assert len(everybody) == 3
    assert stated == everybody
    overdue = [row for row in everybody if row[4]]
    found = facts_of(buyer, known_at=known_at).buyer
    assert found.oldest_overdue_days == max(row[1] for row in overdue)
    assert found.overdue_base == sum(row[2] - row[3] for row in overdue)
