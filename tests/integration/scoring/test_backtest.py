"""Backtests: outcomes read after the date, features not; refusal where figures would be chance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from buyers.domain.fact_rows import EventRow
from buyers.models import Buyer
from buyers.services.facts import record_fact
from core.errors import DomainError
from invoices.domain.kinds import EntryKind
from invoices.services.bulk import post_bulk
from invoices.services.bulk_rows import EntryRow, InvoiceRow, ReceiptRow
from invoices.services.posting.adjustments import post_adjustment
from scoring.queries.cohorts import Cohort, load_cohort
from scoring.services.backtest import backtest_scorecard
from tests.integration.invoices.builders import make_buyer, make_invoice, pay

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 1, 31)
TODAY = date(2026, 6, 30)
HORIZON = 120


def cohort(as_of: date = AS_OF) -> Cohort:
    return load_cohort(as_of=as_of, horizon_days=HORIZON, base_currency="USD")


def on(days: int) -> str:
    """So many days after the date of the backtest (negative: before)."""
    return str(AS_OF + timedelta(days=days))


@pytest.fixture
def buyer() -> Buyer:
    """A buyer with one punctual payment long ago."""
    made = make_buyer()
    pay(make_invoice(made, "100", issued=on(-200), due=on(-170)), "100", day=on(-170))
    return made


@pytest.mark.parametrize(("due", "defaulted"), [(-89, True), (30, True), (31, False)])
def test_an_item_that_becomes_90_days_late_inside_the_horizon_is_a_default(
    buyer: Buyer, due: int, defaulted: bool
) -> None:
    make_invoice(buyer, "100", issued=on(-150), due=on(due))
    assert cohort().defaulted.tolist() == [defaulted]


@pytest.mark.parametrize(("due", "paid", "defaulted"), [(-60, 30, True), (-60, 29, False), (-60, 120, True)])
def test_an_item_paid_90_days_late_inside_the_horizon_is_a_default(
    buyer: Buyer, due: int, paid: int, defaulted: bool
) -> None:
    pay(make_invoice(buyer, "100", issued=on(-150), due=on(due)), "100", day=on(paid))
    assert cohort().defaulted.tolist() == [defaulted]


def test_a_write_off_and_an_insolvency_are_defaults(buyer: Buyer) -> None:
    other = make_buyer()
    pay(make_invoice(other, "100", issued=on(-200), due=on(-170)), "100", day=on(-170))
    invoice = make_invoice(buyer, "100", issued=on(-10), due=on(20))
    post_adjustment(
        invoice.pk,
        kind=EntryKind.WRITE_OFF,
        change=Decimal(-100),
        effective_date=AS_OF + timedelta(days=5),
        reason="closed",
    )
    record_fact(EventRow(other.pk, "insolvency", AS_OF + timedelta(days=HORIZON)))
    assert cohort().defaulted.tolist() == [True, True]


def test_who_is_in_default_already_or_has_no_history_is_not_asked_about(buyer: Buyer) -> None:
    make_invoice(buyer, "100", issued=on(-150), due=on(-90))
    make_buyer()
    insolvent = make_buyer()
    pay(make_invoice(insolvent, "100", issued=on(-200), due=on(-170)), "100", day=on(-170))
    record_fact(EventRow(insolvent.pk, "insolvency", AS_OF))
    assert cohort().defaulted.tolist() == []


def test_features_know_nothing_of_what_came_after(buyer: Buyer) -> None:
    before = cohort()
    make_invoice(buyer, "100", issued=on(1), due=on(2))
    pay(make_invoice(buyer, "100", issued=on(1), due=on(5)), "100", day=on(100))
    after = cohort()
    assert after.score.tolist() == before.score.tolist()
    assert after.late_share.tolist() == before.late_share.tolist()
    assert after.defaulted.tolist() == [True]


def test_the_naive_rule_is_the_share_of_late_items_of_12_months(buyer: Buyer) -> None:
    pay(make_invoice(buyer, "900", issued=on(-100), due=on(-70)), "900", day=on(-69))
    make_invoice(buyer, "100", issued=on(-100), due=on(-10))
    assert cohort().late_share.tolist() == [pytest.approx(2 / 3)]


def drifting_portfolio() -> None:
    """40 buyers who pay, 15 who drift and stop in autumn, 15 who drift and stop in winter; invoiced monthly."""
    stops = {
        index: None if index < 40 else date(2025, 7, 1) if index < 55 else date(2025, 11, 1) for index in range(70)
    }
    ids = {index: make_buyer().pk for index in stops}
    invoices, receipts, entries = [], [], []
    for index, stop in stops.items():
        for number, issued in enumerate(_months()):
            key, due = f"{index}-{number}", issued + timedelta(days=30)
            invoices.append(InvoiceRow(ids[index], "test", key, key, "USD", Decimal(1000), issued, due))
            paid = due + timedelta(days=(index * 7 + number) % 6 if stop is None else 20 + 2 * number)
            if paid <= TODAY and (stop is None or issued < stop):
                receipts.append(ReceiptRow(ids[index], "test", f"R{key}", "USD", Decimal(1000), paid))
                entries.append(EntryRow("test", key, "receipt", Decimal(-1000), paid, f"R{key}"))
    post_bulk(invoices=invoices, receipts=receipts, entries=entries)


def _months() -> Iterator[date]:
    for number in range(16):
        year, month = divmod(8 + number, 12)
        yield date(2024 + year, month + 1, 1)


def test_a_portfolio_that_drifts_is_told_apart() -> None:
    drifting_portfolio()
    report = backtest_scorecard(as_of=AS_OF, horizon_days=HORIZON, today=TODAY)
    assert (report.judged_on.buyers, report.judged_on.defaults) == (55, 15)
    assert (report.learned_from.buyers, report.learned_from.defaults) == (70, 15)
    assert report.scorecard.auc == 1.0
    assert report.scorecard.top_decile_lift == pytest.approx(55 / 15)
    assert report.scorecard.brier < report.scorecard.brier_of_base_rate
    assert sum(outcome.buyers for outcome in report.by_grade) == 55
    assert sum(outcome.defaults for outcome in report.by_grade) == 15


def test_the_command_prints_one_json_object_and_a_table() -> None:
    drifting_portfolio()
    out = StringIO()
    call_command("backtest_scorecard", "--as-of", AS_OF.isoformat(), "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert found["judged_on"] == {"as_of": "2026-01-31", "buyers": 55, "defaults": 15}
    assert set(found["scorecard"]) == set(found["share_of_late_invoices"])
    out = StringIO()
    call_command("backtest_scorecard", "--as-of", AS_OF.isoformat(), stdout=out)
    assert "share of late invoices" in out.getvalue()


def test_too_few_defaults_are_refused_in_words(buyer: Buyer) -> None:
    with pytest.raises(DomainError) as refusal:
        backtest_scorecard(as_of=AS_OF, horizon_days=HORIZON, today=TODAY)
    assert refusal.value.code == "too_few_defaults"
    assert "at least 10" in refusal.value.message


@pytest.mark.parametrize(
    ("horizon", "code"), [(151, "horizon_not_over"), (0, "horizon_invalid"), (366, "horizon_invalid")]
)
def test_a_horizon_that_is_not_over_is_refused(horizon: int, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        backtest_scorecard(as_of=AS_OF, horizon_days=horizon, today=TODAY)
    assert refusal.value.code == code
