"""The demo's rows: the same each time, consistent, and telling the two stories."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from statistics import mean

import pytest

from buyers.domain.registrations import check_number
from core.money import known_currencies, minor_digits
from pipeline.demo.dataset import Book, Dataset, book_of, build
from pipeline.demo.stories import AFFILIATES, PARENT, VELMORA

END = date(2026, 11, 22)


@pytest.fixture(scope="module")
def demo() -> Dataset:
    return build(seed=7, scale="demo", end=END)


@pytest.fixture(scope="module")
def books(demo: Dataset) -> dict[str, Book]:
    return {book.code: book for book in demo.books()}


def open_amounts(book: Book, *, as_of: date = END) -> dict[str, Decimal]:
    amounts = {row.external_id: row.amount for row in book.invoices if row.invoice_date <= as_of}
    for entry in book.settled.entries:
        if entry.effective_date <= as_of:
            amounts[entry.invoice_id] += entry.amount
    return amounts


def days_late(book: Book, *, year: int) -> list[int]:
    """Days late of what was received for invoices due in a year."""
    due = {row.external_id: row.due_date for row in book.invoices}
    return [
        (entry.effective_date - due[entry.invoice_id]).days
        for entry in book.settled.entries
        if entry.kind == "receipt" and due[entry.invoice_id].year == year
    ]


def test_same_seed_and_end_give_the_same_rows(demo: Dataset, books: dict[str, Book]) -> None:
    again = build(seed=7, scale="demo", end=END)
    assert again.buyers == demo.buyers
    assert again.members == demo.members
    assert next(again.books()) == books[demo.buyers[0].code]
    assert next(again.fact_files()) == next(demo.fact_files())


def test_another_seed_gives_other_trade(demo: Dataset) -> None:
    other = build(seed=8, scale="demo", end=END)
    assert [book.invoices for book in other.books()] != [book.invoices for book in demo.books()]


def test_about_220_buyers_of_30_countries_trade_in_8_currencies(demo: Dataset, books: dict[str, Book]) -> None:
    assert len(demo.buyers) == 220
    assert len({buyer.country for buyer in demo.buyers}) == 30
    assert len({row.currency for book in books.values() for row in book.invoices}) == 8
    assert {buyer.currency for buyer in demo.buyers} <= known_currencies()


def test_codes_and_names_are_unique(demo: Dataset) -> None:
    assert len({buyer.code for buyer in demo.buyers}) == len(demo.buyers)
    names = Counter(buyer.name for buyer in demo.buyers)
    assert [name for name, count in names.items() if count > 1] == []
    assert all(buyer.name_zh for buyer in demo.buyers)


def test_one_buyer_is_there_twice_but_for_its_leading_zeros(demo: Dataset) -> None:
    pair = [buyer for buyer in demo.buyers if buyer.code.lstrip("0") == "41730"]
    assert [buyer.code for buyer in pair] == ["0041730", "41730"]
    assert pair[0].name.upper() == pair[1].name


def test_three_years_of_invoices_reach_into_the_current_month(books: dict[str, Book]) -> None:
    days = [row.invoice_date for book in books.values() for row in book.invoices]
    months = {day.replace(day=1) for day in days}
    assert max(days) <= END
    assert END.replace(day=1) in months
    assert {date(2023, 11, 1), date(2025, 1, 1)} <= months


def test_nothing_happens_after_the_end(books: dict[str, Book]) -> None:
    for book in books.values():
        dates = [entry.effective_date for entry in book.settled.entries]
        dates += [row.received_on for row in book.settled.receipts] + [
            row.issued_on for row in book.settled.credit_notes
        ]
        dates += [row.valid_from for row in book.settled.disputes] + [row.order_date for row in book.orders]
        assert all(day <= END for day in dates)


def test_no_invoice_is_paid_beyond_its_amount(books: dict[str, Book]) -> None:
    assert all(amount >= 0 for book in books.values() for amount in open_amounts(book).values())


def test_no_receipt_is_allocated_beyond_its_amount(books: dict[str, Book]) -> None:
    for book in books.values():
        used: dict[str | None, Decimal] = defaultdict(Decimal)
        for entry in book.settled.entries:
            used[entry.receipt_id] -= entry.amount
        assert all(used[row.external_id] <= row.amount for row in book.settled.receipts)


def test_amounts_have_the_minor_digits_of_their_currency(books: dict[str, Book]) -> None:
    for book in books.values():
        for row in [*book.invoices, *book.settled.receipts, *book.settled.credit_notes]:
            assert row.amount > 0
            assert -int(row.amount.as_tuple().exponent) <= minor_digits(row.currency)


def test_external_ids_are_unique(books: dict[str, Book]) -> None:
    for kind in ("orders", "shipments", "invoices"):
        ids = [row.external_id for book in books.values() for row in getattr(book, kind)]
        assert len(ids) == len(set(ids))
    for kind in ("receipts", "credit_notes"):
        ids = [row.external_id for book in books.values() for row in getattr(book.settled, kind)]
        assert len(ids) == len(set(ids))


def test_everything_that_can_happen_to_an_invoice_happens(books: dict[str, Book]) -> None:
    kinds = Counter(entry.kind for book in books.values() for entry in book.settled.entries)
    assert {"receipt", "credit_note", "write_off", "bank_charge"} <= set(kinds)
    disputes = [row for book in books.values() for row in book.settled.disputes]
    closed = {row.key + row.invoice_id for row in disputes if row.amount == 0}
    assert any(row.key + row.invoice_id not in closed for row in disputes)
    assert any(book.settled.due_dates for book in books.values())
    assert any(order.status == "cancelled" for order in books[VELMORA].orders)
    assert any(order.status == "open" for book in books.values() for order in book.orders)


def test_some_money_and_credits_stand_unapplied(books: dict[str, Book]) -> None:
    settled = [book.settled for book in books.values()]
    used = {entry.receipt_id for item in settled for entry in item.entries}
    credited = {entry.credit_note_id for item in settled for entry in item.entries}
    assert any(row.external_id not in used for item in settled for row in item.receipts)
    assert any(row.external_id not in credited for item in settled for row in item.credit_notes)


def test_registration_numbers_pass_their_own_check_digits(demo: Dataset) -> None:
    countries = {buyer.code: buyer.country for buyer in demo.buyers}
    found = [(countries[file.code], row) for file in demo.fact_files() for row in file.registrations]
    assert len(found) > 150
    for country, row in found:
        assert check_number(kind=row.kind, number=row.number, country=country), row


def test_some_papers_are_about_to_expire(demo: Dataset) -> None:
    soon = END + timedelta(days=30)
    papers = [row for file in demo.fact_files() for row in [*file.certificates, *file.contracts, *file.kyc]]
    assert any(row.expires_on and END <= row.expires_on <= soon for row in papers)
    assert any(row.expires_on and row.expires_on < END for row in papers)


def test_the_group_drifts_into_arrears_through_related_companies(books: dict[str, Book]) -> None:
    by_year = [mean(days_late(books[PARENT], year=year)) for year in (2021, 2023, 2025)]
    assert by_year == sorted(by_year)
    assert by_year[0] < 20 < 50 < by_year[2]

    def share_of_parent(as_of: date) -> float:
        balances = {item.code: sum(open_amounts(books[item.code], as_of=as_of).values()) for item in AFFILIATES}
        return float(balances[PARENT] / sum(balances.values()))

    assert share_of_parent(date(2022, 6, 30)) > 0.6
    assert share_of_parent(END) < 0.15


def test_the_new_buyer_pays_early_grows_then_stops_and_cancels(books: dict[str, Book]) -> None:
    book = books[VELMORA]
    assert mean(days_late(book, year=2025)) < 1
    sales: dict[int, Decimal] = defaultdict(Decimal)
    for row in book.invoices:
        sales[(END - row.invoice_date).days // 182] += row.amount
    assert sales[1] > 5 * sales[3]
    assert max(row.received_on for row in book.settled.receipts) < END - timedelta(days=100)
    overdue = [row for row in book.invoices if row.due_date < END and open_amounts(book)[row.external_id]]
    assert sum(row.amount for row in overdue) > 2_000_000
    assert sum(order.status == "cancelled" for order in book.orders) >= 3


def test_small_scale_is_a_few_hundred_invoices() -> None:
    small = build(seed=1, scale="small", end=END)
    count = sum(len(book.invoices) for book in small.books())
    assert len(small.buyers) == 26
    assert 500 < count < 1_100


def test_a_buyer_s_book_does_not_depend_on_the_others(demo: Dataset) -> None:
    small = build(seed=7, scale="small", end=END)
    assert book_of(profile=small.profiles[0], seed=7, end=END) == next(demo.books())
