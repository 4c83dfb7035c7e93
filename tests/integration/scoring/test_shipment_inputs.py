"""Shipments: the version known, measured where the delivery term ends, as of the date."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from buyers.models import Buyer
from invoices.models import Shipment
from scoring.queries.inputs import load_inputs
from tests.integration.invoices.builders import make_buyer

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 6, 30)
LEARNED = datetime(2026, 6, 1, tzinfo=UTC)


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


@pytest.fixture
def buyer() -> Buyer:
    return make_buyer()


def ship(buyer: Buyer, key: str = "S1", **fields: Any) -> None:
    values = {"promised_on": ago(20), "incoterm": "DAP", "recorded_at": LEARNED} | fields
    Shipment.objects.create(buyer=buyer, source="test", external_id=key, **values)


def found(
    buyer: Buyer, as_of: date = AS_OF, known_at: datetime | None = None
) -> list[tuple[bool, int, int, bool, bool]]:
    """(has delay, delay, age, refused, discrepancies)."""
    s = load_inputs(buyer_ids=[buyer.pk], as_of=as_of, known_at=known_at).facts.shipments
    columns = (s.has_delay, s.delay_days, s.age_days, s.is_refused, s.has_discrepancies)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_a_delivery_is_measured_against_the_promise(buyer: Buyer) -> None:
    ship(buyer, delivered_on=ago(15), has_discrepancies=True)
    assert found(buyer) == [(True, 5, 15, False, True)]


@pytest.mark.parametrize(("incoterm", "delay"), [("FOB", -2), ("EXW", -2), ("CIF", 5), ("DAP", 5)])
def test_fob_and_exw_end_at_the_handover(buyer: Buyer, incoterm: str, delay: int) -> None:
    ship(buyer, incoterm=incoterm, handed_over_on=ago(22), delivered_on=ago(15))
    assert found(buyer)[0][1] == delay


def test_the_sellers_own_delay_is_left_out(buyer: Buyer) -> None:
    ship(buyer, delivered_on=ago(1), delay_by_seller=True)
    assert found(buyer) == []


def test_what_has_not_arrived_is_as_late_as_the_date_makes_it(buyer: Buyer) -> None:
    ship(buyer, delivered_on=ago(5))
    assert found(buyer, ago(8)) == [(True, 12, 0, False, False)]
    assert found(buyer, ago(20)) == []
    assert found(buyer, ago(30)) == []


def test_a_refused_shipment_that_never_arrived_has_no_delay(buyer: Buyer) -> None:
    ship(buyer, is_refused=True)
    assert found(buyer) == [(False, 20, 20, True, False)]


def test_the_latest_version_known_counts(buyer: Buyer) -> None:
    ship(buyer, delivered_on=ago(15))
    ship(buyer, delivered_on=ago(10), recorded_at=LEARNED + timedelta(days=2))
    assert found(buyer) == [(True, 10, 10, False, False)]
    assert found(buyer, known_at=LEARNED) == [(True, 5, 15, False, False)]
    assert found(buyer, known_at=LEARNED - timedelta(days=1)) == []


@pytest.mark.parametrize(("age", "counts"), [(730, True), (731, False)])
def test_shipments_of_the_last_730_days_count(buyer: Buyer, age: int, counts: bool) -> None:
    ship(buyer, promised_on=ago(age), delivered_on=ago(age))
    assert (len(found(buyer)) == 1) is counts
