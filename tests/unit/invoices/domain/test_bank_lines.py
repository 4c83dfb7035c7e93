"""What lines are before anybody looks at them, and whether two statements tell of the same payment."""

from datetime import date
from decimal import Decimal

import pytest

from invoices.domain.bank_identity import Likeness, Telling, fingerprint, identifying, likeness
from invoices.domain.bank_lines import first_state
from invoices.domain.matching_settings import check_numbers

DAY = date(2026, 4, 10)


def telling(*references: tuple[str, str], **fields: object) -> Telling:
    given: dict[str, object] = {"amount": Decimal(100), "currency": "EUR", "day": DAY, **fields}
    return Telling(references=identifying(references), **given)


@pytest.mark.parametrize(
    ("known", "told", "found"),
    [
        (telling(("AcctSvcrRef", "A 1")), telling(("bank", "A1")), Likeness.SAME),
        (telling(("EndToEndId", "E1")), telling(("EndToEndId", "E2")), Likeness.OTHER),
        (telling(("bank", "B1"), ("EndToEndId", "E1")), telling(("bank", "B2"), ("EndToEndId", "E1")), Likeness.SAME),
        (telling(("bank", "B1")), telling(("bank", "B1"), amount=Decimal(101)), Likeness.OTHER),
        (telling(text="INV 1"), telling(text="inv-1"), Likeness.SAME),
        (telling(text="INV 1"), telling(text="INV 2"), Likeness.OTHER),
        (telling(account="A"), telling(account="B"), Likeness.OTHER),
        (telling(), telling(text="INV 2"), Likeness.UNCLEAR),
        (telling(("MsgId", "M")), telling(("MsgId", "M")), Likeness.UNCLEAR),
    ],
)
def test_two_tellings_are_compared_by_reference_then_by_words(known: Telling, told: Telling, found: Likeness) -> None:
    assert likeness(known, told) is found
    assert likeness(told, known) is found


def test_a_fingerprint_is_stable_over_spellings_and_differs_by_account() -> None:
    one, same = telling(("bank", "A1"), text="x"), telling(("AcctSvcrRef", "a-1"), text="y")
    assert fingerprint("DE1", one) == fingerprint("DE1", same)
    assert fingerprint("DE1", one) != fingerprint("DE2", one)


@pytest.mark.parametrize(
    ("amount", "status", "is_reversal", "code", "state", "why"),
    [
        ("5", "booked", False, "PMNT/RCDT/ESCT", "open", ""),
        ("5", "booked", True, "", "not_a_receipt", "reversal_of_debit"),
        ("5", "pending", False, "", "not_a_receipt", "pending"),
        ("5", "information", False, "", "not_a_receipt", "information"),
        ("0", "booked", False, "", "not_a_receipt", "zero"),
        ("-5", "booked", False, "", "not_a_receipt", "debit"),
        ("-5", "booked", True, "", "open", ""),
        ("-5", "booked", False, "PMNT/IDDT/UPDD", "open", ""),
    ],
)
def test_credits_and_returned_money_wait_for_a_match(
    amount: str, status: str, is_reversal: bool, code: str, state: str, why: str
) -> None:
    found = first_state(amount=Decimal(amount), status=status, is_reversal=is_reversal, code=code)
    assert found == (state, why)


def test_numbers_of_matching_have_defaults_and_bounds() -> None:
    assert check_numbers({"threshold": "0.97"})["threshold"] == Decimal("0.97")
    assert check_numbers({})["discount_days"] == 14
