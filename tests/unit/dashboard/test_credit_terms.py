"""Default terms by grade in words."""

from decimal import Decimal

from credit.domain.terms import DEFAULT_TERMS, GradeTerms, TermsKind
from dashboard.credit_terms import terms_words


def test_every_kind_of_terms_has_words() -> None:
    said = [terms_words(terms.code) for terms in DEFAULT_TERMS.values()]
    assert said == [
        "open account up to 90 days",
        "open account up to 60 days, insured or with 20 % deposit",
        "30 % deposit, the balance by L/C, D/P or insured",
        "cash in advance, escrow or confirmed L/C",
        "no new business",
    ]


def test_deposit_is_said_as_it_was_decided() -> None:
    terms = GradeTerms("C", TermsKind.BALANCE_SECURED, deposit_percent=Decimal("12.50"))
    assert terms_words(terms.code).startswith("12.5 % deposit")


def test_buyer_without_a_standing_has_no_terms() -> None:
    assert terms_words("") == ""
