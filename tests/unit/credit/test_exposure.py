"""Exposure: components, deductions, horizon, cover, groups."""

from decimal import Decimal

import pytest

from credit.domain.exposure import DEDUCTIONS, Component, Cover, Part, sum_exposures
from tests.unit.credit.builders import GOLDEN_PARTS, exposure


def test_the_golden_exposure_without_the_new_order() -> None:
    golden = exposure(GOLDEN_PARTS)
    assert (golden.gross, golden.deductions, golden.net, golden.net_in_horizon) == (580, 0, 580, 460)


@pytest.mark.parametrize("part", Part)
def test_every_part_counts_on_its_side(part: Part) -> None:
    one = exposure({Part.RECEIVABLES: 1000, part: 7} if part is not Part.RECEIVABLES else {part: 1007})
    is_taken_off = part in DEDUCTIONS
    assert one.by_part[part] == (1007 if part is Part.RECEIVABLES else 7)
    assert one.gross == (1000 if is_taken_off else 1007)
    assert one.deductions == (7 if is_taken_off else 0)
    assert one.net == (993 if is_taken_off else 1007)


def test_the_deductions_are_money_credits_deposits_and_securities() -> None:
    assert {part.value for part in DEDUCTIONS} == {
        "unapplied_cash",
        "unapplied_credit",
        "deposits",
        "deposits_later",
        "secured",
        "secured_later",
    }


@pytest.mark.parametrize("part", [Part.ORDERS_LATER, Part.DEPOSITS_LATER, Part.SECURED_LATER])
def test_what_belongs_to_later_orders_is_outside_the_horizon(part: Part) -> None:
    before = exposure({Part.RECEIVABLES: 100})
    after = exposure({Part.RECEIVABLES: 100, part: 40})
    assert after.net_in_horizon == before.net_in_horizon == 100
    assert after.net == (140 if part is Part.ORDERS_LATER else 60)


def test_money_ahead_leaves_no_exposure_and_a_balance_below_zero() -> None:
    ahead = exposure({Part.RECEIVABLES: 30, Part.UNAPPLIED_CASH: 50})
    assert (ahead.net, ahead.net_in_horizon, ahead.balance, ahead.balance_in_horizon) == (0, 0, -20, -20)


def test_several_currencies_of_a_part_are_added_in_base() -> None:
    mixed = exposure({Part.RECEIVABLES: 100})
    euro = Component(Part.RECEIVABLES, "EUR", Decimal(10), Decimal("11.20"))
    both = type(mixed)("USD", (*mixed.components, euro))
    assert both.by_part[Part.RECEIVABLES] == Decimal("111.20")


def test_an_amount_without_a_rate_is_named_and_never_one_to_one() -> None:
    yen = Component(Part.RECEIVABLES, "JPY", Decimal(9_000_000), None)
    nothing = Component(Part.ORDERS, "KWD", Decimal(0), None)
    lacking = type(exposure())("USD", (yen, nothing))
    assert lacking.missing_rates == ("JPY",)
    assert lacking.net == 0


def test_the_golden_uninsured_part() -> None:
    insured = exposure({Part.RECEIVABLES: 260}).uninsured(covers=[Cover(Decimal(200), Decimal(90))])
    assert (insured.covered_base, insured.indemnity_base, insured.uninsured_base) == (200, 180, 80)
    assert insured.planned_base == 0


def test_cover_applies_to_what_has_shipped_and_the_rest_is_planned() -> None:
    golden = exposure({**GOLDEN_PARTS, Part.BILLS: 20})
    insured = golden.uninsured(covers=[Cover(Decimal(500), Decimal(80))])
    assert insured.covered_base == 390
    assert insured.uninsured_base == golden.net - 312
    assert insured.planned_base == 88


def test_recourse_and_open_orders_are_not_covered() -> None:
    parts = {Part.RECOURSE: 50, Part.ORDERS: 30, Part.ORDERS_LATER: 20}
    insured = exposure(parts).uninsured(covers=[Cover(Decimal(500), Decimal(100))])
    assert (insured.covered_base, insured.uninsured_base, insured.planned_base) == (0, 100, 50)


@pytest.mark.parametrize("part", [Part.UNAPPLIED_CASH, Part.UNAPPLIED_CREDIT])
def test_what_is_paid_already_needs_no_cover(part: Part) -> None:
    paid = exposure({Part.RECEIVABLES: 100, part: 40, Part.ORDERS: 50})
    insured = paid.uninsured(covers=[Cover(Decimal(200), Decimal(90))])
    assert (insured.covered_base, insured.uninsured_base) == (60, 56)


def test_cover_never_exceeds_the_net_exposure() -> None:
    secured = exposure({Part.RECEIVABLES: 100, Part.SECURED: 70})
    insured = secured.uninsured(covers=[Cover(Decimal(200), Decimal(90))])
    assert (insured.covered_base, insured.uninsured_base) == (30, 3)


def test_two_insurers_share_what_has_shipped() -> None:
    covers = [Cover(Decimal(60), Decimal(90)), Cover(Decimal(100), Decimal(50))]
    insured = exposure({Part.RECEIVABLES: 100, Part.ORDERS: 30}).uninsured(covers=covers)
    assert (insured.covered_base, insured.indemnity_base, insured.uninsured_base) == (100, 74, 56)
    assert insured.planned_base == 15


def test_without_cover_all_of_it_is_uninsured() -> None:
    assert exposure(GOLDEN_PARTS).uninsured(covers=[]).uninsured_base == 580


def test_money_of_one_member_does_not_pay_the_debts_of_another() -> None:
    owing, ahead = exposure({Part.RECEIVABLES: 100}), exposure({Part.UNAPPLIED_CASH: 30})
    together = sum_exposures(base_currency="USD", members=[owing, ahead])
    assert (together.gross, together.deductions, together.net, together.net_in_horizon) == (100, 30, 100, 100)


def test_the_asking_members_own_money_ahead_may_pay_its_new_order() -> None:
    owing, ahead = exposure({Part.RECEIVABLES: 100}), exposure({Part.UNAPPLIED_CASH: 30})
    together = sum_exposures(base_currency="USD", members=[owing, ahead], own=ahead)
    assert (together.balance, together.balance_in_horizon) == (70, 70)


def test_surplus_is_counted_for_each_measure_apart() -> None:
    later = exposure({Part.ORDERS_LATER: 50, Part.UNAPPLIED_CASH: 30})
    together = sum_exposures(base_currency="USD", members=[exposure({Part.RECEIVABLES: 100}), later])
    assert (together.net, together.net_in_horizon) == (120, 100)


def test_components_of_members_are_added_by_part_and_currency() -> None:
    members = [exposure({Part.RECEIVABLES: 100, Part.ORDERS: 5}), exposure({Part.RECEIVABLES: 20})]
    together = sum_exposures(base_currency="USD", members=members)
    assert together.components == (
        Component(Part.RECEIVABLES, "USD", Decimal(120), Decimal(120), 2),
        Component(Part.ORDERS, "USD", Decimal(5), Decimal(5), 1),
    )


def test_a_missing_rate_of_one_member_is_missing_for_the_group() -> None:
    lacking = type(exposure())("USD", (Component(Part.ORDERS, "JPY", Decimal(5), None),))
    known = type(exposure())("USD", (Component(Part.ORDERS, "JPY", Decimal(5), Decimal(1)),))
    assert sum_exposures(base_currency="USD", members=[known, lacking]).missing_rates == ("JPY",)


def test_what_one_insurer_would_pay_for_open_orders_the_next_does_not_pay_again() -> None:
    covers = [Cover(Decimal(60), Decimal(100)), Cover(Decimal(100), Decimal(100))]
    assert exposure({Part.ORDERS: 20, Part.ORDERS_LATER: 10}).uninsured(covers=covers).planned_base == 30
    assert exposure({Part.ORDERS: 70, Part.ORDERS_LATER: 10}).uninsured(covers=covers).planned_base == 80
