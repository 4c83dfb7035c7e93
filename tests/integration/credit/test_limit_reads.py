"""Limits, insured limits, securities and rules as they are read."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from buyers.models import Buyer, BuyerGroup, BuyerMerge
from cover.queries.insured import insured_limits_in_force
from credit.domain.exposure import Cover
from credit.domain.kinds import LimitKind, RuleLevel
from credit.domain.rules import RuleCode
from credit.domain.standings import StandingKind
from credit.models import BuyerStanding, CheckRuleVersion, CreditAccount, CreditLimit
from credit.queries.insured import covers_in_force
from credit.queries.limit_history import exposure_points, limit_steps
from credit.queries.limits import limits_in_force, list_limits
from credit.queries.rules import rule_coverage
from tests.integration.credit.stock import TODAY, insure, rates_of
from tests.integration.invoices.builders import make_buyer, make_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def buyer() -> Buyer:
    return make_buyer()


def limit(account: CreditAccount, amount: str, since: str, until: str | None = None, **fields: object) -> CreditLimit:
    values = {"kind": LimitKind.OWN, "currency": "USD"} | fields
    return CreditLimit.objects.create(
        account=account, amount=Decimal(amount), valid_from=since, valid_to=until, **values
    )


class TestLimits:
    def test_buyers_and_groups_in_one_statement(self, buyer: Buyer, django_assert_num_queries) -> None:
        group = BuyerGroup.objects.create(code="G", name="G")
        limit(CreditAccount.objects.create(buyer=buyer), "100", "2026-01-01", currency="EUR")
        limit(CreditAccount.objects.create(group=group), "900", "2026-01-01")
        with django_assert_num_queries(1):
            found = limits_in_force(buyer_ids=[buyer.pk], group_ids=[group.pk], as_of=TODAY, rates=rates_of(EUR="1.1"))
        assert found.of_buyer(buyer.pk).limit.allowed_base == 110
        assert (found.of_group(group.pk).limit.allowed_base, found.of_group(None).has_limits) == (900, False)

    def test_a_later_recorded_version_of_the_same_day_counts(self, buyer: Buyer) -> None:
        account = CreditAccount.objects.create(buyer=buyer)
        limit(account, "100", "2026-01-01")
        limit(account, "50", "2026-01-01")
        limit(account, "70", "2025-01-01")
        assert (
            limits_in_force(buyer_ids=[buyer.pk], as_of=TODAY, rates=rates_of()).of_buyer(buyer.pk).limit.amount == 50
        )
        assert [row.amount for row in list_limits(account.pk)] == [50, 100, 70]

    def test_history_has_a_step_for_each_change(self, buyer: Buyer) -> None:
        account = CreditAccount.objects.create(buyer=buyer)
        limit(account, "100", "2026-01-01")
        limit(account, "150", "2026-03-01", "2026-03-31", kind=LimitKind.TEMPORARY)
        limit(account, "0", "2026-05-01")
        steps = limit_steps(account.pk, start=date(2025, 12, 1), end=TODAY, rates=rates_of())
        assert [(step.day.isoformat(), step.limit.allowed_base) for step in steps] == [
            ("2025-12-01", 0),
            ("2026-01-01", 100),
            ("2026-03-01", 150),
            ("2026-04-01", 100),
            ("2026-05-01", 0),
        ]

    def test_exposure_has_a_point_a_day(self, buyer: Buyer) -> None:
        make_invoice(buyer, "100", issued="2026-06-10", due="2026-06-20")
        days = [date(2026, 6, 9), date(2026, 6, 10)]
        points = exposure_points(buyer.pk, days=days, rates=rates_of(as_of=days[-1]))
        assert [point.exposure.net for point in points] == [0, 100]


class TestInsuredLimits:
    def test_of_each_insurer_the_latest_decision_by_its_day_counts(self, buyer: Buyer) -> None:
        insure(buyer, "100", valid_from=date(2026, 1, 1))
        insure(buyer, "80", valid_from=date(2026, 6, 30))
        insure(buyer, "500", valid_from=date(2026, 7, 1))
        insure(buyer, "30", insurer="Other", valid_to=TODAY)
        insure(buyer, "40", insurer="Ended", valid_to=date(2026, 6, 29))
        found = insured_limits_in_force([buyer.pk], as_of=TODAY)[buyer.pk]
        assert [(one.insurer, one.amount) for one in found] == [("Acme", 80), ("Other", 30)]

    def test_a_correction_of_the_same_day_counts_and_a_refusal_is_none(self, buyer: Buyer) -> None:
        insure(buyer, "100")
        before = datetime.now(UTC)
        insure(buyer, "0")
        assert insured_limits_in_force([buyer.pk], as_of=TODAY) == {buyer.pk: []}
        assert insured_limits_in_force([buyer.pk], as_of=TODAY, known_at=before)[buyer.pk][0].amount == 100

    def test_a_limit_of_a_duplicate_covers_its_survivor_in_base_currency(self, buyer: Buyer) -> None:
        duplicate = make_buyer()
        BuyerMerge.objects.create(
            duplicate=duplicate, survivor=buyer, reason="same", state="merged", merged_at=datetime.now(UTC)
        )
        insure(duplicate, "100", currency="EUR", percent="85")
        insure(buyer, "100", currency="RUB", insurer="Other")
        found = covers_in_force([buyer.pk], as_of=TODAY, rates=rates_of(EUR="1.1"))
        assert found == {buyer.pk: [Cover(Decimal("110.00"), Decimal("85.00"))]}


class TestRuleCoverage:
    def rule(self, level: str, subject: str, version: int = 1, *, is_removed: bool = False) -> None:
        CheckRuleVersion.objects.create(
            rule="oldest_overdue",
            level=level,
            subject=subject,
            version=version,
            is_removed=is_removed,
            effect="stop",
            numbers={"warn_days": "5"},
            reason="test",
        )

    def test_the_nearest_setting_reaches_a_buyer(self) -> None:
        group = BuyerGroup.objects.create(code="G", name="Group G")
        alone, graded, grouped, _rest = make_buyer(), make_buyer(), make_buyer(group=group), make_buyer()
        for buyer in (alone, graded):
            BuyerStanding.objects.create(buyer=buyer, kind=StandingKind.GRADE, value="C", as_of=TODAY)
        self.rule(RuleLevel.BUYER, str(alone.pk))
        self.rule(RuleLevel.GRADE, "C")
        self.rule(RuleLevel.GROUP, str(group.pk))
        (found,) = [line for line in rule_coverage() if line.rule is RuleCode.OLDEST_OVERDUE]
        assert [(place.level.value, place.name, place.buyers) for place in found.places] == [
            ("table", "", 1),
            ("grade", "C", 1),
            ("group", "Group G", 1),
            ("buyer", alone.name, 1),
        ]
        assert grouped.pk

    def test_a_setting_that_was_removed_falls_back(self) -> None:
        buyer = make_buyer()
        self.rule(RuleLevel.BUYER, str(buyer.pk))
        self.rule(RuleLevel.BUYER, str(buyer.pk), 2, is_removed=True)
        (found,) = [line for line in rule_coverage() if line.rule is RuleCode.OLDEST_OVERDUE]
        assert [(place.level.value, place.setting.version, place.buyers) for place in found.places] == [("table", 0, 1)]
