"""Golden numbers of domain.md section 3, through the ledger."""

from datetime import date
from decimal import Decimal as D

import pytest

from invoices.domain.metrics import round_metric
from invoices.queries.aging import AgingQuestion
from invoices.queries.metrics import MetricsReport, get_metrics
from tests.integration.invoices.builders import make_buyer, make_invoice, pay

pytestmark = pytest.mark.django_db


def metrics(as_of: str) -> MetricsReport:
    return get_metrics(AgingQuestion(as_of=date.fromisoformat(as_of)))


def rounded(report: MetricsReport, name: str) -> D | None:
    return round_metric(report.get(name).value)


@pytest.fixture
def quarter() -> None:
    """Sales Apr 400k, May 450k, Jun 500k; 850k open at the end of May, 900k at the end of June, 620k of it not due."""
    buyer = make_buyer()
    april = make_invoice(buyer, "400000", issued="2026-04-10", due="2026-05-20")
    make_invoice(buyer, "280000", issued="2026-05-10", due="2026-06-10")
    may = make_invoice(buyer, "170000", issued="2026-05-12", due="2026-07-15")
    june = make_invoice(buyer, "500000", issued="2026-06-10", due="2026-07-31")
    pay(april, "400000", day="2026-06-05")
    pay(may, "50000", day="2026-06-20")
    assert june.open_amount == 500_000


def test_the_dso_family_comes_out_of_the_ledger(quarter: None) -> None:
    report = metrics("2026-06-30")
    assert rounded(report, "dso") == D("60.67")
    assert rounded(report, "dso_count_back") == D("57.56")
    assert rounded(report, "dso_best_possible") == D("41.79")
    assert rounded(report, "average_days_delinquent") == D("18.87")


def test_collection_effectiveness_comes_out_of_the_ledger(quarter: None) -> None:
    cei = metrics("2026-06-30").get("cei")
    assert (cei.inputs["opening"], cei.inputs["credit_sales"], cei.inputs["closing"]) == (850_000, 500_000, 900_000)
    assert round_metric(cei.value) == D("61.64")


def test_weighted_days_beyond_terms_come_out_of_the_ledger() -> None:
    buyer = make_buyer()
    for amount, day in (("20000", "2026-03-28"), ("50000", "2026-04-12"), ("30000", "2026-05-11")):
        pay(make_invoice(buyer, amount, issued="2026-03-01", due="2026-03-31"), amount, day=day)
    assert metrics("2026-06-30").get("weighted_days_beyond_terms").value == D("17.7")


def test_concentration_comes_out_of_the_ledger() -> None:
    for amount in ("40", "25", "15", "10", "10"):
        make_invoice(make_buyer(), amount)
    report = metrics("2026-03-15")
    assert report.get("hhi").value == 2650
    assert rounded(report, "effective_number") == D("3.77")
    assert report.get("top_5_share").value == 100


def test_an_empty_ledger_has_no_figures_and_no_error() -> None:
    report = metrics("2026-06-30")
    assert {metric.value for metric in report.metrics} == {None}
