"""Logistics: the golden of domain.md section 5 and its edges."""

from __future__ import annotations

import pytest

from scoring.domain.v1.card import reasons_of
from scoring.domain.v1.logistics import delay_spread, logistics
from tests.unit.scoring.builders import Buyer, facts_of
from tests.unit.scoring.goldens import shipments_at_82


def value(buyer: Buyer) -> float:
    return int(logistics(facts_of(buyer)).value[0]) / 100


def coverage(buyer: Buyer) -> float:
    return int(logistics(facts_of(buyer)).coverage[0]) / 10_000


def reasons(buyer: Buyer) -> dict[str, int]:
    return dict(reasons_of(logistics(facts_of(buyer)), 0))


def shipment(
    delay: int = 0, age: int = 0, *, refused: bool = False, papers: bool = False
) -> tuple[bool, int, int, bool, bool]:
    return (True, delay, age, refused, papers)


def test_golden_90_percent_3_days_2_percent_10_percent_is_82() -> None:
    buyer = Buyer(shipments=shipments_at_82())
    assert delay_spread(facts_of(buyer).shipments, 1)[0] == pytest.approx(3.0)
    assert value(buyer) == 82.00
    assert coverage(buyer) == 1.0
    assert reasons(buyer) == {
        "shipments_late": 1000,
        "delay_spread": 300,
        "document_discrepancies": 300,
        "shipments_refused": 200,
    }


def test_no_shipment_counts_40_at_coverage_0() -> None:
    assert (value(Buyer()), coverage(Buyer())) == (40.0, 0.0)
    assert reasons(Buyer()) == {"no_shipments": 6000}


@pytest.mark.parametrize(("delay", "late"), [(-9, False), (2, False), (3, True)])
def test_two_days_of_grace(delay: int, late: bool) -> None:
    assert ("shipments_late" in reasons(Buyer(shipments=(shipment(delay),) * 3))) is late


def test_below_three_shipments_a_spread_of_10_days_is_assumed() -> None:
    for number in (1, 2):
        assert reasons(Buyer(shipments=(shipment(),) * number)) == {"delay_spread_assumed": 1000}
    assert reasons(Buyer(shipments=(shipment(),) * 3)) == {}


def test_the_spread_costs_at_most_20() -> None:
    assert reasons(Buyer(shipments=(shipment(-200), shipment(0), shipment(-400))))["delay_spread"] == 2000


def test_weights_of_the_shares_halve_every_180_days() -> None:
    buyer = Buyer(shipments=(shipment(0), shipment(9, age=180, refused=True, papers=True), shipment(0, age=180)))
    assert reasons(buyer)["shipments_late"] == 2500
    assert reasons(buyer)["shipments_refused"] == 2500
    assert reasons(buyer)["document_discrepancies"] == 750


def test_a_refused_shipment_that_was_never_handed_over_is_late_but_has_no_delay() -> None:
    never = (False, 500, 0, True, False)
    found = reasons(Buyer(shipments=(shipment(), shipment(), shipment(), never)))
    assert found == {"shipments_late": 2500, "shipments_refused": 2500}


@pytest.mark.parametrize(("number", "covered"), [(1, 0.2), (3, 0.6), (5, 1.0), (8, 1.0)])
def test_five_shipments_are_full_coverage(number: int, covered: float) -> None:
    assert coverage(Buyer(shipments=(shipment(),) * number)) == covered


def test_ruin_is_limited_at_0() -> None:
    worst = Buyer(shipments=(shipment(90, refused=True, papers=True), shipment(5, refused=True, papers=True)) * 2)
    assert value(worst) == 0.0
    assert sum(reasons(worst).values()) == 10_000
