"""A page that waits for an order asks for its answer again, and gets it only when it is another one."""

import pytest
from django.test import Client

from core.domain.roles import Role
from credit.models import OrderCheck, OrderGate
from credit.services.gate import release_order
from invoices.models import Order
from tests.integration.credit.builders import TODAY, make_order, make_user, release_terms, run_jobs
from tests.integration.credit.builders import make_deposit as pay
from tests.integration.dashboard.credit_world import CreditWorld, make_credit_world
from tests.integration.dashboard.desk import check_denied, sign_in
from tests.integration.dashboard.reading import inline_code_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> CreditWorld:
    return make_credit_world()


def ask(client: Client, order: Order, seen: int | None = None) -> tuple[int, str]:
    response = client.get(f"/orders/{order.pk}/answer/", {"seen": seen or newest(order).pk})
    assert inline_code_of(response) == []
    return response.status_code, response.content.decode()


def desk(**asked: int) -> str:
    return str(sign_in("sales", "ana").get("/orders/", asked).content.decode())


def newest(order: Order) -> OrderCheck:
    return OrderCheck.objects.filter(order=order).latest("pk")


def test_nothing_comes_while_the_order_is_held_on_the_answer_that_was_seen(world: CreditWorld) -> None:
    assert ask(sign_in("sales", "ana"), world.new) == (204, "")


def test_order_that_was_let_go_is_shown_and_watched_no_longer(world: CreditWorld) -> None:
    seen = newest(world.new).pk
    pay(world.new, "40000")
    run_jobs()
    status, page = ask(sign_in("sales", "ana"), world.new, seen)
    assert status == 200
    assert "may go" in page
    assert "hx-trigger" not in page


def test_release_by_a_person_is_shown_though_the_answer_is_the_same(world: CreditWorld) -> None:
    terms = release_terms("80000")
    release_order(world.new.pk, terms, as_of=TODAY, actor=make_user(Role.MANAGER))
    status, page = ask(sign_in("sales", "ana"), world.new)
    assert status == 200
    assert "approved" in page


def test_order_that_nobody_asked_about_has_no_answer(world: CreditWorld) -> None:
    order = make_order(world.acme, "5")
    assert ask(sign_in("sales", "ana"), order, seen=1) == (204, "")
    assert not OrderGate.objects.filter(order=order).exists()


def test_held_order_on_the_desk_shows_its_answer_and_watches(world: CreditWorld) -> None:
    page = desk(order=world.new.pk)
    assert "may not go" in page
    assert f"/orders/{world.new.pk}/answer/?seen={newest(world.new).pk}" in page


def test_older_answer_is_history_and_watches_nothing(world: CreditWorld) -> None:
    older = newest(world.new).pk
    pay(world.new, "40000")
    run_jobs()
    page = desk(order=world.new.pk, check=older)
    assert "may not go" in page
    assert "/answer/?seen=" not in page


def test_others_learn_nothing(world: CreditWorld) -> None:
    address = f"/orders/{world.new.pk}/answer/"
    assert sign_in("sales", "ben").get(address).status_code == 404
    check_denied(address, "auditor", "administrator")
