"""The evidence of alerts in words."""

import pytest
from django.utils import translation

from alerts.domain.states import Rule
from dashboard import evidence

OVERDUE = {"items": 1, "oldest_days_past_due": 37, "threshold_days": 30, "rows": []}


def test_overdue_names_count_age_and_threshold() -> None:
    assert evidence.words(Rule.OVERDUE_30, OVERDUE) == (
        "1 material item overdue, the oldest for 37 days (threshold 30)."
    )


def test_words_follow_the_readers_language() -> None:
    with translation.override("zh-hans"):
        assert evidence.words(Rule.OVERDUE_30, OVERDUE) == "1 笔重大款项逾期，最长 37 天（阈值 30）。"


def test_related_parties_are_named_where_the_name_is_known() -> None:
    rows = [{"buyer": "C1", "days": 40}, {"buyer": "C2", "days": 1}]
    said = evidence.words(Rule.RELATED_PARTY_LATE, {"rows": rows}, {"C1": "Corvandel GmbH"})
    assert said == "Related parties late: Corvandel GmbH (40 days), C2 (1 day)."


def test_score_tells_from_where_to_where() -> None:
    given = {
        "points_lost": "16.20",
        "score_before": "66.20",
        "grade_before": "B",
        "date_before": "2026-01-31",
        "score": "50.00",
        "grade": "C",
    }
    assert evidence.words(Rule.SCORE_FELL, given) == (
        "Score fell by 16.20 points from 66.20 (B) on 2026-01-31 to 50.00 (C)."
    )


def test_grade_that_fell_by_a_cap_leaves_the_score() -> None:
    given = {
        "points_lost": "0.00",
        "score_before": "81.62",
        "grade_before": "A",
        "date_before": "2026-10-31",
        "score": "81.62",
        "grade": "C",
    }
    assert evidence.words(Rule.SCORE_FELL, given) == "Grade fell from A on 2026-10-31 to C; the score is 81.62."


def test_who_usually_pays_early_is_not_said_to_be_late_by_less_than_nothing() -> None:
    rows = [{"days": 9}, {"days": 12}]
    said = evidence.words(Rule.PAYMENT_PERIOD, {"habit_days": "-3", "rows": rows})
    assert said == "Usually 3 days early; the last invoices: 9, 12 days late."
    said = evidence.words(Rule.PAYMENT_PERIOD, {"habit_days": "1", "rows": rows})
    assert said == "Usually 1 day late; the last invoices: 9, 12 days late."


def test_concentration_tells_share_amount_and_threshold() -> None:
    given = {"share_percent": "21.50", "exposure": "1234567.00", "currency": "USD", "threshold_percent": "20"}
    assert evidence.words(Rule.CONCENTRATION_BUYER, given) == (
        "21.50 % of all exposure (1,234,567 USD); threshold 20 %."
    )


def test_a_ledger_that_does_not_agree_says_where() -> None:
    control = {"currency": "USD", "ledger": "100.0000", "aging": "99.9900", "difference": "-0.0100"}
    assert evidence.words(Rule.LEDGER_MISMATCH, control) == "USD: ledger 100.00, aging 99.99, difference (0.01)."
    assert evidence.words(Rule.LEDGER_MISMATCH, {"mismatches": 1, "rows": []}) == (
        "1 stored figure differs from the entries that it stands for."
    )


def test_goods_without_approval_name_order_and_day() -> None:
    row = {"order": "SO-1", "shipment": "S1", "shipped_on": "2026-06-01"}
    assert evidence.words(Rule.SHIPPED_UNAPPROVED, {"shipments": 1, "rows": [row]}) == (
        "1 shipment of order SO-1 left on 2026-06-01 without approval."
    )
    assert evidence.words(Rule.SHIPPED_UNAPPROVED, {"shipments": 2, "rows": [row, row]}) == (
        "2 shipments of order SO-1 left without approval, the first on 2026-06-01."
    )


@pytest.mark.parametrize("rule", list(Rule))
def test_evidence_without_its_figures_says_nothing_rather_than_something_wrong(rule: Rule) -> None:
    assert evidence.words(rule, {}) == ""
