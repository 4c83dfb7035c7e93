"""Standings: written down when they change, and only then."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from buyers.models import Buyer
from core.errors import Conflict
from core.intake.ecb import RateRow
from core.models import AuditEvent, Run
from core.queries.sql import fetch_one
from core.services.rates import add_rates
from credit.domain.terms import GradeTerms, TermsKind
from credit.models import BuyerStanding, GradeTermsVersion
from credit.queries.standings import Standing, get_standings
from credit.queries.terms import current_terms
from credit.services.standings import write_standings
from credit.services.terms import change_terms
from scoring.models import Score
from tests.integration.credit.builders import make_user
from tests.integration.invoices.builders import make_buyer, make_invoice, pay

pytestmark = pytest.mark.django_db

LATER = datetime(2100, 1, 1, tzinfo=UTC)
DIMENSIONS = ("buyer_credit", "payment_history", "fx_tolerance", "logistics", "compliance")


@pytest.fixture
def buyer() -> Buyer:
    return make_buyer()


def close(buyer: Buyer, day: str, grade: str = "A", coverage: str = "0.9", known_at: datetime = LATER) -> int:
    run = Run.objects.create(kind="close", key=f"close:{day}:{Run.objects.count()}", state=Run.State.DONE)
    values = {name: Decimal(50) for name in DIMENSIONS} | {f"{name}_coverage": Decimal(1) for name in DIMENSIONS}
    Score.objects.create(
        buyer=buyer,
        version="v1",
        as_of=day,
        known_at=LATER,
        run=run,
        score=Decimal(70),
        grade=grade,
        grade_before_caps=grade,
        coverage=Decimal(coverage),
        inputs_hash="0" * 64,
        **values,
    )
    return write(run, day, known_at)


def write(run: Run, day: str, known_at: datetime = LATER) -> int:
    return write_standings(as_of=date.fromisoformat(day), known_at=known_at, base_currency="USD", run_id=run.pk)


def standing(buyer: Buyer, day: str) -> Standing:
    return get_standings([buyer.pk], as_of=date.fromisoformat(day))[buyer.pk]


def test_the_first_close_writes_grade_terms_and_coverage(buyer: Buyer) -> None:
    assert close(buyer, "2026-04-01", "B", "0.59") == 3
    now = standing(buyer, "2026-04-01")
    assert (now.grade, now.default_terms, now.has_low_coverage) == ("B", "open_account_secured/60/20", True)
    assert now.oldest_material_overdue_days == 0


def test_a_night_without_a_change_writes_nothing(buyer: Buyer) -> None:
    make_invoice(buyer, "500", due="2026-03-31")
    assert close(buyer, "2026-04-01") == 4
    assert close(buyer, "2026-04-02") == 0
    assert standing(buyer, "2026-04-02").oldest_material_overdue_days == 2


def test_a_change_is_a_new_row_and_the_past_stays(buyer: Buyer) -> None:
    invoice = make_invoice(buyer, "500", due="2026-03-31")
    close(buyer, "2026-04-01", "A")
    pay(invoice, "500", day="2026-04-05")
    assert close(buyer, "2026-04-05", "C") == 3
    before, after = standing(buyer, "2026-04-04"), standing(buyer, "2026-04-05")
    assert (before.grade, before.oldest_material_overdue_days) == ("A", 4)
    assert (after.grade, after.oldest_material_overdue_days) == ("C", 0)
    assert after.default_terms == "balance_secured/0/30"


def test_an_earlier_date_than_the_last_changes_no_standing(buyer: Buyer) -> None:
    close(buyer, "2026-04-05", "A")
    assert close(buyer, "2026-04-01", "D") == 0
    assert standing(buyer, "2026-04-05").grade == "A"


def test_writing_twice_for_a_run_changes_nothing(buyer: Buyer) -> None:
    assert close(buyer, "2026-04-01") == 3
    assert write(Run.objects.get(), "2026-04-01") == 3
    assert BuyerStanding.objects.count() == 3


def test_a_buyer_without_a_standing_has_an_empty_one(buyer: Buyer) -> None:
    now = standing(buyer, "2026-04-01")
    assert (now.grade, now.default_terms, now.has_low_coverage, now.oldest_material_overdue_days) == ("", "", False, 0)


def test_changed_terms_count_from_the_next_close(buyer: Buyer) -> None:
    close(buyer, "2026-04-01", "A")
    change_terms(GradeTerms("A", TermsKind.OPEN_ACCOUNT, max_days=75), actor=make_user(), reason="test")
    assert close(buyer, "2026-04-02", "A") == 1
    assert standing(buyer, "2026-04-02").default_terms == "open_account/75/0"
    assert standing(buyer, "2026-04-01").default_terms == "open_account/90/0"
    assert AuditEvent.objects.filter(action="credit.terms.changed").count() == 1


def test_two_people_who_change_the_same_terms_do_not_overwrite_each_other() -> None:
    change_terms(GradeTerms("A", TermsKind.OPEN_ACCOUNT, max_days=75), actor=make_user(), reason="test")
    with pytest.raises(Conflict):
        change_terms(GradeTerms("A", TermsKind.OPEN_ACCOUNT, max_days=80), actor=make_user(), reason="test")
    assert GradeTermsVersion.objects.count() == 1
    assert current_terms()["A"].max_days == 75


def test_a_rate_learned_after_the_moment_of_the_close_does_not_count(buyer: Buyer) -> None:
    """150 EUR left of 1,500: above the threshold of 100 USD at 1.00, not above that of 10 % at 0.50."""
    pay(make_invoice(buyer, "1500", due="2026-03-31", currency="EUR"), "1350", day="2026-03-20")
    add_rates([RateRow("USD", date(2026, 4, 1), Decimal(1))], source="test")
    moment = fetch_one("SELECT clock_timestamp()")[0]
    add_rates([RateRow("USD", date(2026, 4, 1), Decimal("0.5"))], source="test")
    close(buyer, "2026-04-01", known_at=moment)
    assert standing(buyer, "2026-04-01").oldest_material_overdue_days == 1
    close(buyer, "2026-04-02")
    assert standing(buyer, "2026-04-02").oldest_material_overdue_days == 0
