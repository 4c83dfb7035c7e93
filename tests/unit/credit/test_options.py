"""Release options: each with its number, and only where all blocking rules pass with it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.money import Money
from credit.domain.check import OptionCode
from credit.domain.exposure import Exposure, Part
from credit.domain.kinds import Checkpoint, Result
from credit.domain.limits import LimitState
from credit.domain.options import over_amount, release_options
from credit.domain.rules import RuleCode
from credit.domain.terms import DEFAULT_TERMS
from invoices.domain.kinds import Terms
from tests.unit.credit.builders import AS_OF, GOLDEN_PARTS, facts, limit, party, setting

PAY, DEPOSIT, LATER, TEMPORARY, LC = OptionCode


def options(**what: Any) -> dict[OptionCode, Any]:
    return {option.code: option.params for option in release_options(facts=facts(**what))}


def test_the_golden_options_with_their_numbers() -> None:
    assert options() == {
        PAY: {"amount_base": 40, "overdue_base": 0},
        DEPOSIT: {"percent": 50, "amount_base": 40, "missing_base": 40},
        LATER: {"from": "2026-08-01"},
        TEMPORARY: {"limit_base": 540, "until": "2026-08-30"},
        LC: {"amount_base": 80},
    }


def test_what_was_received_of_the_deposit_is_part_of_the_50_percent() -> None:
    found = options(deposit_percent=Decimal(30), deposit_received_base=Decimal(24))
    assert found[PAY] == {"amount_base": 16, "overdue_base": 0}
    assert found[DEPOSIT] == {"percent": 50, "amount_base": 40, "missing_base": 16}
    assert found[TEMPORARY]["limit_base"] == 516
    assert found[LC] == {"amount_base": 56}


def test_nothing_stops_no_option() -> None:
    assert options(buyer=party(limit=limit(540))) == {}
    assert options(is_prepaid=True) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"forced_hold": True},
        {"screening_result": "potential"},
        {"screening_age_days": 31},
        {"insurance_stop_since": AS_OF},
        {"kyc_status": "incomplete"},
        {"grade": "E"},
        {"missing_rates": ("JPY",)},
    ],
)
def test_no_option_where_money_does_not_help(wrong: dict[str, Any]) -> None:
    assert options(buyer=party(**wrong)) == {}


def test_an_option_that_helps_one_rule_but_not_another_is_not_offered() -> None:
    assert set(options(buyer=party(dunning_level=20))) == {DEPOSIT}
    assert options(buyer=party(dunning_level=20))[DEPOSIT]["percent"] == 100


def test_money_now_clears_what_is_overdue_if_it_is_enough_for_both() -> None:
    late = party(oldest_overdue_days=31, overdue_base=Decimal(100))
    assert options(buyer=late)[PAY] == {"amount_base": 100, "overdue_base": 100}
    little = party(oldest_overdue_days=31, overdue_base=Decimal(10))
    assert options(buyer=little)[PAY] == {"amount_base": 40, "overdue_base": 10}


def test_money_now_is_offered_for_overdue_items_alone() -> None:
    late = party(limit=limit(1000), oldest_overdue_days=31, overdue_base=Decimal("99.999"))
    assert options(buyer=late)[PAY]["amount_base"] == Decimal("100.00")


def test_nobody_is_asked_to_pay_more_than_has_shipped() -> None:
    parts = {Part.RECEIVABLES: 20, Part.BILLS: 10, Part.DELIVERED_NOT_INVOICED: 10, Part.ORDERS: 420}
    assert options(buyer=party(parts))[PAY]["amount_base"] == 40
    less = {**parts, Part.RECEIVABLES: 19, Part.ORDERS: 421}
    assert PAY not in options(buyer=party(less))
    paid = {**parts, Part.UNAPPLIED_CASH: 1, Part.ORDERS: 421}
    assert PAY not in options(buyer=party(paid))


def test_a_deposit_is_rounded_up_to_whole_percent() -> None:
    found = options(amount=Money(Decimal(81), "USD"), amount_base=Decimal(81))
    assert found[DEPOSIT] == {"percent": 51, "amount_base": Decimal("41.31"), "missing_base": Decimal("41.31")}


def test_more_than_the_order_is_no_deposit_but_all_of_it_passes_the_credit_rules() -> None:
    found = options(buyer=party({**GOLDEN_PARTS, Part.RECEIVABLES: 400}))
    assert found[DEPOSIT] == {"percent": 100, "amount_base": 80, "missing_base": 80}
    assert LC not in found
    assert found[PAY]["amount_base"] == 130


def test_the_deposit_that_the_grade_asks_for_releases_the_terms() -> None:
    grade_b = party(limit=limit(1000), grade="B", grade_terms=DEFAULT_TERMS["B"])
    assert options(buyer=grade_b)[DEPOSIT] == {"percent": 20, "amount_base": 16, "missing_base": 16}
    tight = replace(grade_b, limit=limit(536))
    assert options(buyer=tight)[DEPOSIT]["percent"] == 20
    tighter = replace(grade_b, limit=limit(520))
    assert options(buyer=tighter)[DEPOSIT]["percent"] == 25


def test_an_agreed_deposit_that_has_not_come_releases_the_shipment_when_it_comes() -> None:
    grade_b = party(limit=limit(1000), grade="B", grade_terms=DEFAULT_TERMS["B"])
    found = options(buyer=grade_b, checkpoint=Checkpoint.SHIPMENT, deposit_percent=Decimal(20))
    assert found[DEPOSIT]["percent"] == 20


def test_a_full_deposit_releases_terms_that_are_never_allowed() -> None:
    grade_d = party(limit=limit(1000), grade="D", grade_terms=DEFAULT_TERMS["D"])
    assert set(options(buyer=grade_d)) == {DEPOSIT, LC}
    assert options(buyer=grade_d)[DEPOSIT]["percent"] == 100


def test_shipping_later_does_not_help_where_all_orders_count() -> None:
    rules = setting(RuleCode.STATIC_USE, effect=Result.STOP)
    found = options(rules=rules)
    assert LATER not in found
    assert found[PAY]["amount_base"] == 160
    assert found[TEMPORARY]["limit_base"] == 660
    assert found[DEPOSIT]["percent"] == 100


def test_at_shipment_it_is_too_late_to_ship_later_and_at_the_invoice_for_all() -> None:
    assert set(options(checkpoint=Checkpoint.SHIPMENT)) == {PAY, DEPOSIT, TEMPORARY, LC}
    assert options(checkpoint=Checkpoint.INVOICE) == {}


def test_an_order_that_ships_later_already_is_not_told_to() -> None:
    over = party({**GOLDEN_PARTS, Part.RECEIVABLES: 400})
    assert LATER not in options(buyer=over, ship_date=AS_OF + timedelta(days=90))


def test_shipping_later_does_not_help_where_the_rest_alone_is_over() -> None:
    assert LATER not in options(buyer=party(limit=limit(459)))
    assert LATER in options(buyer=party(limit=limit(460)))


def test_a_group_that_is_over_needs_its_own_limit_and_more_money() -> None:
    found = options(group=party(limit=limit(480)))
    assert found[PAY]["amount_base"] == 60
    assert found[DEPOSIT]["percent"] == 75
    assert found[TEMPORARY] == {"limit_base": 540, "group_limit_base": 540, "until": "2026-08-30"}
    alone = options(buyer=party(limit=limit(900)), group=party(limit=limit(480)))
    assert alone[TEMPORARY] == {"group_limit_base": 540, "until": "2026-08-30"}


def test_a_buyer_without_a_limit_may_get_a_temporary_one() -> None:
    ended = limit(500, state=LimitState.EXPIRED, valid_to=AS_OF - timedelta(days=1))
    for none in (limit(0), ended):
        found = options(buyer=party(limit=none))
        assert set(found) == {DEPOSIT, TEMPORARY}
        assert found[TEMPORARY]["limit_base"] == 540


def test_a_temporary_limit_ends_when_the_order_should_be_paid() -> None:
    assert options(ship_date=None, terms_days=10)[TEMPORARY]["until"] == "2026-08-10"
    past = options(ship_date=AS_OF - timedelta(days=9), terms_days=10)
    assert past[TEMPORARY]["until"] == "2026-06-11"


def test_an_order_with_a_letter_of_credit_for_all_of_it_is_not_told_to_get_one() -> None:
    secured = {"terms": Terms.LC_CONFIRMED, "secured_base": Decimal(80)}
    assert LC not in options(buyer=party(limit=limit(450)), **secured)
    partly = options(terms=Terms.LC_CONFIRMED, secured_base=Decimal(30))
    assert partly[LC] == {"amount_base": 80}


def test_a_letter_of_credit_covers_what_is_not_yet_delivered() -> None:
    assert options(buyer=party(limit=limit(479)), delivered_base=Decimal(50))[LC] == {"amount_base": 30}


def test_options_are_rounded_up_to_the_minor_unit_of_base_currency() -> None:
    yen = replace(party(), exposure=Exposure("JPY", party().exposure.components))
    found = options(buyer=yen, amount_base=Decimal("80.4"))
    assert found[PAY]["amount_base"] == 41
    assert found[TEMPORARY]["limit_base"] == 541


@pytest.mark.parametrize(("group_limit", "over"), [(None, 40), (520, 40), (480, 60)])
def test_over_by_is_the_greater_of_buyer_and_group(group_limit: int | None, over: int) -> None:
    group = None if group_limit is None else party(limit=limit(group_limit))
    assert over_amount(facts=facts(group=group)) == over


def test_nothing_over_is_not_negative() -> None:
    assert over_amount(facts=facts(buyer=party(limit=limit(1000)))) == 0
