"""A Chinese page words a refusal in Chinese, whichever floor refused; English pages and the API stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from buyers.models import BuyerMerge
from buyers.services import merges
from core.domain.roles import Role
from core.models import User
from credit.models import Hold
from tests.integration.credit.builders import TODAY
from tests.integration.dashboard.credit_world import CreditWorld, make_credit_world
from tests.integration.dashboard.desk import sign_in, text_of
from tests.integration.invoices.builders import make_buyer

pytestmark = pytest.mark.django_db
TOMORROW = (TODAY + timedelta(days=1)).isoformat()


@pytest.fixture
def world() -> CreditWorld:
    return make_credit_world()


@pytest.fixture(autouse=True)
def _language_ends_with_the_test() -> Iterator[None]:
    """A request leaves its language behind in the thread."""
    yield
    translation.deactivate()


def in_chinese(role: str, username: str = "") -> Client:
    """A signed-in person who reads Chinese."""
    client = sign_in(role, username)
    client.post("/language/", {"language": "zh-hans", "next": "/"})
    return client


def test_instrument_says_at_its_field_why_the_day_is_wrong() -> None:
    make_buyer("ACME")
    given = {
        "buyer": "ACME",
        "external_id": "LC-7",
        "kind": "lc_confirmed",
        "amount": "50000",
        "currency": "USD",
        "valid_from": TODAY.isoformat(),
        "valid_to": "2020-01-01",
    }
    page = in_chinese("credit_analyst").post("/limits/instruments/new/security/", given)
    assert page.status_code == 422
    assert page.context["form"].errors["valid_to"] == [f"valid_to 不得早于 {TODAY.isoformat()}。"]


def test_who_asked_reads_why_they_may_not_approve(world: CreditWorld) -> None:
    User.objects.filter(username="asker").update(role=Role.DIRECTOR)
    client = in_chinese("finance_director", "asker")
    address = f"/limits/requests/{world.request.pk}/"
    assert "任何人不得批准自己录入的申请；须由他人签署。" in text_of(client.get(address))
    data = {"version": world.request.version, "comment": ""}
    assert "任何人不得批准自己录入的申请" in text_of(client.post(f"{address}approve/", data, follow=True))


def test_release_that_is_too_small_says_what_it_would_cover(world: CreditWorld) -> None:
    given = {
        "version": world.new.gate.version,
        "amount": "10",
        "tolerance_percent": "5",
        "valid_until": TOMORROW,
        "review_on": TOMORROW,
        "reason": "paid",
    }
    data = {f"release-{name}": value for name, value in given.items()}
    client = in_chinese("credit_manager")
    page = text_of(client.post(f"/holds/{world.hold.pk}/release/", data, HTTP_HX_REQUEST="true"))
    assert "订单金额为 80000.0000 USD；该放行最多涵盖 10.5" in page
    assert Hold.objects.get(pk=world.hold.pk).state == "open"


@pytest.mark.usefixtures("noon")
def test_release_into_the_past_is_a_sentence_within_a_sentence(world: CreditWorld) -> None:
    given = {
        "version": world.new.gate.version,
        "amount": "80000",
        "tolerance_percent": "5",
        "valid_until": "2001-01-01",
        "review_on": TOMORROW,
        "reason": "paid",
    }
    data = {f"release-{name}": value for name, value in given.items()}
    page = text_of(in_chinese("credit_manager").post(f"/holds/{world.hold.pk}/release/", data, HTTP_HX_REQUEST="true"))
    assert f"valid_until：2001-01-01。请选择 {TODAY.isoformat()} 或之后的日期。" in page


def test_order_desk_does_not_know_the_buyer(world: CreditWorld) -> None:
    given = {
        "buyer": "NOBODY",
        "amount": "80000",
        "currency": "USD",
        "terms": "open_account",
        "terms_days": "60",
        "deposit_percent": "0",
        "ship_date": TOMORROW,
        "checkpoint": "order",
    }
    page = in_chinese("credit_analyst").post("/orders/", given, HTTP_HX_REQUEST="true")
    assert "没有买方" in text_of(page)
    assert "There is no buyer" not in text_of(page)
    english = text_of(sign_in("credit_manager").post("/orders/", given, HTTP_HX_REQUEST="true"))
    assert "There is no buyer" in english


def test_substitute_that_ends_before_it_begins_is_refused(world: CreditWorld) -> None:
    away, deputy = (User.objects.create(username=name, role="credit_manager") for name in ("away", "deputy"))
    given = {"user": away.pk, "deputy": deputy.pk, "starts_on": TODAY.isoformat(), "ends_on": "2001-01-01"}
    page = in_chinese("finance_director").post("/limits/authority/substitutes/", given)
    assert page.status_code == 422
    assert f"截止日不得早于起始日（{TODAY.isoformat()}）。" in text_of(page)


def test_ending_an_unknown_substitute_is_said_on_the_next_page(world: CreditWorld) -> None:
    client = in_chinese("finance_director")
    page = client.post("/limits/authority/substitutes/999999/end/", follow=True)
    assert "没有代理 999999。" in text_of(page)


def test_pair_of_duplicates_that_is_not_merged_cannot_be_undone() -> None:
    make_buyer("0041730")
    make_buyer("41730")
    merges.propose_duplicates()
    pair = BuyerMerge.objects.get()
    given = {"decision": "undo", "merge": pair.pk}
    page = text_of(in_chinese("credit_analyst").post("/imports/duplicates/decide/", given, follow=True))
    assert "当前状态为 " in page
    assert "The current state" not in page
    pair.refresh_from_db()
    assert pair.state == "proposed"


def test_page_that_is_not_for_the_role_says_so() -> None:
    page = in_chinese("sales").get("/limits/authority/")
    assert page.status_code == 403
    assert "您的角色无权执行此操作" in text_of(page)
