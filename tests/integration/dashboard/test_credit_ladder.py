"""The same rungs for every page of orders, holds and limits: who may open it, how, and at what cost."""

from __future__ import annotations

import pytest
from django.test import Client

from credit.models import CreditReview, OrderCheck
from tests.budgets import query_budget
from tests.integration.credit.builders import TODAY
from tests.integration.dashboard.credit_world import CreditWorld, add_security, make_credit_world
from tests.integration.dashboard.desk import sign_in
from tests.integration.dashboard.reading import inline_code_of

pytestmark = pytest.mark.django_db

PAGES = {
    "order desk": "/orders/",
    "order desk of a buyer": "/orders/?buyer=ACME",
    "order desk of an order": "/orders/?order={order}&check={check}",
    "order check": "/orders/checks/{check}/",
    "holds": "/holds/",
    "hold": "/holds/{hold}/",
    "force a hold": "/holds/force/",
    "exposure": "/exposure/?buyer=ACME",
    "exposure of a group": "/exposure/?group=G1",
    "uninsured exposure": "/exposure/uninsured/",
    "limits": "/limits/",
    "limit account": "/limits/accounts/{account}/",
    "ask for a limit": "/limits/ask/?buyer=ACME",
    "limit requests": "/limits/requests/",
    "limit request": "/limits/requests/{request}/",
    "reviews": "/limits/reviews/",
    "review": "/limits/reviews/{review}/",
    "insured limits": "/limits/insured/",
    "new insured limit": "/limits/insured/new/",
    "instruments": "/limits/instruments/",
    "instrument": "/limits/instruments/security/{security}/",
    "new instrument": "/limits/instruments/new/bill/",
    "authority": "/limits/authority/",
    "terms by grade": "/limits/terms/",
    "change terms": "/limits/terms/C/",
    "order rules": "/rules/order-check/",
    "order rule": "/rules/order-check/oldest_overdue/?level=grade&subject=C",
    "buyer limits": "/buyers/ACME/?tab=credit",
}
every_page = pytest.mark.parametrize("name", PAGES)
# Who opens which page: E everybody with buyers, O who asks orders, L who reads limits, W who works, D who decides.
SALES = {"order desk", "order desk of a buyer", "order check", "holds", "limit requests", "ask for a limit"}


@pytest.fixture
def world() -> CreditWorld:
    return make_credit_world()


@pytest.fixture
def address(world: CreditWorld, name: str) -> str:
    """An address that shows something."""
    account = world.acme.credit_account
    review = CreditReview.objects.create(account=account, due_on=TODAY, interval_days=91)
    check = OrderCheck.objects.filter(order=world.new).latest("id")
    return PAGES[name].format(
        order=world.new.pk,
        check=check.pk,
        hold=world.hold.pk,
        account=account.pk,
        request=world.request.pk,
        review=review.pk,
        security=add_security(world).pk,
    )


@every_page
@pytest.mark.parametrize("role", ["credit_manager", "finance_director"])
def test_who_decides_opens_every_page(address: str, role: str) -> None:
    assert sign_in(role).get(address).status_code == 200


@every_page
def test_page_keeps_its_query_budget(name: str, address: str) -> None:
    client = sign_in("finance_director")
    client.get(address)  # content types and the like are read once a process
    with query_budget(f"page {name}"):
        assert client.get(address).status_code == 200


@every_page
def test_stranger_is_sent_to_sign_in(address: str) -> None:
    response = Client().get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=")


@every_page
def test_page_has_no_inline_style_or_script(address: str) -> None:
    assert inline_code_of(sign_in("finance_director").get(address)) == []


@every_page
def test_administrator_sees_none_of_it(address: str) -> None:
    assert sign_in("administrator").get(address).status_code == 403


@every_page
def test_page_is_not_deleted_or_put(address: str) -> None:
    client = sign_in("finance_director")
    assert client.delete(address).status_code == 405
    assert client.put(address).status_code == 405


@pytest.mark.parametrize("name", sorted(SALES - {"order desk of a buyer", "order check"}))
def test_sales_open_what_is_theirs(address: str) -> None:
    assert sign_in("sales", "ana").get(address).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "limits",
        "limit account",
        "insured limits",
        "authority",
        "terms by grade",
        "order rules",
        "exposure",
        "instruments",
    ],
)
def test_sales_do_not_open_limits(address: str) -> None:
    assert sign_in("sales", "ana").get(address).status_code == 403
