"""Currencies that buyers owe in: weights, credit days, histories and their absence."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from buyers.models import Buyer
from core.intake.ecb import RateRow
from core.services.rates import add_rates
from scoring.domain.v1 import facts as v1
from scoring.queries.currencies import home_currency
from scoring.queries.inputs import load_inputs
from tests.integration.invoices.builders import make_buyer, make_invoice, pay

pytestmark = pytest.mark.django_db
AS_OF = date(2026, 6, 30)


def before(days: int) -> str:
    return str(AS_OF - timedelta(days=days))


def positions(buyer: Buyer, as_of: date = AS_OF) -> list[dict[str, Any]]:
    frame = load_inputs(buyer_ids=[buyer.pk], as_of=as_of).frames.positions
    return [{str(k): v for k, v in row.items()} for row in frame.to_dict("records")]


def load_flat(currency: str, rate: str, *, days: int = 400, until: date = AS_OF) -> None:
    """The same rate on every day."""
    add_rates([RateRow(currency, until - timedelta(days=n), Decimal(rate)) for n in range(days)], source="TEST")


@pytest.fixture
def rates() -> None:
    load_flat("USD", "1.25")
    load_flat("VND", "25000")


@pytest.mark.parametrize(
    ("currency", "country", "home"),
    [("EUR", "VN", "EUR"), ("", "VN", "VND"), ("", "DE", "EUR"), ("", "US", "USD"), ("", "", "")],
)
def test_the_home_currency_is_the_buyers_own_else_its_countrys(currency: str, country: str, home: str) -> None:
    assert home_currency(currency, country, AS_OF) == home


def test_croatia_earned_kuna_before_2023_and_euro_since() -> None:
    assert home_currency("", "HR", date(2022, 6, 30)) == "HRK"
    assert home_currency("", "HR", date(2023, 6, 30)) == "EUR"


def test_open_items_weigh_by_base_amount_and_average_their_credit_days(rates: None) -> None:
    buyer = make_buyer(country="VN")
    make_invoice(buyer, "300", issued=before(10), due=before(-20))
    make_invoice(buyer, "100", issued=before(10), due=before(-80))
    make_invoice(buyer, "100", issued=before(10), due=before(-20), currency="EUR")
    eur, usd = positions(buyer)
    assert (eur["currency"], eur["weight"], eur["terms_days"], eur["status"]) == ("EUR", 125.0, 30.0, v1.RATED)
    assert (usd["currency"], usd["weight"], usd["terms_days"], usd["status"]) == ("USD", 400.0, 45.0, v1.RATED)
    assert (usd["volatility"], usd["loss"]) == (0.0, 0.0)


def test_who_owes_nothing_is_seen_by_the_invoices_of_12_months(rates: None) -> None:
    buyer = make_buyer(country="VN")
    for issued, amount in ((364, "100"), (366, "900")):
        pay(make_invoice(buyer, amount, issued=before(issued), due=before(issued - 40)), amount, day=before(300))
    (usd,) = positions(buyer)
    assert (usd["weight"], usd["terms_days"]) == (100.0, 40.0)


def test_the_home_currency_itself_needs_no_rates() -> None:
    buyer = make_buyer(country="US")
    make_invoice(buyer, "300", issued=before(10), due=before(-20))
    (usd,) = positions(buyer)
    assert usd["status"] == v1.SAME_CURRENCY


def test_an_unknown_home_is_said_so(rates: None) -> None:
    buyer = make_buyer()
    make_invoice(buyer, "300", issued=before(10), due=before(-20))
    assert positions(buyer)[0]["status"] == v1.HOME_UNKNOWN


def test_a_currency_without_rates_weighs_as_the_mean_of_the_others(rates: None) -> None:
    buyer = make_buyer(country="VN")
    for amount in ("100", "300"):
        make_invoice(buyer, amount, issued=before(10), due=before(-20))
    make_invoice(buyer, "9000000", issued=before(10), due=before(-20), currency="KZT")
    kzt, usd = positions(buyer)
    assert (kzt["weight"], kzt["status"]) == (200.0, v1.NO_RATES)
    assert usd["weight"] == 400.0
    inputs = load_inputs(buyer_ids=[buyer.pk], as_of=AS_OF)
    assert inputs.facts.fx.weight.tolist() == [200.0, 400.0]


def test_only_unconvertible_items_weigh_one_each() -> None:
    buyer = make_buyer(country="KZ")
    make_invoice(buyer, "9000000", issued=before(10), due=before(-20), currency="KZT")
    (kzt,) = positions(buyer)
    assert (kzt["weight"], kzt["status"], kzt["terms_days"]) == (1.0, v1.SAME_CURRENCY, 30.0)


@pytest.mark.parametrize(("last", "status"), [(60, v1.RATED), (61, v1.NO_RATES)])
def test_rates_that_ended_more_than_60_days_ago_are_no_rates(last: int, status: int) -> None:
    load_flat("USD", "1.25", until=AS_OF, days=500)
    load_flat("RUB", "117", until=AS_OF - timedelta(days=last), days=440)
    buyer = make_buyer(country="RU")
    make_invoice(buyer, "300", issued=before(10), due=before(-20))
    assert positions(buyer)[0]["status"] == status


def test_a_short_history_is_no_history(rates: None) -> None:
    load_flat("MXN", "20", days=50)
    buyer = make_buyer(currency="MXN")
    make_invoice(buyer, "300", issued=before(10), due=before(-20))
    assert positions(buyer)[0]["status"] == v1.NO_RATES


def test_loss_compares_with_the_rate_90_days_before() -> None:
    load_flat("USD", "1.25")
    steps = [30_000 if n < 90 else 24_000 if n == 90 else 12_000 for n in range(400)]
    add_rates([RateRow("VND", AS_OF - timedelta(days=n), Decimal(rate)) for n, rate in enumerate(steps)], source="TEST")
    buyer = make_buyer(country="VN")
    make_invoice(buyer, "300", issued=before(10), due=before(-20))
    (usd,) = positions(buyer)
    assert usd["loss"] == pytest.approx(0.2)
    jumps = (math.log(1.25) ** 2 + math.log(2) ** 2 - (math.log(2.5)) ** 2 / 250) / 249
    assert usd["volatility"] == pytest.approx(math.sqrt(jumps * 252))
