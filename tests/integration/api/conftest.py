"""The portfolio and the day of the endpoint tests."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.cache import cache

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
