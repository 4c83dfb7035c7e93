"""Aging of any date: buckets add up to the ledger, whatever came in whichever order."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
import time_machine
from django.contrib.auth import get_user_model

from buyers.models import BuyerMerge
from buyers.services.merges import merge, undo_merge
from core.access.scope import Scope
from core.models import ExchangeRate
from invoices.domain.kinds import AgingBasis
from invoices.models import ControlBalance
from invoices.queries.aging import AgingQuestion, AgingReport, control_in, get_aging
from invoices.queries.aging_lines import list_aging
from invoices.services.posting.adjustments import set_dispute
from invoices.services.posting.allocations import Incoming, post_credit_note
from invoices.services.posting.issue import change_due_date
from invoices.services.posting.reversals import reverse_entry
from tests.integration.invoices.builders import make_buyer, make_invoice, make_receipt, pay

pytestmark = pytest.mark.django_db


def aging(as_of: str, **fields: object) -> AgingReport:
    return get_aging(AgingQuestion(as_of=date.fromisoformat(as_of), **fields))


def amounts(report: AgingReport) -> dict[str, D]:
    return {b.label: b.amount for b in report.buckets if b.items}


def rate(currency: str, day: str, per_eur: str) -> None:
    ExchangeRate.objects.create(currency=currency, rate_date=day, per_eur=D(per_eur), source="test")


@pytest.mark.parametrize(
    ("as_of", "label"),
    [
        ("2026-03-31", "not due"),
        ("2026-04-01", "1-30"),
        ("2026-04-30", "1-30"),
        ("2026-05-01", "31-60"),
        ("2026-08-01", "121+"),
    ],
)
def test_an_item_moves_through_the_buckets(as_of: str, label: str) -> None:
    make_invoice(make_buyer(), "100", issued="2026-03-01", due="2026-03-31")
    assert amounts(aging(as_of)) == {label: 100}


def test_nothing_is_open_before_it_was_issued() -> None:
    make_invoice(make_buyer(), "100", issued="2026-03-01")
    report = aging("2026-02-28")
    assert (report.items, report.buyers, report.amount) == (0, 0, 0)
    assert report.is_reconciled


def test_a_past_day_shows_what_was_open_then() -> None:
    invoice = make_invoice(make_buyer(), "100")
    pay(invoice, "40", day="2026-04-10")
    pay(invoice, "60", day="2026-05-10")
    assert [aging(day).amount for day in ("2026-04-09", "2026-04-10", "2026-05-09", "2026-05-10")] == [100, 60, 60, 0]


def test_by_invoice_date_counts_from_the_invoice() -> None:
    make_invoice(make_buyer(), "100", issued="2026-01-01", due="2026-04-01")
    as_of = (date(2026, 1, 1) + timedelta(80)).isoformat()
    assert amounts(aging(as_of)) == {"not due": 100}
    assert amounts(aging(as_of, by=AgingBasis.INVOICE)) == {"61-90": 100}


def test_unapplied_cash_is_a_column_and_never_netted() -> None:
    buyer = make_buyer()
    make_invoice(buyer, "100")
    make_receipt(buyer, "30", day="2026-04-10")
    before, after = aging("2026-04-09"), aging("2026-04-10")
    assert (before.amount, before.unapplied_cash, before.net) == (100, 0, 100)
    assert (after.amount, after.unapplied_cash, after.net) == (100, 30, 70)
    assert before.is_reconciled
    assert after.is_reconciled


def test_gross_open_less_unapplied_cash_and_credits_is_the_ledgers_balance() -> None:
    """The control total of domain.md section 2; a disputed part is repeated, never taken off."""
    buyer = make_buyer()
    invoice = make_invoice(buyer, "100")
    make_invoice(buyer, "50", due="2026-06-30")
    make_receipt(buyer, "30", day="2026-04-10")
    credit = Incoming(
        buyer_id=buyer.pk, source="test", external_id="C1", currency="USD", amount=D(15), day=date(2026, 4, 11)
    )
    post_credit_note(credit)
    set_dispute(invoice.pk, key="D1", amount=D(20), reason="quality", valid_from=date(2026, 4, 5))
    report = aging("2026-04-12")
    assert amounts(report) == {"not due": 50, "1-30": 100}
    assert (report.amount, report.disputed, report.unapplied_cash, report.unapplied_credit) == (150, 20, 30, 15)
    assert control_in(report, AgingQuestion(as_of=date(2026, 4, 12)).rates()) == (105, 105)
    balance = ControlBalance.objects.get()
    assert balance.receivable - balance.unapplied_cash - balance.unapplied_credit == 105
    assert (aging("2026-04-10").net, aging("2026-04-09").net) == (120, 150)


def test_a_disputed_part_stays_in_its_bucket() -> None:
    invoice = make_invoice(make_buyer(), "100")
    set_dispute(invoice.pk, key="D1", amount=D(30), reason="quality", valid_from=date(2026, 4, 5))
    assert aging("2026-04-04").disputed == 0
    report = aging("2026-04-05")
    assert (report.amount, report.disputed) == (100, 30)


def test_a_changed_due_date_counts_from_its_day_on() -> None:
    invoice = make_invoice(make_buyer(), "100", due="2026-03-31")
    change_due_date(invoice.pk, due_date=date(2026, 6, 30), valid_from=date(2026, 4, 20), reason="extended")
    assert amounts(aging("2026-04-19")) == {"1-30": 100}
    assert amounts(aging("2026-04-20")) == {"not due": 100}


def test_a_reversal_learned_later_leaves_the_past_as_it_was_known() -> None:
    with time_machine.travel(datetime(2026, 4, 10, 12, tzinfo=UTC), tick=False):
        entry = pay(make_invoice(make_buyer(), "100"), "100", day="2026-04-10")
    with time_machine.travel(datetime(2026, 5, 2, 12, tzinfo=UTC), tick=False):
        reverse_entry(entry.pk, effective_date=date(2026, 4, 12), reason="bounced")
    assert aging("2026-04-30").amount == 100
    known = aging("2026-04-30", known_at=datetime(2026, 4, 30, tzinfo=UTC))
    assert known.amount == 0
    assert known.is_reconciled


def test_one_currency_is_shown_as_it_is_and_several_in_base(settings: object) -> None:
    settings.BASE_CURRENCY = "USD"
    rate("USD", "2026-04-01", "1.10")
    rate("JPY", "2026-04-01", "165")
    buyer = make_buyer()
    make_invoice(buyer, "16500", currency="JPY")
    assert (aging("2026-04-02").currency, aging("2026-04-02").amount) == ("JPY", 16500)
    make_invoice(buyer, "100", currency="USD")
    report = aging("2026-04-02")
    assert (report.currency, report.amount) == ("USD", D("210.00"))
    assert report.rates_date == date(2026, 4, 1)


def test_each_item_is_rounded_once(settings: object) -> None:
    settings.BASE_CURRENCY = "USD"
    rate("USD", "2026-04-01", "1")
    rate("GBP", "2026-04-01", "3")
    buyer = make_buyer()
    make_invoice(buyer, "100", currency="USD")
    for _ in range(3):
        make_invoice(buyer, "1.00", currency="GBP")
    assert aging("2026-04-02").amount == D("100.99")


@pytest.mark.parametrize(("base", "expected"), [("JPY", "0"), ("USD", "0.99"), ("KWD", "0.999")])
def test_items_are_rounded_to_the_minor_units_of_the_base(settings: object, base: str, expected: str) -> None:
    """Three items of 1/3 each: 0 yen, 33 cents, 333 fils; the item already in base money counts as it is."""
    settings.BASE_CURRENCY = base
    rate(base, "2026-04-01", "1")
    rate("GBP", "2026-04-01", "3")
    buyer = make_buyer()
    for _ in range(3):
        make_invoice(buyer, "1.00", currency="GBP")
    own = make_invoice(buyer, "1", currency=base)
    report = aging("2026-04-02")
    assert report.currency == base
    assert report.amount - own.amount == D(expected)


def test_a_currency_without_a_usable_rate_is_listed_and_breaks_nothing(settings: object) -> None:
    settings.BASE_CURRENCY = "USD"
    rate("USD", "2026-04-01", "1.10")
    rate("RUB", "2022-03-01", "117")
    buyer = make_buyer()
    make_invoice(buyer, "100", currency="USD")
    make_invoice(buyer, "5000", currency="RUB")
    report = aging("2026-04-02")
    assert (report.amount, report.unconverted, report.is_complete) == (100, {"RUB": 5000}, False)
    assert report.is_reconciled
    line = list_aging(AgingQuestion(as_of=date(2026, 4, 2)))[0]
    assert (line.open_amount, line.items, line.unconverted_items) == (100, 2, 1)


def test_a_balance_that_does_not_agree_is_reported() -> None:
    buyer = make_buyer()
    make_invoice(buyer, "100")
    ControlBalance.objects.filter(buyer=buyer).update(receivable=D(90))
    report = aging("2026-04-02")
    assert not report.is_reconciled
    assert control_in(report, AgingQuestion(as_of=date(2026, 4, 2)).rates()) == (90, 100)


def test_sales_see_their_own_buyers_only() -> None:
    owner = get_user_model().objects.create(username="amy", role="sales")
    make_invoice(make_buyer(sales_owner=owner), "100")
    make_invoice(make_buyer(), "900")
    report = aging("2026-04-02", scope=Scope(label="amy", sales_owner_id=owner.pk))
    assert (report.amount, report.buyers, report.is_reconciled) == (100, 1, True)


def test_merged_records_are_one_buyer_and_come_apart_again() -> None:
    kept, twin = make_buyer("0042"), make_buyer("42")
    make_invoice(kept, "100")
    make_invoice(twin, "50")
    make_receipt(twin, "5", day="2026-04-01")
    pair = BuyerMerge.objects.create(duplicate=twin, survivor=kept, reason="zeros")
    moments = [datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)]
    merge(pair.pk, now=moments[0])
    together = aging("2026-04-02")
    assert (together.buyers, together.amount, together.is_reconciled) == (1, 150, True)
    only = aging("2026-04-02", buyer_id=kept.pk)
    assert (only.amount, only.unapplied_cash, only.is_reconciled) == (150, 5, True)
    undo_merge(pair.pk, now=moments[1])
    assert aging("2026-04-02").buyers == 2


def test_lines_by_every_dimension_add_up_to_the_report(settings: object) -> None:
    settings.BASE_CURRENCY = "USD"
    rate("USD", "2026-04-01", "1.10")
    for country, currency in (("DE", "EUR"), ("DE", "USD"), ("FR", "EUR")):
        buyer = make_buyer(country=country)
        make_invoice(buyer, "100", currency=currency)
        make_receipt(buyer, "7", day="2026-04-01", currency=currency)
    question = AgingQuestion(as_of=date(2026, 4, 2))
    report = get_aging(question)
    for group_by in ("buyer", "group", "country", "currency", "owner"):
        lines = list_aging(question, group_by=group_by)
        assert sum(line.open_amount for line in lines) == report.amount
        assert sum(line.unapplied_cash for line in lines) == report.unapplied_cash
    by_currency = list_aging(question, group_by="country", in_base=False)
    assert {(line.key, line.currency, line.open_amount) for line in by_currency} == {
        ("DE", "EUR", 100),
        ("DE", "USD", 100),
        ("FR", "EUR", 100),
    }
