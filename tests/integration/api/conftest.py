"""The portfolio and the day of the endpoint tests."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache
from rest_framework.test import APIClient

from buyers.models import Buyer
from tests.integration.api.ladder import with_key
from tests.integration.api.orders import golden_buyer
from tests.integration.api.world import AS_OF, World, make_world


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Made on, and asked on, the evening of 2026-04-16."""
    made = make_world()
    with time_machine.travel(datetime(AS_OF.year, AS_OF.month, AS_OF.day, 12, tzinfo=UTC), tick=True):
        yield made


@pytest.fixture(autouse=True)
def _fresh_limits(embedded_servers: None) -> Iterator[None]:
    """No request of another test counts."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def acme(noon: None) -> Buyer:
    """The golden buyer of domain.md section 4."""
    return golden_buyer()


@pytest.fixture
def erp() -> APIClient:
    """A key that may check orders and nothing else."""
    return with_key("check")
