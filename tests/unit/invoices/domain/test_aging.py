"""Buckets and their edges (domain.md section 2)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import DomainError
from invoices.domain.aging import DEFAULT_BUCKETS, Buckets, age_in_days, days_past_due
from invoices.domain.kinds import AgingBasis

DUE, INVOICE = AgingBasis.DUE, AgingBasis.INVOICE


def test_labels_by_due_date_begin_with_not_due() -> None:
    assert DEFAULT_BUCKETS.labels(DUE) == ("not due", "1-30", "31-60", "61-90", "91-120", "121+")


def test_labels_by_invoice_date_have_no_not_due() -> None:
    assert DEFAULT_BUCKETS.labels(INVOICE) == ("0-30", "31-60", "61-90", "91-120", "121+")


@pytest.mark.parametrize(
    ("days", "label"),
    [
        (-400, "not due"),
        (-1, "not due"),
        (0, "not due"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91-120"),
        (120, "91-120"),
        (121, "121+"),
        (4000, "121+"),
    ],
)
def test_days_past_due_fall_into_their_bucket(days: int, label: str) -> None:
    assert DEFAULT_BUCKETS.labels(DUE)[DEFAULT_BUCKETS.index(days=days, basis=DUE)] == label


@pytest.mark.parametrize(("days", "label"), [(0, "0-30"), (30, "0-30"), (31, "31-60"), (120, "91-120"), (121, "121+")])
def test_days_since_invoice_fall_into_their_bucket(days: int, label: str) -> None:
    assert DEFAULT_BUCKETS.labels(INVOICE)[DEFAULT_BUCKETS.index(days=days, basis=INVOICE)] == label


def test_a_90_day_invoice_of_80_days_is_not_due_by_due_date_and_61_90_by_invoice_date() -> None:
    issued = date(2026, 1, 1)
    dates = {"invoice_date": issued, "due_date": issued + timedelta(90), "as_of": issued + timedelta(80)}
    by_due = DEFAULT_BUCKETS.index(days=age_in_days(basis=DUE, **dates), basis=DUE)
    by_invoice = DEFAULT_BUCKETS.index(days=age_in_days(basis=INVOICE, **dates), basis=INVOICE)
    assert DEFAULT_BUCKETS.labels(DUE)[by_due] == "not due"
    assert DEFAULT_BUCKETS.labels(INVOICE)[by_invoice] == "61-90"


def test_29_february_counts_as_a_day() -> None:
    assert days_past_due(due_date=date(2024, 2, 28), as_of=date(2024, 3, 1)) == 2
    assert days_past_due(due_date=date(2023, 2, 28), as_of=date(2023, 3, 1)) == 1


@given(st.integers(-1000, 5000), st.sampled_from(AgingBasis))
def test_every_age_has_exactly_one_bucket_and_older_is_never_earlier(days: int, basis: AgingBasis) -> None:
    place = DEFAULT_BUCKETS.index(days=days, basis=basis)
    assert 0 <= place < len(DEFAULT_BUCKETS.labels(basis))
    assert place <= DEFAULT_BUCKETS.index(days=days + 1, basis=basis)


@pytest.mark.parametrize("edges", [(30, 30, 60, 90), (60, 30, 90, 120), (0, 30, 60, 90), (-1, 2, 3, 4)])
def test_edges_that_do_not_rise_are_refused(edges: tuple[int, int, int, int]) -> None:
    with pytest.raises(DomainError, match="rising positive") as refused:
        Buckets(edges)
    assert refused.value.code == "edges_invalid"
