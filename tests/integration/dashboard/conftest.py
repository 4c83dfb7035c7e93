"""The portfolio, the day and the people of the page tests."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from buyers.models import Certificate
from core.domain.roles import Role
from core.models import User
from invoices.services import snapshots
from scoring.services.scores import score_buyers
from tests.integration.api.world import AS_OF, LATER, World, make_world

SignIn = Callable[..., Client]


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Two owners, three buyers, a group; closed and looked at on the evening of 2026-04-16."""
    made = make_world()
    with time_machine.travel(datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12, tzinfo=UTC), tick=True):
        yield made


@pytest.fixture
def portfolio(world: World) -> World:
    """The world with its snapshot, its scores and a certificate that ends soon."""
    Certificate.objects.create(
        buyer=world.acme, kind="import licence", number="X1", valid_from=date(2026, 1, 1), expires_on=date(2026, 4, 20)
    )
    ids = [world.acme.pk, world.blue.pk, world.cobalt.pk]
    score_buyers(buyer_ids=ids, as_of=date(2026, 4, 15), known_at=LATER, with_evidence="all")
    take_snapshot(AS_OF)
    return world


@pytest.fixture
def as_person(db: None) -> SignIn:
    """A client signed in with a role, or as somebody who exists: ``as_person(Role.SALES, username="ana")``."""

    def sign_in(role: Role = Role.ANALYST, *, username: str | None = None) -> Client:
        user, _ = User.objects.get_or_create(username=username or role.value, defaults={"role": role.value})
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return sign_in


def take_snapshot(as_of: date, base_currency: str | None = None) -> None:
    """A complete snapshot set of the date, knowing all that the test recorded."""
    with time_machine.travel(LATER):
        found = snapshots.open_set(as_of, base_currency)
        snapshots.write_shard(found.pk)
        snapshots.complete_set(found.pk)
