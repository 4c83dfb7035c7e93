"""Material overdue, what is open on a date, and when an invoice counts as settled."""

from datetime import date
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.domain.kinds import EntryKind
from invoices.domain.ledger import DEFAULT_MATERIALITY, Posting, open_amount, settled_on

MARCH = [
    Posting(EntryKind.ISSUE, D(100), date(2026, 3, 1)),
    Posting(EntryKind.RECEIPT, D(-40), date(2026, 3, 10)),
    Posting(EntryKind.RECEIPT, D(-60), date(2026, 3, 20)),
]


@pytest.mark.parametrize(
    ("invoice", "threshold"),
    [(D(5000), D(100)), (D(400), D(40)), (D(20_000), D(200)), (D(-5000), D(100)), (D(0), D(0))],
)
def test_materiality_follows_the_size_of_the_invoice(invoice: D, threshold: D) -> None:
    assert DEFAULT_MATERIALITY.threshold(invoice_amount_base=invoice) == threshold


def test_bank_charges_of_25_stop_nobody() -> None:
    assert not DEFAULT_MATERIALITY.is_material(overdue_base=D(25), invoice_amount_base=D(5000))
    assert not DEFAULT_MATERIALITY.is_material(overdue_base=D(100), invoice_amount_base=D(5000))
    assert DEFAULT_MATERIALITY.is_material(overdue_base=D("100.01"), invoice_amount_base=D(5000))


@pytest.mark.parametrize(
    ("day", "amount"), [(28, D(0)), (1, D(100)), (9, D(100)), (10, D(60)), (19, D(60)), (20, D(0))]
)
def test_what_is_open_changes_on_the_effective_date(day: int, amount: D) -> None:
    as_of = date(2026, 2 if day == 28 else 3, day)
    assert open_amount(postings=MARCH, as_of=as_of) == amount


@given(st.permutations(MARCH), st.dates(date(2026, 2, 1), date(2026, 4, 1)))
def test_order_of_arrival_does_not_matter(postings: list[Posting], as_of: date) -> None:
    assert open_amount(postings=postings, as_of=as_of) == open_amount(postings=MARCH, as_of=as_of)


def test_settled_is_the_last_receipt_that_brings_open_to_zero() -> None:
    assert settled_on(postings=MARCH) == date(2026, 3, 20)
    assert settled_on(postings=MARCH[:2]) is None


def test_a_rest_that_is_credited_later_leaves_the_day_of_the_last_receipt() -> None:
    credited = [*MARCH[:2], Posting(EntryKind.CREDIT_NOTE, D(-60), date(2026, 3, 25))]
    assert settled_on(postings=credited) == date(2026, 3, 10)


def test_closed_by_credit_note_alone_is_not_settled() -> None:
    credited = [MARCH[0], Posting(EntryKind.CREDIT_NOTE, D(-100), date(2026, 3, 20))]
    assert settled_on(postings=credited) is None


def test_a_reversed_receipt_does_not_settle() -> None:
    again = [
        Posting(EntryKind.ISSUE, D(100), date(2026, 3, 1)),
        Posting(EntryKind.RECEIPT, D(-100), date(2026, 3, 10), is_reversed=True),
        Posting(EntryKind.REVERSAL, D(100), date(2026, 3, 12)),
        Posting(EntryKind.WRITE_OFF, D(-100), date(2026, 6, 1)),
    ]
    assert settled_on(postings=again) is None
