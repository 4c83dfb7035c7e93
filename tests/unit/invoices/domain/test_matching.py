"""Rules of matching on numbers and names, without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoices.domain.kinds import EntryKind
from invoices.domain.matching import CAPS, confidence_of, propose
from invoices.domain.matching_amounts import subset_sums
from invoices.domain.matching_foreign import Foreign, ForeignItem, foreign_claims
from invoices.domain.matching_names import NameIndex, core_name, name_score
from invoices.domain.matching_records import Candidate, OpenItem, Payer, Payment, Reason, ReasonCode, Tolerance
from invoices.domain.matching_settings import NUMBERS
from invoices.domain.matching_text import creditor_reference, folded, plain, tokens

DAY = date(2026, 4, 10)
TOLERANCE = Tolerance(charge_most=Decimal(60))


def item(pk: int, number: str, amount: str, *, buyer: int = 1, issued: str = "2026-02-01") -> OpenItem:
    day = date.fromisoformat(issued)
    return OpenItem(pk, buyer, number, plain(number), Decimal(amount), day, date(2026, 3, pk % 28 + 1))


def payment(amount: str, text: str = "", name: str = "Acme Ltd") -> Payment:
    return Payment(amount=Decimal(amount), currency="USD", day=DAY, payer_name=name, tokens=frozenset(tokens(text)))


def payer(pk: int = 1, *, score: float = 100.0, **fields: object) -> Payer:
    return Payer(buyer_id=pk, name_score=score, **fields)


def best(paid: Payment, *items: OpenItem, payers: tuple[Payer, ...] = ()) -> Candidate:
    found = propose(payment=paid, payers=payers or (payer(),), items=items, tolerance=TOLERANCE)
    return found[0]


def codes(found: Candidate) -> set[str]:
    return {reason.code.value for reason in found.reasons}


def test_numbers_are_made_plain_and_text_is_cut_into_what_may_be_numbers() -> None:
    assert plain("inv-2026/00 123") == "INV202600123"
    assert {"INV202600123", "202600123", "INV2026", "2026", "00123"} <= set(tokens("Inv. 2026-00123"))
    assert folded("Müßig & Søn") == "MUSSIG & SØN"


def test_a_creditor_reference_gives_its_number_only_with_right_check_digits() -> None:
    assert creditor_reference("RF18 5390 0754 7034") == "539007547034"
    assert creditor_reference("RF19 5390 0754 7034") == ""
    assert creditor_reference("5390 0754 7034") == ""


def test_names_are_compared_without_legal_forms_accents_and_what_banks_cut() -> None:
    assert core_name("Müßig & Söhne GmbH & Co. KG") == "MUSSIG SOHNE"
    assert name_score("NORDIC TIMBER IMPOR", "Nordic Timber Imports A/S") == 100
    assert name_score("Acme Ltd", "Zebra AG") < 60
    index = NameIndex([(1, "Nordic Timber Imports A/S"), (2, "Nordic Steel"), (3, "Acme Ltd")])
    assert [buyer for buyer, _score in index.find("Nordic Timber Imprts")] == [1]
    assert index.score("ACME LIMITED", 3) == 100


def test_subset_sums_finds_two_to_four_and_the_whole() -> None:
    assert subset_sums(amounts=[500, 300, 210, 70], wanted=570).found == ((0, 3),)
    assert subset_sums(amounts=[500, 300, 210, 70], wanted=510).found == ((1, 2),)
    assert subset_sums(amounts=[1, 2, 4, 8, 16], wanted=31).found == ((0, 1, 2, 3, 4),)
    assert subset_sums(amounts=[100, 100, 100], wanted=200).is_unique is False


@given(st.lists(st.integers(1, 60), max_size=9), st.integers(1, 200))
def test_subset_sums_are_sums_and_none_of_few_is_missed(amounts: list[int], wanted: int) -> None:
    found = subset_sums(amounts=amounts, wanted=wanted).found
    assert all(sum(amounts[place] for place in places) == wanted for places in found)
    assert all(len(set(places)) == len(places) for places in found)
    pairs = [(a, b) for a in range(len(amounts)) for b in range(a) if amounts[a] + amounts[b] == wanted]
    assert bool(found) or not pairs


def test_confidence_is_one_less_the_product_of_doubts() -> None:
    reasons = [Reason(ReasonCode.NUMBER_NAMED), Reason(ReasonCode.AMOUNT_EXACT), Reason(ReasonCode.NAME_SAME)]
    assert confidence_of(reasons) == Decimal("0.985")
    assert confidence_of([*reasons, Reason(ReasonCode.PAYER_DIFFERS)]) == Decimal("0.90")
    assert confidence_of([]) == 0


def test_whatever_caps_a_reading_keeps_it_below_every_threshold() -> None:
    assert max(CAPS.values()) < Decimal(NUMBERS["threshold"].low)


def test_number_and_amount_choose_between_neighbours() -> None:
    found = best(payment("100", "INV-0017"), item(1, "INV-0017", "100"), item(2, "INV-0018", "100"))
    assert (found.invoices, found.confidence) == ({1}, Decimal("0.985"))
    assert codes(found) == {"number_named", "amount_exact", "name_same"}


def test_a_typo_counts_where_the_amount_fits_alone() -> None:
    items = (item(1, "INV-00017", "100"), item(2, "INV-00117", "250"))
    found = best(payment("100", "INV-00071"), *items)
    assert (found.invoices, "number_typo" in codes(found)) == ({1}, True)
    other = best(payment("99", "INV-00071"), *items)
    assert "number_typo" not in codes(other) or other.confidence < Decimal("0.95")


@pytest.mark.parametrize(
    ("amount", "kind", "code"),
    [("4975", EntryKind.BANK_CHARGE, "bank_charge"), ("4900", EntryKind.DISCOUNT, "discount")],
)
def test_what_is_missing_is_a_charge_or_a_discount_in_its_days(amount: str, kind: EntryKind, code: str) -> None:
    found = best(payment(amount, "INV-00017"), item(1, "INV-00017", "5000", issued="2026-04-01"))
    assert sum(part.amount for part in found.parts) == 5000
    assert found.parts[-1].kind is kind
    assert code in codes(found)
    assert (found.confidence >= Decimal("0.95")) is (kind is EntryKind.BANK_CHARGE)


def test_an_amount_near_an_item_without_its_number_may_be_chance() -> None:
    found = best(payment("4975"), item(1, "INV-00017", "5000"), payers=(payer(is_account_known=True),))
    assert ({"bank_charge", "coincidence"} <= codes(found), found.confidence) == (True, Decimal("0.90"))


def test_a_part_payment_leaves_the_rest_and_a_little_short_goes_to_a_person() -> None:
    known = payer(is_account_known=True)
    part = best(payment("2000", "INV-00017"), item(1, "INV-00017", "5000"), payers=(known,))
    assert (part.parts[0].amount, part.unapplied, part.confidence >= Decimal("0.95")) == (2000, 0, True)
    short = best(payment("4800", "INV-00017"), item(1, "INV-00017", "5000"), payers=(known,))
    assert ("short_unexplained" in codes(short), short.confidence) == (True, Decimal("0.90"))


def test_more_than_the_named_invoices_stays_unapplied_unless_another_is_the_rest() -> None:
    items = (item(1, "INV-00017", "100"), item(2, "INV-00018", "40"))
    over = best(payment("150", "INV-00017"), *items)
    assert (over.unapplied, over.confidence) == (50, Decimal("0.90"))
    both = best(payment("140", "INV-00017"), *items)
    assert (both.invoices, both.unapplied) == ({1, 2}, 0)


def test_equal_amounts_without_a_number_are_ambiguous() -> None:
    known = payer(is_account_known=True)
    found = best(payment("100"), item(1, "A-0001", "100"), item(2, "A-0002", "100"), payers=(known,))
    assert (found.confidence, "ambiguous" in codes(found)) == (Decimal("0.60"), True)


def test_a_group_pays_with_one_payment() -> None:
    payers = (payer(1, group_id=9), payer(2, group_id=9, score=40.0))
    found = best(
        payment("150", "A-00001 A-00002"), item(1, "A-00001", "100"), item(2, "A-00002", "50", buyer=2), payers=payers
    )
    assert (found.buyer_id, found.invoices, "group_payment" in codes(found)) == (1, {1, 2}, True)


def test_the_same_number_of_two_buyers_goes_to_the_one_who_pays_or_to_nobody() -> None:
    items = (item(1, "100017", "100"), item(2, "100017", "100", buyer=2))
    found = best(payment("100", "100017"), *items, payers=(payer(1), payer(2, score=30.0)))
    assert (found.buyer_id, found.confidence) == (1, Decimal("0.985"))
    nobody = best(payment("100", "100017", name=""), *items, payers=(payer(1, score=0), payer(2, score=0)))
    assert nobody.confidence == Decimal("0.60")


def test_another_payers_name_is_never_posted_by_itself() -> None:
    found = best(payment("100", "INV-00017", name="Zebra"), item(1, "INV-00017", "100"), payers=(payer(score=10.0),))
    assert (found.confidence, "payer_differs" in codes(found)) == (Decimal("0.90"), True)


def test_what_was_undone_is_left_out() -> None:
    paid, one = payment("100", "INV-00017"), item(1, "INV-00017", "100")
    found = propose(payment=paid, payers=[payer()], items=[one], tolerance=TOLERANCE, refuted=[(1, frozenset({1}))])
    assert all(candidate.invoices != {1} for candidate in found)


@given(
    amounts=st.lists(st.integers(1, 5000), min_size=1, max_size=8),
    paid=st.integers(1, 20_000),
    named=st.sets(st.integers(0, 7)),
)
def test_every_reading_adds_up_to_the_payment_and_never_overpays(
    amounts: list[int], paid: int, named: set[int]
) -> None:
    items = [item(pk, f"INV-{pk:05d}", str(amount)) for pk, amount in enumerate(amounts, start=1)]
    text = " ".join(f"INV-{pk + 1:05d}" for pk in named)
    for found in propose(payment=payment(str(paid), text), payers=[payer()], items=items, tolerance=TOLERANCE):
        money = sum((part.amount for part in found.parts if part.kind is EntryKind.RECEIPT), Decimal(0))
        assert money + found.unapplied == paid
        assert found.unapplied >= 0
        assert 0 <= found.confidence <= 1
        for one in items:
            closed = sum((part.amount for part in found.parts if part.invoice_id == one.invoice_id), Decimal(0))
            assert closed <= one.amount


def test_a_bank_that_tells_its_fee_explains_what_is_missing() -> None:
    paid = replace(payment("80", "INV-00017"), charges=Decimal(20))
    found = best(paid, item(1, "INV-00017", "100"))
    assert ("bank_charge_told" in codes(found), found.confidence >= Decimal("0.95")) == (True, True)


# --- invoices of another currency --------------------------------------------------------------------


def in_euro(pk: int, number: str, amount: str, worth: str | None, *, buyer: int = 1) -> ForeignItem:
    return ForeignItem(item(pk, number, amount, buyer=buyer), "EUR", None if worth is None else Decimal(worth))


def foreign(paid: Payment, *items: ForeignItem, own: tuple[OpenItem, ...] = ()) -> list[Candidate]:
    buyers = sorted({one.item.buyer_id for one in items})
    named = Foreign(tuple(payer(pk) for pk in buyers), items)
    payers = (payer(),) if own else ()
    return propose(payment=paid, payers=payers, items=own, tolerance=TOLERANCE, foreign=named)


def test_a_payment_that_names_an_invoice_of_another_currency_pays_it_and_waits_for_a_person() -> None:
    found = foreign(payment("925", "INV-0017"), in_euro(1, "INV-0017", "800", "920"))[0]
    assert codes(found) == {"number_named", "other_currency", "amount_converted", "name_same"}
    assert found.confidence == Decimal("0.90")
    assert [(part.amount, part.source_amount) for part in found.parts] == [(800, 925)]
    assert found.unapplied == 0
    told = {reason.code.value: reason.params for reason in found.reasons}
    assert told["amount_converted"] == {"amount": "920", "currency": "USD", "percent": "0.5"}


def test_several_of_them_share_the_payment_to_the_cent() -> None:
    items = (in_euro(1, "INV-0017", "100", "110"), in_euro(2, "INV-0018", "200", "220"))
    (found, *_) = foreign(payment("333.34", "INV-0017 INV-0018"), *items)
    assert [part.source_amount for part in found.parts] == [Decimal("111.11"), Decimal("222.23")]
    assert found.unapplied == 0


@pytest.mark.parametrize(
    ("amount", "worth"), [("873.99", "920"), ("967", "920"), ("920", None)], ids=["too little", "too much", "no rate"]
)
def test_what_the_rate_does_not_explain_stays_on_account_of_its_buyer(amount: str, worth: str | None) -> None:
    (found, *_) = foreign(payment(amount, "INV-0017"), in_euro(1, "INV-0017", "800", worth, buyer=7))
    assert (found.buyer_id, found.parts, found.unapplied) == (7, (), Decimal(amount))
    assert {"number_named", "other_currency", "on_account"} <= codes(found)
    assert found.confidence == Decimal("0.50")


def test_another_currency_is_looked_at_only_where_nothing_else_fits() -> None:
    own = item(2, "INV-0099", "925")
    found = foreign(payment("925", "INV-0017"), in_euro(1, "INV-0017", "800", "920"), own=(own,))
    assert {part.invoice_id for one in found for part in one.parts} == {2}


def test_a_short_number_and_invoices_of_two_currencies_are_no_reading() -> None:
    assert foreign_claims(payment=payment("925", "17"), items=[in_euro(1, "17", "800", "920")]) == []
    two = [in_euro(1, "INV-0017", "800", "920"), in_euro(2, "INV-0018", "1", "1")._replace(currency="GBP")]
    assert foreign_claims(payment=payment("921", "INV-0017 INV-0018"), items=two) == []


def test_shares_too_small_to_be_divided_stay_on_account() -> None:
    items = [in_euro(1, "INV-0017", "0.01", "0.01"), in_euro(2, "INV-0018", "500", "500")]
    (claim,) = foreign_claims(payment=payment("500", "INV-0017 INV-0018"), items=items)
    assert (sum(part.used for part in claim.parts), len(claim.parts)) == (500, 2)
    (claim,) = foreign_claims(payment=payment("480", "INV-0017 INV-0018"), items=items)
    assert claim.parts == () or all(part.used > 0 for part in claim.parts)
