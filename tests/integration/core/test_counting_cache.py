"""Counters in the cache: raised one by one, each with its end."""

from collections.abc import Iterator
from typing import cast

import pytest
from django.core.cache import caches

from core.counting_cache import CountingCache

KEY = "counted-here"


@pytest.fixture
def cache(embedded_servers: None) -> Iterator[CountingCache]:
    found = cast(CountingCache, caches["default"])
    found.delete(KEY)
    yield found
    found.delete(KEY)


def test_a_counter_begins_at_one_and_goes_up(cache: CountingCache) -> None:
    assert [cache.count(KEY, lasts=60) for _ in range(3)] == [1, 2, 3]
    assert cache.get(KEY) == 3


def test_a_counter_ends_at_the_time_of_its_first_count(cache: CountingCache) -> None:
    cache.count(KEY, lasts=60)
    cache.count(KEY, lasts=10_000)
    client = cache._cache.get_client(cache.make_and_validate_key(KEY))
    assert 0 < client.ttl(cache.make_and_validate_key(KEY)) <= 60


def test_counters_of_others_are_their_own(cache: CountingCache) -> None:
    cache.count(KEY, lasts=60)
    assert cache.count(f"{KEY}-too", lasts=1) == 1
