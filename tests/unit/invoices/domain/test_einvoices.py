"""What an e-invoice does to the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.domain.einvoices import Action, Claim, Held, Part, Plan, part_ids, plan_posting

CLAIM = Claim(
    type_code="380",
    number="F-1",
    currency="NOK",
    issued_on=date(2013, 6, 30),
    amount=Decimal("1801.78"),
    prepaid=Decimal("1000.00"),
    due_date=date(2013, 7, 20),
)


def plan(**changes: object) -> Plan:
    found = plan_posting(replace(CLAIM, **changes))  # type: ignore[arg-type]
    assert isinstance(found, Plan), found
    return found


def held(given_due_date: date | None = None, **changes: object) -> tuple[str, bool]:
    found = plan_posting(replace(CLAIM, **changes), given_due_date=given_due_date)  # type: ignore[arg-type]
    assert isinstance(found, Held)
    return found.code, found.is_final


def test_an_invoice_is_issued_for_the_whole_of_which_a_part_was_paid() -> None:
    found = plan()
    assert (found.action, found.amount, found.prepaid) == (Action.ISSUE, Decimal("1801.78"), Decimal("1000.00"))
    assert found.parts == (Part(amount=Decimal("1801.78"), due_date=date(2013, 7, 20)),)


def test_an_amount_below_0_is_a_credit_whatever_its_type() -> None:
    for code in ("380", "381", "384"):
        found = plan(type_code=code, amount=Decimal("-8.79"), prepaid=Decimal(0), due_date=None)
        assert (found.action, found.amount) == (Action.CREDIT, Decimal("8.79"))


def test_a_correction_needs_its_one_original() -> None:
    assert plan(type_code="384", originals=("F-0",)).action is Action.CORRECT
    assert held(type_code="384") == ("original_not_named", False)
    assert held(type_code="384", originals=("F-0", "F-00")) == ("original_not_named", False)


def test_nothing_left_to_pay_needs_no_due_date() -> None:
    found = plan(prepaid=Decimal("1801.78"), due_date=None)
    assert found.parts[0].due_date == CLAIM.issued_on


def test_a_given_date_wins() -> None:
    day = date(2013, 8, 1)
    found = plan_posting(replace(CLAIM, due_date=None), given_due_date=day)
    assert isinstance(found, Plan)
    assert found.parts[0].due_date == day


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"due_date": None}, ("due_missing", False)),
        ({"due_date": None, "due_words": "2 % in 10 days"}, ("due_unclear", False)),
        ({"due_date": date(2013, 6, 29)}, ("due_before_issue", False)),
        ({"prepaid": Decimal("-1")}, ("prepaid_negative", False)),
        ({"amount": Decimal("-5"), "prepaid": Decimal("-1")}, ("prepaid_on_credit", False)),
        ({"amount": Decimal(0), "prepaid": Decimal(0)}, ("amount_zero", True)),
        ({"type_code": "325"}, ("kind_not_posted", True)),
        ({"amount": Decimal("1801.785")}, ("amount_precision", True)),
        ({"currency": "JPY"}, ("amount_precision", True)),
        ({"issued_on": date(1949, 12, 31)}, ("date_out_of_range", True)),
        ({"due_date": date(2101, 1, 1)}, ("date_out_of_range", True)),
    ],
)
def test_what_is_held_says_why(changes: dict[str, object], expected: tuple[str, bool]) -> None:
    assert held(**changes) == expected  # type: ignore[arg-type]


def parts(*days: tuple[int, str]) -> tuple[Part, ...]:
    return tuple(Part(amount=Decimal(amount), due_date=date(2013, month, 1)) for month, amount in days)


def test_instalments_are_parts_and_the_first_holds_what_was_prepaid() -> None:
    found = plan(instalments=parts((9, "301.78"), (8, "400.00"), (8, "100.00")))
    assert found.parts == parts((8, "1500.00"), (9, "301.78"))


def test_instalments_must_add_up() -> None:
    assert held(instalments=parts((8, "400.00"), (9, "400.00"))) == ("instalments_differ", False)
    assert held(instalments=parts((8, "802.78"), (9, "-1.00"))) == ("instalments_differ", False)


def test_instalments_have_an_end() -> None:
    days = tuple(Part(amount=Decimal(1), due_date=date(2014, 1 + n // 28, 1 + n % 28)) for n in range(61))
    assert held(amount=Decimal(61), prepaid=Decimal(0), instalments=days) == ("instalments_many", False)


def test_the_first_part_has_the_documents_own_number() -> None:
    assert part_ids("F-1", 3) == ["F-1", "F-1#2", "F-1#3"]


@given(
    amount=st.decimals("0.01", "99999999.99", places=2),
    prepaid=st.decimals("0", "99999999.99", places=2),
    shares=st.lists(st.integers(1, 9), min_size=2, max_size=6),
)
def test_parts_always_add_up_to_the_amount(amount: Decimal, prepaid: Decimal, shares: list[int]) -> None:
    payable = max(amount - prepaid, Decimal(0))
    cut = [(payable * share / sum(shares)).quantize(Decimal("0.01")) for share in shares[1:]]
    days = [Part(amount=one, due_date=date(2014, n + 1, 1)) for n, one in enumerate([payable - sum(cut), *cut])]
    found = plan_posting(replace(CLAIM, amount=amount, prepaid=prepaid, instalments=tuple(days)))
    if isinstance(found, Plan):
        assert sum(part.amount for part in found.parts) == found.amount == amount
