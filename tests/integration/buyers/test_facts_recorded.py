"""Recording facts: append-only, the same fact once, all or nothing, one audit event."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from buyers.domain.fact_rows import (
    CertificateRow,
    ContractRow,
    EventRow,
    FactRow,
    KycRow,
    RatingRow,
    ScreeningRow,
    StatementRow,
)
from buyers.models import AgencyGrade, AgencyRating, Buyer, Certificate, FinancialStatement, RiskEvent
from buyers.services.facts import FactsRecorded, end_event, record_fact, record_facts
from buyers.services.reference import load_agency_grades
from core.errors import Conflict, DomainError, NotFound
from core.models import AuditEvent

pytestmark = pytest.mark.django_db
DAY = date(2026, 1, 31)


@pytest.fixture
def buyer() -> Buyer:
    load_agency_grades()
    return Buyer.objects.create(code="B1", name="First Buyer")


def all_kinds(buyer_id: int) -> list[FactRow]:
    return [
        RatingRow(buyer_id, "S&P", "BBB", DAY, "report 7"),
        StatementRow(
            buyer_id,
            "EUR",
            DAY,
            total_assets=Decimal(1000),
            current_assets=Decimal(500),
            current_liabilities=Decimal(250),
            total_liabilities=Decimal(600),
            retained_earnings=Decimal(90),
            ebit=Decimal(70),
        ),
        EventRow(buyer_id, "litigation", DAY, note="court of Lyon"),
        KycRow(buyer_id, "complete", DAY, date(2027, 1, 31)),
        ScreeningRow(buyer_id, "clear", DAY),
        CertificateRow(buyer_id, "ISO 9001", DAY, "Q-1"),
        ContractRow(buyer_id, True, DAY),
    ]


def test_facts_of_every_kind_are_recorded_with_one_audit_event(buyer: Buyer) -> None:
    before = AuditEvent.objects.count()
    assert record_facts(all_kinds(buyer.pk)) == FactsRecorded(recorded=7, unchanged=0)
    assert AgencyRating.objects.get().points == 60
    assert FinancialStatement.objects.get().ebit == 70
    assert AuditEvent.objects.count() == before + 1
    event = AuditEvent.objects.latest("pk")
    assert (event.action, event.subject_id, event.data["recorded"]["rating"]) == (
        "buyers.facts.recorded",
        str(buyer.pk),
        1,
    )


def test_the_same_facts_again_change_nothing(buyer: Buyer) -> None:
    record_facts(all_kinds(buyer.pk))
    audited = AuditEvent.objects.count()
    assert record_facts(all_kinds(buyer.pk) * 2) == FactsRecorded(recorded=0, unchanged=14)
    assert AuditEvent.objects.count() == audited


def test_a_correction_is_a_second_row(buyer: Buyer) -> None:
    assert record_fact(CertificateRow(buyer.pk, "CE", DAY, "1"))
    assert record_fact(CertificateRow(buyer.pk, "CE", DAY, "2"))
    assert Certificate.objects.count() == 2


def test_an_unknown_grade_is_refused_and_nothing_is_written(buyer: Buyer) -> None:
    rows: list[FactRow] = [KycRow(buyer.pk, "complete", DAY), RatingRow(buyer.pk, "S&P", "Baa1", DAY)]
    with pytest.raises(DomainError) as refusal:
        record_facts(rows)
    assert refusal.value.code == "grade_unknown"
    assert not buyer.kyc_records.exists()


def test_an_unknown_buyer_is_refused() -> None:
    with pytest.raises(NotFound):
        record_fact(KycRow(999_999, "complete", DAY))


def test_points_stay_frozen_when_the_table_of_grades_changes(buyer: Buyer) -> None:
    record_fact(RatingRow(buyer.pk, "S&P", "BBB", DAY))
    AgencyGrade.objects.filter(agency="S&P", grade="BBB").update(points=1)
    assert AgencyRating.objects.get().points == 60


def test_an_event_ends_by_a_row_of_its_own(buyer: Buyer) -> None:
    record_fact(EventRow(buyer.pk, "litigation", DAY))
    event = RiskEvent.objects.get()
    end = end_event(event.pk, ended_on=date(2026, 3, 1))
    assert (end.ends_id, end.kind, end.valid_from) == (event.pk, "litigation", date(2026, 3, 1))
    with pytest.raises(Conflict):
        end_event(event.pk, ended_on=date(2026, 3, 2))
    with pytest.raises(NotFound):
        end_event(end.pk, ended_on=date(2026, 3, 2))


def test_an_event_cannot_end_before_it_began(buyer: Buyer) -> None:
    record_fact(EventRow(buyer.pk, "litigation", DAY))
    with pytest.raises(DomainError) as refusal:
        end_event(RiskEvent.objects.get().pk, ended_on=date(2026, 1, 30))
    assert refusal.value.code == "fact_invalid"


def test_a_source_that_reports_the_end_later_ends_the_known_event(buyer: Buyer) -> None:
    assert record_fact(EventRow(buyer.pk, "bank_line_cut", DAY, source="bank"))
    assert record_fact(EventRow(buyer.pk, "bank_line_cut", DAY, date(2026, 2, 28), source="bank"))
    assert not record_fact(EventRow(buyer.pk, "bank_line_cut", DAY, date(2026, 2, 28), source="bank"))
    assert RiskEvent.objects.filter(ends__isnull=True).count() == 1
    assert RiskEvent.objects.filter(ends__isnull=False).count() == 1


def test_many_facts_take_few_queries(buyer: Buyer, django_assert_max_num_queries: object) -> None:
    ids = [b.pk for b in Buyer.objects.bulk_create([Buyer(code=f"X{i}", name="x") for i in range(200)])]
    rows = [row for pk in ids for row in all_kinds(pk)]
    with django_assert_max_num_queries(24):  # type: ignore[operator]
        assert record_facts(rows).recorded == 1400
