"""What of the ledger counts in a score: receipts by value date, what is overdue, what was written off."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from buyers.models import Buyer, BuyerGroup
from core.intake.ecb import RateRow
from core.services.rates import add_rates
from invoices.domain.kinds import EntryKind
from invoices.services.posting.adjustments import post_adjustment, set_dispute
from invoices.services.posting.allocations import (
    Allocation,
    Incoming,
    allocate_credit_note,
    bounce_receipt,
    post_credit_note,
)
from invoices.services.posting.issue import change_due_date
from invoices.services.posting.reversals import reverse_entry
from scoring.domain.v1 import facts as v1
from scoring.queries.inputs import load_inputs
from tests.integration.invoices.builders import allocate, make_buyer, make_invoice, make_receipt, pay

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 6, 30)


def before(days: int) -> str:
    return str(AS_OF - timedelta(days=days))


def items(buyer: Buyer, as_of: date = AS_OF) -> list[tuple[int, float, int, int, int]]:
    """(kind, amount, days late, age, days since due) of the payment items."""
    found = load_inputs(buyer_ids=[buyer.pk], as_of=as_of).facts.payments
    columns = (found.kind, found.amount, found.days_late, found.age_days, found.days_since_due)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def oldest(buyer: Buyer) -> int:
    return int(load_inputs(buyer_ids=[buyer.pk], as_of=AS_OF).facts.oldest_overdue[0])


@pytest.fixture
def buyer() -> Buyer:
    return make_buyer()


def test_a_receipt_is_late_by_its_value_date_not_by_its_allocation(buyer: Buyer) -> None:
    invoice = make_invoice(buyer, "100", issued=before(60), due=before(30))
    receipt = make_receipt(buyer, "100", day=before(20))
    allocate(receipt, invoice, "100", day=before(5))
    assert items(buyer) == [(v1.RECEIVED, 100.0, 10, 20, 30)]


def test_an_allocation_counts_from_its_effective_date(buyer: Buyer) -> None:
    invoice = make_invoice(buyer, "100", issued=before(60), due=before(30))
    receipt = make_receipt(buyer, "100", day=before(20))
    allocate(receipt, invoice, "100", day=before(5))
    assert items(buyer, AS_OF - timedelta(days=6)) == [(v1.OVERDUE, 100.0, 24, 0, 24)]


def test_what_a_related_party_paid_counts_by_its_value_date(buyer: Buyer) -> None:
    group = BuyerGroup.objects.create(code="G", name="Group")
    payer = make_buyer(group=group)
    Buyer.objects.filter(pk=buyer.pk).update(group=group)
    invoice = make_invoice(Buyer.objects.get(pk=buyer.pk), "100", issued=before(60), due=before(30))
    allocate(make_receipt(payer, "100", day=before(20)), invoice, "100", day=before(5))
    assert items(buyer) == [(v1.RECEIVED, 100.0, 10, 20, 30)]
    assert items(payer) == []


def test_each_part_of_an_invoice_is_an_item(buyer: Buyer) -> None:
    invoice = make_invoice(buyer, "1000", issued=before(60), due=before(30))
    pay(invoice, "400", day=before(30))
    pay(invoice, "450", day=before(10))
    assert items(buyer) == [
        (v1.RECEIVED, 400.0, 0, 30, 30),
        (v1.RECEIVED, 450.0, 20, 10, 30),
        (v1.OVERDUE, 150.0, 30, 0, 30),
    ]


def test_a_reversed_allocation_and_a_bounced_receipt_do_not_count(buyer: Buyer) -> None:
    first = make_invoice(buyer, "100", issued=before(60), due=before(-5))
    second = make_invoice(buyer, "100", issued=before(60), due=before(-5))
    reverse_entry(pay(first, "100", day=before(9)).pk, effective_date=AS_OF, reason="wrong invoice")
    bounced = pay(second, "100", day=before(9)).receipt
    assert bounced is not None
    bounce_receipt(bounced.pk, day=AS_OF - timedelta(days=2), reason="no funds")
    assert items(buyer) == []
    assert len(items(buyer, AS_OF - timedelta(days=3))) == 2


def test_a_written_off_part_counts_from_the_day_it_was_written_off(buyer: Buyer) -> None:
    invoice = make_invoice(buyer, "100", issued=before(300), due=before(200))
    post_adjustment(
        invoice.pk,
        kind=EntryKind.WRITE_OFF,
        change=Decimal(-100),
        effective_date=AS_OF - timedelta(days=40),
        reason="insolvent",
    )
    assert items(buyer) == [(v1.WRITTEN_OFF, 100.0, 200, 40, 200)]


def test_credited_parts_charges_and_discounts_do_not_count(buyer: Buyer) -> None:
    invoice = make_invoice(buyer, "100", issued=before(60), due=before(30))
    note = post_credit_note(
        Incoming(
            buyer_id=buyer.pk, source="test", external_id="CN", currency="USD", amount=Decimal(70), day=date(2026, 6, 1)
        )
    )
    allocate_credit_note(
        Allocation(source_id=note.pk, invoice_id=invoice.pk, amount=Decimal(70), effective_date=date(2026, 6, 1))
    )
    for kind in (EntryKind.BANK_CHARGE, EntryKind.DISCOUNT):
        post_adjustment(invoice.pk, kind=kind, change=Decimal(-15), effective_date=date(2026, 6, 2), reason="x")
    assert items(buyer) == []


@pytest.mark.parametrize(
    ("terms", "counts"),
    [("open_account", True), ("dp", True), ("da", True), ("cash_in_advance", False), ("lc_sight", False)],
)
def test_only_credit_terms_say_something_about_the_buyer(buyer: Buyer, terms: str, counts: bool) -> None:
    pay(make_invoice(buyer, "100", issued=before(60), due=before(30), terms=terms), "100", day=before(3))
    make_invoice(buyer, "100", issued=before(60), due=before(30), terms=terms)
    assert len(items(buyer)) == (2 if counts else 0)
    assert oldest(buyer) == 30


@pytest.mark.parametrize(("age", "counts"), [(730, True), (731, False)])
def test_receipts_of_the_last_730_days_count(buyer: Buyer, age: int, counts: bool) -> None:
    pay(make_invoice(buyer, "100", issued=before(800), due=before(760)), "100", day=before(age))
    assert (len(items(buyer)) == 1) is counts


def test_a_changed_due_date_counts_from_the_day_it_holds(buyer: Buyer) -> None:
    invoice = make_invoice(buyer, "100", issued=before(60), due=before(30))
    change_due_date(invoice.pk, due_date=AS_OF - timedelta(days=10), valid_from=AS_OF, reason="agreed")
    assert items(buyer) == [(v1.OVERDUE, 100.0, 10, 0, 10)]
    assert items(buyer, AS_OF - timedelta(days=1)) == [(v1.OVERDUE, 100.0, 29, 0, 29)]


@pytest.mark.parametrize(
    ("amount", "left", "material"),
    [
        ("5000", "100", False),
        ("5000", "100.01", True),
        ("20000", "200", False),
        ("20000", "200.01", True),
        ("400", "40", False),
        ("400", "40.01", True),
    ],
)
def test_an_immaterial_rest_stops_nobody(buyer: Buyer, amount: str, left: str, material: bool) -> None:
    invoice = make_invoice(buyer, amount, issued=before(300), due=before(200))
    pay(invoice, str(Decimal(amount) - Decimal(left)), day=before(200))
    assert oldest(buyer) == (200 if material else 0)
    assert (v1.OVERDUE in [item[0] for item in items(buyer)]) is material


def test_the_oldest_material_undisputed_item_decides(buyer: Buyer) -> None:
    make_invoice(buyer, "100", issued=before(60), due=before(45))
    disputed = make_invoice(buyer, "100", issued=before(200), due=before(120))
    set_dispute(disputed.pk, key="D", amount=Decimal(100), reason="quality", valid_from=AS_OF - timedelta(days=99))
    make_invoice(buyer, "100", issued=before(10), due=before(-20))
    assert oldest(buyer) == 45


@pytest.mark.parametrize(("age", "left"), [(60, 40.0), (61, 100.0)])
def test_a_part_in_dispute_is_left_out_of_the_history_for_60_days(buyer: Buyer, age: int, left: float) -> None:
    invoice = make_invoice(buyer, "100", issued=before(200), due=before(120))
    set_dispute(invoice.pk, key="D", amount=Decimal(60), reason="quality", valid_from=AS_OF - timedelta(days=age))
    assert items(buyer) == [(v1.OVERDUE, left, 120, 0, 120)]


def test_amounts_are_converted_at_the_closing_rate(buyer: Buyer) -> None:
    add_rates([RateRow("USD", AS_OF, Decimal("1.25"))], source="TEST")
    pay(make_invoice(buyer, "100", issued=before(60), due=before(30), currency="EUR"), "100", day=before(30))
    assert items(buyer) == [(v1.RECEIVED, 125.0, 0, 30, 30)]


def test_what_cannot_be_converted_is_left_out_but_still_caps(buyer: Buyer) -> None:
    add_rates([RateRow("USD", AS_OF, Decimal("1.25")), RateRow("RUB", date(2022, 3, 1), Decimal(117))], source="TEST")
    pay(make_invoice(buyer, "900", issued=before(60), due=before(30), currency="RUB"), "900", day=before(30))
    make_invoice(buyer, "900", issued=before(200), due=before(95), currency="RUB")
    inputs = load_inputs(buyer_ids=[buyer.pk], as_of=AS_OF)
    assert len(inputs.facts.payments.owner) == 0
    assert inputs.facts.oldest_overdue.tolist() == [95]
    assert len(inputs.frames.unconverted) == 1


def test_a_credit_invoice_is_no_payment_item(buyer: Buyer) -> None:
    make_invoice(buyer, "-100", issued=before(60), due=before(30))
    assert items(buyer) == []
    assert oldest(buyer) == 0


def test_items_keep_their_order_whoever_else_is_asked_for() -> None:
    buyers = [make_buyer() for _ in range(4)]
    for index, one in enumerate(buyers):
        for days in (30, 20, 20, 10):
            pay(
                make_invoice(one, f"{100 + index}", issued=before(90), due=before(40)),
                f"{100 + index}",
                day=before(days),
            )
        make_invoice(one, "100", issued=before(90), due=before(40))
    batch = load_inputs(buyer_ids=[b.pk for b in reversed(buyers)], as_of=AS_OF)
    for place, one in enumerate(reversed(buyers)):
        alone = load_inputs(buyer_ids=[one.pk], as_of=AS_OF).facts.payments
        mine = batch.facts.payments.owner == place
        assert batch.facts.payments.amount[mine].tolist() == alone.amount.tolist()
        assert batch.facts.payments.days_late[mine].tolist() == alone.days_late.tolist()
