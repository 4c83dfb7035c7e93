"""Who lacks limits:read learns nothing of the insured limit, not by reading and not by trying (architecture.md)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from rest_framework.test import APIClient

from buyers.models import Buyer
from core.models import User
from credit.domain.coarse import CONFIDENTIAL
from tests.integration.api.ladder import as_person, with_key
from tests.integration.api.orders import CHECKS, ask, golden_buyer, make_ana, rule, what_if
from tests.integration.credit.asking import insure
from tests.integration.credit.builders import TODAY, make_clean_buyer, make_group, make_limit
from tests.integration.invoices.builders import make_invoice

pytestmark = pytest.mark.django_db
INSURED = ("123457.89", "876543.21")


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def ana() -> User:
    return make_ana()


@pytest.fixture
def acme(ana: User) -> Buyer:
    buyer = golden_buyer(sales_owner=ana)
    sister = make_clean_buyer("SISTER")
    make_invoice(sister, "33333", issued=str(TODAY), due=str(TODAY))
    make_limit(make_group(buyer, sister), "666666.66")
    return buyer


@pytest.fixture(params=["check key", "sales session"])
def asker(request: pytest.FixtureRequest, ana: User) -> APIClient:
    return with_key("check") if request.param == "check key" else as_person("sales", user=ana)


class _Undone(Exception):
    """Ends a transaction without a trace."""


def with_insured(acme: Buyer, amount: str, work: Callable[[], Any]) -> Any:
    """What ``work`` gives where the insured limit is so much; the limit is gone afterwards."""
    found: list[Any] = []
    try:
        with transaction.atomic():
            insure(acme, amount)
            found.append(work())
            raise _Undone
    except _Undone:
        return found[0]


def nameless(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer without what names the request itself."""
    return {name: value for name, value in answer.items() if name not in ("id", "known_at", "order")}


def bisect(client: APIClient) -> list[Any]:
    """Ask for ever closer amounts, turning at every change of the answer; all answers on the way."""
    seen, low, high = [], Decimal("0.01"), Decimal("2000000.00")
    first = nameless(what_if(client, amount=f"{low}"))
    for _ in range(24):
        middle = ((low + high) / 2).quantize(Decimal("0.01"))
        answer = nameless(what_if(client, amount=f"{middle}"))
        seen.append(answer)
        changed = answer["outcome"] != first["outcome"] or answer["options"] != first["options"]
        low, high = (low, middle) if changed else (middle, high)
    return seen


def test_bisection_does_not_find_the_insured_limit(acme: Buyer, asker: APIClient) -> None:
    smaller, larger = (with_insured(acme, amount, lambda: bisect(asker)) for amount in INSURED)
    assert smaller == larger
    assert len({answer["outcome"] for answer in smaller}) > 1  # it found something: our own limit's edge


def test_bisection_by_deposits_does_not_either(acme: Buyer, asker: APIClient) -> None:
    def tried() -> list[Any]:
        deposits = [f"{Decimal(2) ** power:.2f}" for power in range(17)]
        return [nameless(what_if(asker, assumed_deposit=deposit)) for deposit in deposits]

    smaller, larger = (with_insured(acme, amount, tried) for amount in INSURED)
    assert smaller == larger


def test_reading_back_and_exposure_are_the_same_too(acme: Buyer, asker: APIClient) -> None:
    def looked() -> list[Any]:
        tried = what_if(asker)
        again = asker.get(f"{CHECKS}{tried['id']}/").json()
        return [nameless(again), asker.get("/api/v1/exposures/ACME/").json()]

    smaller, larger = (with_insured(acme, amount, looked) for amount in INSURED)
    assert smaller == larger


def test_rules_about_limits_tell_a_result_and_a_reason_only(acme: Buyer, asker: APIClient) -> None:
    insure(acme, INSURED[0])
    answer = what_if(asker)
    assert (answer["detail_level"], answer["over_by"], answer["exposure"]) == ("coarse", None, None)
    for name in CONFIDENTIAL:
        one = rule(answer, name)
        assert (one["measured"], one["threshold"], one["data"]) == (None, None, None), name
    assert rule(answer, "horizon_use")["result"] == "stop"
    assert rule(answer, "horizon_use")["cause"]
    assert rule(answer, "oldest_overdue")["threshold"] is not None


def test_no_amount_of_limit_exposure_or_sibling_is_in_the_text(acme: Buyer, asker: APIClient) -> None:
    insure(acme, INSURED[0])
    texts = [str(what_if(asker)), str(ask(asker)), asker.get(CHECKS).content.decode()]
    for secret in ("500000", "666666", "123457", "111112", "33333.", "SISTER", "540000", "660000", "40000.00"):
        assert not any(secret in text for text in texts), secret


def test_options_are_rounded(acme: Buyer, asker: APIClient) -> None:
    found = {one["code"]: one["params"] for one in what_if(asker, amount="80123.45")["options"]}
    assert found["pay_now"] == {"amount_base": "41000"}
    assert int(found["deposit"]["percent"]) % 5 == 0
    assert set(found["temporary_limit"]) == {"until"}


def test_who_may_read_limits_sees_them(acme: Buyer) -> None:
    answer = what_if(as_person("credit_analyst"))
    assert (answer["detail_level"], rule(answer, "horizon_use")["threshold"]) == ("full", "500000.00")
